"""A publisher's words for how true a claim is, in the platform's own eight ratings.

The table below holds words whose meaning does not depend on who says them. What it does not hold
is `unrated`, and an unrated fact-check is never attached by rule: a wrong guess here would put a
notice under a post that nobody rated false. Where a word says less than "false", it gets the
milder rating: "mostly false" is `misleading`, since a clause about false claims must not reach a
claim that its fact-checker found partly right.

>>> rating_of_words("Pants on Fire!"), rating_of_words("Half-True")
('false', 'mixed')
>>> rating_of_words("Four shovels") is None
True
>>> rating_of_number(1, best=1, worst=5), rating_of_number(2, best=5, worst=1)
('true', 'misleading')
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import regex

from evenhand.factcheck.writing import alike, plain
from evenhand.model.factcheck import Rating

_TABLE: dict[Rating, str] = {
    "true": """true, correct, accurate, verified, confirmed true, fact, correct attribution, legit,
        geppetto checkmark, the geppetto checkmark, verdadero, cierto, vrai, richtig, wahr,
        verdadeiro, vero, vraie, exact, stimmt, waar, juist, verdadeira, correto, vera, corretto,
        prawda, pravda, adevărat, igaz, sant, sann, totta, oikein, doğru, правда, верно, αληθές,
        αληθής, σωστό, صحيح, حقيقي, נכון, אמת, درست, واقعی, सच, सही, सत्य, সত্য, سچ, จริง,
        ข่าวจริง, 真, 真实, 真實, 属实, 屬實, 正确, 正確, 正しい, 사실, đúng, sự thật, benar,
        fakta""",
    "mostly true": """mostly true, mostly accurate, mostly correct, largely true, largely accurate,
        nearly true, one pinocchio, 1 pinocchio, mayormente verdadero, plutôt vrai,
        größtenteils richtig, überwiegend richtig, grotendeels waar, majoritairement vrai,
        in gran parte vero, ほぼ正確, 대체로 사실, 基本属实, 大致正確""",
    "mixed": """mixed, mixture, mixed evidence, half true, partly true, partially true,
        partially correct, partly false, partially false, true but incomplete, two pinocchios,
        2 pinocchios, partiellement vrai, partiellement faux, teilweise richtig, teilweise falsch,
        verdad a medias, parcialmente falso, parcialmente verdadero, parcialmente verdadeiro,
        parzialmente falso, parzialmente vero, teils falsch, gedeeltelijk waar,
        gedeeltelijk onwaar, częściowa prawda, częściowy fałsz, częściowo fałsz, półprawda,
        kısmen doğru, kısmen yanlış, karma, полуправда, частично правда, напівправда,
        εν μέρει αληθές, εν μέρει ψευδές, صحيح جزئيا, زائف جزئيا, חצי אמת, נכון חלקית, نیمه درست,
        आधा सच, आंशिक रूप से सच, आंशिक रूप से गलत, আংশিক সত্য, আংশিক মিথ্যা, จริงบางส่วน,
        部分错误,
        部分錯誤, 部分属实, 半真半假, 半分正確, 不正確, 절반의 사실, đúng một phần, sai một phần,
        sebagian benar,
        delvis sant, osittain totta""",
    "misleading": """misleading, mostly false, mainly false, largely false, missing context,
        lacks context, lacking context, needs context, out of context, miscaptioned,
        distorts the facts, cherry picked, cherry picking, exaggerated, exaggeration, spin,
        spins the facts, three pinocchios, 3 pinocchios, enganoso, engañoso, trompeur,
        irreführend,
        fehlender kontext, engañosa, falta contexto, fuera de contexto, sin contexto, plutôt faux,
        trompeuse, contexte manquant, hors contexte, größtenteils falsch, überwiegend falsch,
        falscher kontext, fora de contexto, falta de contexto, enganador, exagerado, fuorviante,
        ingannevole, fuori contesto, manca contesto, misleidend, grotendeels onwaar, manipulacja,
        wprowadza w błąd, zavádějící, manipulativ, félrevezető, vilseledande, vildledende,
        villedende, harhaanjohtava, yanıltıcı, bağlamından koparılmış, вводит в заблуждение,
        манипуляция, маніпуляція, παραπλανητικό, παραπλανητικός, مضلل, خارج السياق, מטעה,
        گمراه کننده, گمراه‌کننده, भ्रामक, বিভ্রান্তিকর, گمراہ کن, บิดเบือน, ทำให้เข้าใจผิด, 误导,
        誤導,
        ミスリード, 대체로 사실 아님, 오해의 소지, gây hiểu lầm, menyesatkan, konteks keliru""",
    "unsupported": """unsupported, unproven, unverified, unsubstantiated, not proven, baseless,
        unfounded, no evidence, lacks evidence, insufficient evidence, not enough evidence,
        not supported, legend, unbelegt, non prouvé, sin pruebas, no probado, infundado, infondé,
        sans preuve, insustentável, sem provas, senza prove, non provato, infondato, ongefundeerd,
        onbewezen, niet bewezen, nieweryfikowalne, nepodložené, kanıtlanmamış, şüpheli,
        не подтверждено, недоказано, бездоказательно, ατεκμηρίωτο, αναπόδεικτο, لا دليل, غير مثبت,
        לא מבוסס, بدون مدرک, अप्रमाणित, ভিত্তিহীন, ไม่มีหลักฐาน, 证据不足, 證據不足, 根拠不明,
        근거 없음,
        chưa được kiểm chứng, belum terbukti, ei näyttöä""",
    "false": """false, fake, fake news, hoax, incorrect, inaccurate, wrong, untrue, not true,
        not correct, fabricated, completely false, totally false, pants on fire, debunked,
        fiction,
        incorrect attribution, misattributed, four pinocchios, 4 pinocchios, falso, falsa, faux,
        falsch, bulo, fausse, unwahr, frei erfunden, falschmeldung, mentira, bufala,
        falsche behauptung, onwaar, vals, niet waar, fałsz, nieprawda, fałszywe, nepravda, lež,
        hamis, nem igaz, fals, falskt, falsk, usant, väärin, epätosi, ei pidä paikkaansa, yanlış,
        sahte, ложь, неправда, фейк, ложно, не правда, брехня, неверно, ψευδές, ψευδής, ψέμα,
        λάθος, زائف, كاذب, خطأ, خاطئ, غير صحيح, مفبرك, שקר, לא נכון, שקרי, نادرست, دروغ, جعلی,
        गलत,
        झूठ, झूठा, फर्जी, फ़र्जी, असत्य, মিথ্যা, ভুয়া, جھوٹ, غلط, เท็จ, ไม่จริง, ข่าวปลอม, 假,
        虚假,
        虛假, 错误, 錯誤, 谣言, 謠言, 不实, 不實, 誤り, 虚偽, デマ, 거짓, 사실 아님,
        전혀 사실 아님, 허위, sai, sai sự thật, tin giả,
        salah, hoaks""",
    "satire": """satire, labeled satire, labelled satire, originated as satire, parody, satira,
        sátira, parodie, parodia, satyra, hiciv, сатира, пародия, σάτιρα, ساخر, سخرية, סאטירה,
        طنز,
        व्यंग्य, ব্যঙ্গ, ล้อเลียน, 讽刺, 諷刺, 風刺, 풍자, trào phúng, satir""",
    "unrated": """unrated, not rated, no rating, research in progress, in progress, undetermined,
        判定留保, 検証対象外, 판단 유보""",
}


# What publishers set before a rating: "Rating: False", "判定：誤り".
_LABELS = "|".join((
    "(?:our |the )?(?:rating|rated|verdict)", "fact ?check", "urteil", "bewertung", "fazit",
    "calificación", "veredicto", "clasificación", "classificação", "veredito", "note", "verdetto",
    "giudizio", "oordeel", "ocena", "werdykt", "hodnocení", "sonuç", "вердикт", "оценка",
    "оцінка", "κρίση", "ετυμηγορία", "التقييم", "النتيجة", "الحكم", "דירוג", "פסיקה", "نتیجه",
    "निष्कर्ष", "फैसला", "রায়", "ผลการตรวจสอบ", "结论", "結論", "判定", "評価", "评级", "판정", "결과",
    "kết luận", "kesimpulan", "hasil"))
_LABEL = regex.compile(rf"^\W*(?:(?:our |the )?(?:rating|rated|verdict)\b|(?:{_LABELS}) ?:)\W*")


def fold_words(words: str) -> str:
    """Words of a rating as the table compares them: case, hyphens and end marks do not count."""
    text = regex.sub(r"[-‐‑–_/]+", " ", alike(plain(words)))
    text = _LABEL.sub("", " ".join(text.split()))
    folded: str = regex.sub(r"^\W+|\W+$", "", " ".join(text.split()))
    return folded


DEFAULT_RATINGS: Mapping[str, Rating] = MappingProxyType(
    {fold_words(words): rating for rating, row in _TABLE.items() for words in row.split(",")})
"""Folded words -> rating: what is assumed of a publisher about whom the operator said nothing."""


def rating_of_words(words: str,
                    publisher: Mapping[str, Rating] = MappingProxyType({})) -> Rating | None:
    """The rating these words mean, the publisher's own table first; None where nobody says."""
    folded = fold_words(words)
    own = {fold_words(key): rating for key, rating in publisher.items()}
    return own.get(folded) or DEFAULT_RATINGS.get(folded)


def rating_of_number(value: float, *, best: float = 5, worst: float = 1) -> Rating | None:
    """The rating of a number on a scale that may run either way; None where it is not on it.

    schema.org assumes best 5 and worst 1 where a Rating does not state them. The five steps of
    that scale are false, misleading, mixed, mostly true, true; finer scales are cut midway.
    """
    if not all(map(math.isfinite, (value, best, worst))) or best == worst:
        return None
    share = (value - worst) / (best - worst)
    if not 0 <= share <= 1:
        return None
    steps: tuple[tuple[float, Rating], ...] = (
        (0.125, "false"), (0.375, "misleading"), (0.625, "mixed"), (0.875, "mostly true"))
    return next((rating for limit, rating in steps if share < limit), "true")
