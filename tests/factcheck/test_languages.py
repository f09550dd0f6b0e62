"""Fact-checks in twenty languages: the right one is found in each, and nothing where there is none.

Every text here was made up for this test. The pool holds all of them at once, as that of a
platform does that is read in many countries, and nobody says in which language a post is.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from evenhand.factcheck.claims import key_of
from evenhand.factcheck.languages import KNOWN, OTHER, language_of, primary
from evenhand.factcheck.likeness import Claim, Pool
from evenhand.factcheck.match import Laid, Matcher
from evenhand.factcheck.proposing import words_with_stemmers
from evenhand.factcheck.ranking import rank
from evenhand.factcheck.words import Tongues, Words, bare_text, length_in_words, runs_of
from evenhand.factcheck.writing import alike, plain, roughly
from evenhand.model.factcheck import FactCheck, Match, Publisher
from evenhand.model.post import Account, Post, PostId

pytest.importorskip("bm25s", reason="the extra [match] is not installed")

AT = datetime(2020, 5, 27, tzinfo=UTC)
FACTS = Publisher(name="Example Facts", domain="facts.example", kind="fact-checker")


@dataclass(frozen=True)
class Tongue:
    """Three claims of a language; posts in other words about the first two; one about nothing."""

    claims: tuple[str, str, str]
    posts: tuple[str, str]
    unrelated: str


TONGUES = {
    "en": Tongue(
        ("Every registered voter is sent two ballots by the county office",
         "The mayor has banned umbrellas in all public libraries",
         "Toasting frozen bread doubles its vitamin C"),
        ("so the county office sends TWO ballots to each registered voter now, great",
         "no more umbrellas in the public library, the mayor bans them"),
        "What a lovely morning, we walk around the lake and the children sing"),
    "de": Tongue(
        ("Jeder registrierte Wähler erhält vom Kreisamt zwei Stimmzettel",
         "Die Bürgermeisterin hat Regenschirme in allen öffentlichen Bibliotheken verboten",
         "Gefrorenes Brot zu toasten verdoppelt sein Vitamin C"),
        ("Das Kreisamt schickt jetzt den registrierten Wählern je zwei #Stimmzettel!",
         "Regenschirme in öffentlichen Bibliotheken? Verbietet die Bürgermeisterin einfach."),
        "Was für ein schöner Morgen, wir gehen mit den Kindern um den See"),
    "fr": Tongue(
        ("Chaque électeur inscrit reçoit deux bulletins de vote de la préfecture",
         "Le maire a interdit les parapluies dans toutes les bibliothèques publiques",
         "Griller du pain congelé double sa vitamine C"),
        ("la préfecture envoie donc deux bulletins à tous les électeurs inscrits, bravo",
         "Les parapluies interdits par le maire à la bibliothèque publique : et puis quoi ?"),
        "Quelle belle matinée, nous marchons autour du lac avec les enfants"),
    "es": Tongue(
        ("Cada votante registrado recibe dos papeletas de la oficina del condado",
         "El alcalde ha prohibido los paraguas en todas las bibliotecas públicas",
         "Tostar pan congelado duplica su vitamina C"),
        ("¡la oficina del condado manda dos papeletas a los votantes registrados!",
         "prohíben el paraguas en la biblioteca pública, cosas del alcalde"),
        "Qué mañana tan bonita, paseamos con los niños alrededor del lago"),
    "it": Tongue(
        ("Ogni elettore registrato riceve due schede elettorali dalla prefettura",
         "Il sindaco ha vietato gli ombrelli in tutte le biblioteche pubbliche",
         "Tostare il pane congelato raddoppia la vitamina C"),
        ("la prefettura manda due schede elettorali agli elettori registrati, dicono",
         "il sindaco vieta l'ombrello nella biblioteca pubblica, pazzesco"),
        "Che bella mattina, camminiamo intorno al lago con i bambini"),
    "pl": Tongue(
        ("Każdy zarejestrowany wyborca dostaje z urzędu dwie karty do głosowania",
         "Burmistrz zakazał parasoli we wszystkich bibliotekach publicznych",
         "Opiekanie mrożonego chleba podwaja ilość witaminy C"),
        ("urząd wysyła dwie karty do głosowania każdemu zarejestrowanemu wyborcy",
         "parasole zakazane w bibliotece publicznej, tak każe burmistrz"),
        "Jaki piękny poranek, spacerujemy z dziećmi wokół jeziora"),
    "tr": Tongue(
        ("Kayıtlı her seçmene ilçe idaresinden iki oy pusulası gönderiliyor",
         "Belediye başkanı bütün halk kütüphanelerinde şemsiyeyi yasakladı",
         "Donmuş ekmeği kızartmak C vitaminini iki katına çıkarır"),
        ("İLÇE İDARESİ KAYITLI SEÇMENE İKİ OY PUSULASI GÖNDERİYORMUŞ",
         "başkan halk kütüphanesinde şemsiye yasakladı diyorlar"),
        "Ne güzel bir sabah, çocuklarla gölün etrafında yürüyoruz"),
    "ru": Tongue(
        ("Каждому зарегистрированному избирателю районная управа присылает два бюллетеня",
         "Мэр запретил зонты во всех публичных библиотеках",
         "Поджаривание мороженого хлеба удваивает в нём витамин C"),
        ("Управа шлёт избирателям по два бюллетеня, всем зарегистрированным!",
         "в публичную библиотеку теперь без зонта, мэр их запретил"),
        "Какое прекрасное утро, мы гуляем с детьми вокруг озера"),
    "el": Tongue(
        ("Κάθε εγγεγραμμένος ψηφοφόρος λαμβάνει δύο ψηφοδέλτια από την περιφέρεια",
         "Ο δήμαρχος απαγόρευσε τις ομπρέλες σε όλες τις δημόσιες βιβλιοθήκες",
         "Το φρυγάνισμα του κατεψυγμένου ψωμιού διπλασιάζει τη βιταμίνη C"),
        ("Η ΠΕΡΙΦΕΡΕΙΑ ΣΤΕΛΝΕΙ ΔΥΟ ΨΗΦΟΔΕΛΤΙΑ ΣΕ ΚΑΘΕ ΕΓΓΕΓΡΑΜΜΕΝΟ ΨΗΦΟΦΟΡΟ",
         "ομπρέλες τέλος στη δημόσια βιβλιοθήκη, τις απαγόρευσε ο δήμαρχος"),
        "Τι όμορφο πρωινό, περπατάμε γύρω από τη λίμνη με τα παιδιά"),
    "ar": Tongue(
        ("كل ناخب مسجل يتلقى بطاقتي اقتراع من مكتب المقاطعة",
         "حظر رئيس البلدية المظلات في جميع المكتبات العامة",
         "تحميص الخبز المجمد يضاعف فيتامين سي فيه"),
        ("مكتب المقاطعة يرسل بطاقتي اقتراع إلى كل ناخب مسجّل!",
         "رئيس البلديّة يحظر المظلّات في المكتبة العامّة، عجيب"),
        "يا له من صباح جميل، نمشي حول البحيرة مع الأطفال"),
    "he": Tongue(
        ("כל בוחר רשום מקבל שני פתקי הצבעה ממשרד המחוז",
         "ראש העיר אסר מטריות בכל הספריות הציבוריות",
         "קליית לחם קפוא מכפילה את ויטמין סי שבו"),
        ("משרד המחוז שולח שני פתקי הצבעה לכל בוחר רשום, שמעתם?",
         "ראש העיר אסר להכניס מטריות אל הספריות הציבוריות"),
        "איזה בוקר נפלא, הולכים סביב האגם עם הילדים"),
    "fa": Tongue(
        ("هر رأی‌دهندهٔ ثبت‌نام‌شده دو برگهٔ رأی از فرمانداری دریافت می‌کند",
         "شهردار چتر را در همه کتابخانه‌های عمومی ممنوع کرد",
         "برشته کردن نان یخ‌زده ویتامین آن را دو برابر می‌کند"),
        ("فرمانداری به هر رأی‌دهندهٔ ثبت‌نام‌شده دو برگهٔ رأی می‌فرستد",
         "شهردار می‌گوید چتر در کتابخانه‌های عمومي ممنوع است"),
        "چه صبح زیبایی، با بچه‌ها دور دریاچه قدم می‌زنیم"),
    "hi": Tongue(
        ("हर पंजीकृत मतदाता को ज़िला कार्यालय से दो मतपत्र भेजे जाते हैं",
         "महापौर ने सभी सार्वजनिक पुस्तकालयों में छाते पर रोक लगाई",
         "जमी हुई रोटी सेंकने से उसका विटामिन सी दुगना होता है"),
        ("ज़िला कार्यालय अब पंजीकृत मतदाताओं को दो-दो मतपत्र भेज रहा है",
         "सार्वजनिक पुस्तकालय में छाता ले जाने पर महापौर की रोक"),
        "कितनी सुंदर सुबह, हम बच्चों के साथ झील के किनारे टहल रहे हैं"),
    "bn": Tongue(
        ("প্রত্যেক নিবন্ধিত ভোটার জেলা কার্যালয় থেকে দুটি ব্যালট পান",
         "মেয়র সব সরকারি গ্রন্থাগারে ছাতা নিষিদ্ধ করেছেন",
         "জমানো রুটি সেঁকলে তার ভিটামিন সি দ্বিগুণ হয়"),
        ("জেলা কার্যালয় প্রত্যেক নিবন্ধিত ভোটার পিছু দুটি ব্যালট পাঠায়",
         "সরকারি গ্রন্থাগারে ছাতা নিষিদ্ধ, বলছেন মেয়র"),
        "কী সুন্দর সকাল, বাচ্চাদের নিয়ে হ্রদের ধারে হাঁটছি"),
    "th": Tongue(
        ("ผู้มีสิทธิเลือกตั้งทุกคนได้รับบัตรลงคะแนนสองใบจากสำนักงานเขต",
         "นายกเทศมนตรีสั่งห้ามนำร่มเข้าห้องสมุดสาธารณะทุกแห่ง",
         "การปิ้งขนมปังแช่แข็งทำให้วิตามินซีเพิ่มเป็นสองเท่า"),
        ("สำนักงานเขตส่งบัตรลงคะแนนสองใบให้ผู้มีสิทธิเลือกตั้งทุกคนเลยนะ",
         "ห้องสมุดสาธารณะห้ามนำร่มเข้าแล้ว นายกเทศมนตรีสั่ง"),
        "เช้านี้อากาศดีมาก เราพาเด็กๆ เดินเล่นรอบทะเลสาบ"),
    "zh": Tongue(
        ("每位登记选民都会从县办公室收到两张选票",
         "市长禁止在所有公共图书馆使用雨伞",
         "烤冷冻面包会使维生素C加倍"),
        ("县办公室给登记选民寄两张选票，太离谱了！",
         "公共图书馆不让带雨伞了，是市长禁止的"),
        "今天早上天气真好，我们带孩子去湖边散步"),
    "ja": Tongue(
        ("登録された有権者全員に郡役所から投票用紙が二枚送られる",
         "市長がすべての公共図書館で傘を禁止した",
         "冷凍パンをトーストするとビタミンCが倍になる"),
        ("郡役所が有権者に投票用紙を二枚も送ってるらしい@friendさん",
         "公共図書館で傘が禁止に、市長が決めたって"),
        "今朝はとても気持ちがいい、子どもと湖のまわりを歩いています"),
    "ko": Tongue(
        ("등록된 유권자 모두에게 군청에서 투표용지 두 장을 보낸다",
         "시장이 모든 공공 도서관에서 우산을 금지했다",
         "냉동 빵을 구우면 비타민 C가 두 배가 된다"),
        ("군청이 등록 유권자들한테 투표용지를 두 장씩 보낸대요",
         "공공 도서관 우산 금지라니, 시장님이 그랬대"),
        "정말 아름다운 아침이네요, 아이들과 호숫가를 걷고 있어요"),
    "vi": Tongue(
        ("Mỗi cử tri đã đăng ký đều nhận hai lá phiếu từ văn phòng quận",
         "Thị trưởng cấm ô dù trong mọi thư viện công cộng",
         "Nướng bánh mì đông lạnh làm tăng gấp đôi vitamin C"),
        ("văn phòng quận gửi hai lá phiếu cho cử tri đăng ký đó mọi người ơi",
         "thư viện công cộng cấm mang ô dù, thị trưởng nói vậy"),
        "Buổi sáng đẹp quá, chúng tôi dắt trẻ con dạo quanh hồ"),
    "fi": Tongue(
        ("Jokaiselle rekisteröidylle äänestäjälle lähetetään kaksi äänestyslippua",
         "Pormestari kielsi sateenvarjot kaikissa yleisissä kirjastoissa",
         "Pakastetun leivän paahtaminen kaksinkertaistaa sen C-vitamiinin"),
        ("kaksi äänestyslippua lähetetty jokaiselle rekisteröidylle äänestäjälle, ihanko totta",
         "pormestari kieltää sateenvarjon yleisestä kirjastosta"),
        "Miten kaunis aamu, kävelemme lasten kanssa järven ympäri"),
}


def check(claim: str, language: str | None) -> FactCheck:
    url = f"https://facts.example/{claim.encode().hex()[:40]}"
    return FactCheck(key=key_of("facts.example", url, claim), version="0" * 16, publisher=FACTS,
                     url=url, title="", claim=claim, claim_by=None, rating="false",
                     rating_words="False", topics=(), language=language, appearances=(),
                     published_at=None, retrieved_at=AT)


def post(text: str, language: str | None = None) -> Post:
    return Post(id=PostId.parse("agora:1"), text=text, made_at=AT, language=language,
                author=Account(platform="agora", id="7"))


STATED = [(language, claim) for language, tongue in TONGUES.items() for claim in tongue.claims]
MARKED = Matcher.build(check(claim, language) for language, claim in STATED)
UNMARKED = Matcher.build(check(claim, None) for _, claim in STATED)
MADE = Pool.of(Claim(claim, language=language) for language, claim in STATED)
UNMADE = Pool.of(Claim(claim, language="en") for _, claim in STATED)
CASES = [(language, which) for language in TONGUES for which in (0, 1)]


def proposed(matches: tuple[Match, ...]) -> list[str]:
    assert all(match.confirmed is None for match in matches)
    return [match.fact_check.claim for match in matches]


@pytest.mark.parametrize(("language", "which"), CASES)
def test_the_right_fact_check_is_proposed_and_no_other(language: str, which: int) -> None:
    tongue = TONGUES[language]
    for stated in (None, language, "en", "qq"):  # what is said of a post's language is often wrong
        found = proposed(MARKED.match(post(tongue.posts[which], stated)))
        assert found == [tongue.claims[which]]


@pytest.mark.parametrize(("language", "which"), CASES)
def test_the_untrained_ranking_has_it_on_top_even_where_no_publisher_marked_its_language(
        language: str, which: int) -> None:
    text = TONGUES[language].posts[which]
    for pool in (MADE, UNMADE):
        assert pool is not None
        [found] = pool.likenesses([text])
        assert STATED[rank(found)[0].place] == (language, TONGUES[language].claims[which])


TOLD = [n for n, t in TONGUES.items()
        if language_of(t.claims[0], stated=None, assumed="en") == n]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("language", TOLD)
def test_a_claim_that_nobody_marked_is_stemmed_as_its_letters_and_small_words_say(
        language: str, which: int) -> None:
    assert set(TOLD) >= set(TONGUES) - {"de", "fr", "es", "it", "pl", "tr", "vi", "fi"}
    assert TONGUES[language].claims[which] in proposed(
        UNMARKED.match(post(TONGUES[language].posts[which])))


@pytest.mark.parametrize("language", TONGUES)
def test_nothing_is_proposed_for_a_post_about_something_else(language: str) -> None:
    for matcher in (MARKED, UNMARKED):
        assert proposed(matcher.match(post(TONGUES[language].unrelated))) == []


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("language", TONGUES)
def test_the_same_text_is_confirmed_in_every_form_of_its_characters(
        language: str, form: str) -> None:
    for claim in TONGUES[language].claims:
        for text in (claim, claim.upper(), claim.replace(" ", "\u00a0"),
                     f"\u2067{claim[:3]}\u200b{claim[3:]}\ufeff\u2069", f"«{claim}».",
                     f"「{claim}」"):
            # The same claim of a neighbouring language may be proposed beside it.
            match, *others = MARKED.match(post(
                unicodedata.normalize(form, text)))  # type: ignore[arg-type]
            assert all(other.by == "proposal" for other in others)
            assert (match.by, match.confirmed, match.fact_check.claim) == (
                "exact text", True, claim)


@pytest.mark.parametrize(("one", "other"), [
    ("ИЩЕМ ЕЩЁ ОДИН ЁЛКА", "ищем еще один елка"),
    ("ΠΟΤΕ ΞΑΝΑ ΔΕΝ ΠΑΜΕ ΟΛΟΙ ΜΑΣ", "ποτέ ξανά δεν πάμε όλοι μας"),
    ("DIE STRASSE IST GESPERRT", "die Straße ist gesperrt"),
    ("IŞIKLAR KESİLDİ YİNE", "ışıklar kesildi yine"), ("كِتابٌ عَن الـحِـبر", "كتاب عن الحبر"),
    ("מְדִינָה וּבְחִירוֹת", "מדינה ובחירות"), ("كتاب علي درباره", "کتاب علی درباره"),
    ("۱۲۳ و ٤٥٦ و ७८९ و ๑๒", "123 و 456 و 789 و 12"), ("１２３　ＡＢＣ", "123 abc"),
    ("ワクチン 接種\nは ２回", "ﾜｸﾁﾝ接種は2回"), ("می‌شود", "میشود"), ("क्‍ष", "क्ष"),
    ("il a dit « non » hier !", "il a dit “non” hier!"),
    ("er sagte »nein« gestern", 'er sagte "nein" gestern'),
    ("מנכ״ל", 'מנכ"ל'), ("п’ять", "пʼять"), ("it´s", "it's"),
    ("ゝ。", "ゝ"), ("सच है।", "सच है"), ("سچ ہے۔", "سچ ہے"),
    ("آیا درست است؟", "آیا درست است?"), ("¡Mentira!", "mentira"),
])
def test_what_is_only_written_otherwise_is_the_same_text(one: str, other: str) -> None:
    assert bare_text(one) == bare_text(other)


@pytest.mark.parametrize(("one", "other"), [
    ("el año", "el ano"), ("côte", "côté"), ("каждый дом", "каждыи дом"), ("ma má", "ma mà"),
    ("これは本当です", "これは本当ですか？"), ("درست است", "درست است؟"),
    ("είναι έτσι", "είναι έτσι;"),
    ("投票用紙は二枚", "投票用紙は三枚"), ("वह गया", "वह गयी"),
])
def test_what_says_something_else_is_another_text(one: str, other: str) -> None:
    assert bare_text(one) != bare_text(other)


@pytest.mark.parametrize("day", [
    "May 26, 2020", "26 May 2020", "26. Mai 2020", "26 mai 2020", "le 26 mai 2020",
    "26 de mayo de 2020", "26 maja 2020", "26 мая 2020 г.", "26 Mayıs 2020", "26 Μαΐου 2020",
    "٢٦ مايو ٢٠٢٠", "26 במאי 2020", "۲۶ مه ۲۰۲۰", "26 मई 2020", "২৬ মে ২০২০", "26 พฤษภาคม 2563",
    "2020年5月26日", "2020년 5월 26일", "ngày 26 tháng 5 năm 2020", "26. toukokuuta 2020",
    "2020. május 26.", "26/05/2020", "2020-05-26", "26.05.2020"])
def test_a_signature_is_one_in_every_language(day: str) -> None:
    for handle in ("@aname", "@name.example", "@name@square.example", "@имя"):
        assert bare_text(f"Two ballots for all — A Name ({handle}) {day}") == "two ballots for all"


@pytest.mark.parametrize("text", [
    "Two ballots for all - this is false, ask your clerk (@clerk)", "Two for all — a lie (@clerk)",
    "Two ballots — says he (@name) and nobody else in the whole county office",
    "Two ballots (@name) May 26, 2020, again", "Two — three (two) May 26, 2020"])
def test_what_is_no_signature_stays(text: str) -> None:
    assert len(bare_text(text).split()) > 4


@pytest.mark.parametrize(("text", "bare"), [
    ("これは嘘です https://t.co/abcと聞いた", "これは嘘ですと聞いた"),
    ("これは@nameさんの話", "これはさんの話"), ("@中央テレビ これは嘘です", "これは嘘です"),
    ("rt @a: これは嘘です", "これは嘘です"),
    ("투표용지 https://t.co/abc를 보라", "투표용지 를 보라"),
    ("＠name： 嘘です", "嘘です")])
def test_links_and_handles_end_where_a_sentence_goes_on_without_a_space(
        text: str, bare: str) -> None:
    assert bare_text(text) == bare


def test_a_post_in_a_language_that_the_pool_has_not_costs_nothing_and_finds_nothing() -> None:
    english = Matcher.build(check(claim, "en") for claim in TONGUES["en"].claims)
    for language, tongue in TONGUES.items():
        if language != "en":
            assert proposed(english.match(post(tongue.posts[0]))) == []


def test_a_text_of_a_language_is_compared_as_the_claims_are_that_it_is_compared_with() -> None:
    """A French post that a client marked as English meets the French claim all the same."""
    french = check(TONGUES["fr"].claims[1], "fr-CA")
    [match] = Matcher.build([french]).match(post("le parapluie interdit dans une bibliothèque "
                                                 "publique par les maires", "en"))
    [other] = Matcher.build([replace(french, language="fra")]).match(
        post("le parapluie interdit dans une bibliothèque publique par les maires"))
    assert match.compared is not None and other.compared is not None
    assert match.compared.likenesses == other.compared.likenesses


def test_five_hundred_made_up_tags_are_one_language_and_cost_a_post_one_analysis(
        monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed that marks each claim as of another language must not make each post cost more."""
    claims = [f"Every voter of the {n}th county is sent {n} ballots" for n in range(500)]
    tags = [f"q{n:03}" for n in range(500)]
    laid = Laid(check(claim, tag) for claim, tag in zip(claims, tags, strict=True))
    assert laid.proposer is not None
    assert laid.proposer.pool.tongues.languages == (OTHER,)
    stemmed: list[str] = []
    was = Words.stemmed

    def counted(self: Words, words: Sequence[str], language: str) -> tuple[str, ...]:
        stemmed.append(language)
        return was(self, words, language)
    monkeypatch.setattr(Words, "stemmed", counted)
    [match, *_] = Matcher(laid).match(post(claims[7].replace("sent", "mailed")))
    assert match.fact_check.claim == claims[7]
    assert len(stemmed) == 2  # once for the gate, once for the comparison


def test_a_text_is_stemmed_once_for_all_languages_that_are_treated_alike(
        monkeypatch: pytest.MonkeyPatch) -> None:
    words = words_with_stemmers()
    assert words is not None
    tongues = Tongues(words, tuple(sorted({*KNOWN, OTHER})))
    treatments = {words.treatment(language) for language in tongues.languages}
    alone = [Tongues(words, (language,)).in_every("Die nicht jeder I 2020 投票用紙 és the")
             for language in tongues.languages]
    stemmed: list[str] = []
    was = Words.stemmed

    def counted(self: Words, words: Sequence[str], language: str) -> tuple[str, ...]:
        stemmed.append(language)
        return was(self, words, language)
    monkeypatch.setattr(Words, "stemmed", counted)
    assert list(tongues.in_each("Die nicht jeder I 2020 投票用紙 és the")) == alone
    assert len(stemmed) == len(treatments) < len(tongues.languages) < 70


def test_what_is_told_of_a_claim_is_the_same_alone_and_among_other_languages() -> None:
    """Beside claims of twenty languages a post's share of a claim's words, say, is as without."""
    assert MADE is not None
    for language, tongue in TONGUES.items():
        alone = Pool.of(Claim(claim, language=language) for claim in tongue.claims)
        assert alone is not None
        places = [n for n, (stated, _) in enumerate(STATED) if stated == language]
        for text in (*tongue.posts, tongue.unrelated):
            [one], [many] = alone.likenesses([text]), MADE.likenesses([text])
            for name in ("numbers shared", "numbers of the text missing", "length of the text",
                         "numbers of the claim missing", "length of the claim"):
                assert one[name].tolist() == many[name][places].tolist()


@pytest.mark.parametrize(("text", "stated", "language"), [
    ("Every voter", "q17", "und"), ("Каждый", "q17", "ru"),
    ("Κάθε ψηφοφόρος", None, "el"), ("Κάθε ψηφοφόρος", "en", "el"), ("Every voter", "de", "de"),
    ("Nicht jeder Wähler ist der erste", None, "de"), ("Nicht der erste", "en", "en"),
    ("Le vote est une fête pour les uns", None, "fr"), ("O voto não é uma festa", None, "pt"),
    ("El Niño no es de la Habana ni del mar", None, "es"), ("Ei ja että", None, "fi"),
    ("El Niño hits Los Angeles", None, "en"), ("Ballots galore", None, "en"),
    ("Every voter", "ru", "en"), ("כל בוחר", None, "he"), ("כל בוחר", "yi", "yi"),
    ("كل ناخب", None, "ar"), ("هر رأی‌دهنده چتر", None, "fa"), ("ہر ووٹر کو ووٹ ڈالنے", None, "ur"),
    ("كل ناخب", "ckb", "ar"), ("हर मतदाता", "mr", "mr"), ("हर मतदाता", "en-IN", "hi"),
    ("Кожен виборець їде", None, "uk"), ("Каждый избиратель", "bg", "bg"), ("投票用紙", "ja", "ja"),
    ("投票用紙は", None, "ja"), ("选票", None, "zh"), ("투표용지", None, "ko"), ("", "fr-CA", "fr"),
    ("2020!", "he", "he"), ("Сваки бирач љубав", "sr", "sr"), ("Svaki birač", "sr", "sr")])
def test_the_language_of_a_text_is_the_stated_one_unless_its_script_says_otherwise(
        text: str, stated: str | None, language: str) -> None:
    assert language_of(text, stated=stated, assumed="en") == language


@pytest.mark.parametrize(("tag", "language"), [
    ("pt-BR", "pt"), ("EN_us", "en"), ("fra", "fr"), ("zh-Hant", "zh"), ("iw", "he"),
    ("Deutsch", "de"), ("Español", "es"), ("中文", "zh"), ("tlh", "tlh"), (" ", None)])
def test_a_tag_is_read_in_the_ways_that_publishers_write_it(tag: str, language: str | None) -> None:
    assert primary(tag) == language


def test_a_letter_is_counted_with_its_marks_and_pairs_are_of_letters() -> None:
    assert length_in_words("ผู้มีสิทธิ") == 3  # of five letters
    assert list(runs_of("ผู้มี")) == ["ผู้มี"]
    assert set(runs_of("abc投票x")) == set(runs_of("abc x")) | {"投票"}


def test_runs_of_letters_are_no_more_than_a_few_times_the_letters() -> None:
    for letter in ("a", "投", "ก", "한", "ﷺ"):
        text = plain(letter * 5000)
        assert sum(1 for _ in runs_of(text)) <= 3 * len(text) + 20


@pytest.mark.parametrize("text", [
    "x" + " " * 19_000 + "?a", (" " * 100 + "»a") * 190, "« " * 9000,
    "- (@a) le 26 de mai 26 " * 800, "@投" * 9000, "@" * 20_000, "#" + "aA1_" * 4900,
    "https://" * 2400, "ﷺ" * 20_000, "\u0301" * 20_000])
def test_no_text_costs_more_than_its_length(text: str) -> None:
    began = time.process_time()
    bare_text(text)
    words_of_every_kind(text)
    assert time.process_time() - began < 5


def words_of_every_kind(text: str) -> None:
    assert MADE is not None
    MADE.likenesses([text])
    MARKED.match(post(text))


def test_folding_twice_is_folding_once() -> None:
    for _, claim in STATED:
        for fold in (alike, roughly):
            assert fold(fold(plain(claim))) == fold(plain(claim))
            assert fold(plain(claim).upper()) == fold(plain(claim))
