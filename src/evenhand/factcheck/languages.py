"""Languages by their tags: which one a text is compared in, its stemmer, its words without meaning.

A publisher may state any tag, or none. Where the stated language is not written in the script of
the text, the text is taken to be in the language that is most often written in it: a claim in
Greek that nobody marked must not be stemmed as English.

>>> primary("pt_BR"), primary("fra"), primary("Deutsch"), primary(None)
('pt', 'fr', 'de', None)
>>> language_of("Κάθε ψηφοφόρος", stated=None, assumed="en")
'el'
>>> language_of("Every voter", stated="ja", assumed="en")
'en'

Nor does a tag cost anything: of what is stated in tags that say nothing here, all is one language.

>>> language_of("Every voter", stated="qaa", assumed="en")
'und'
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

import regex

SNOWBALL: Mapping[str, str] = MappingProxyType({
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "st": "sesotho", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish"})
"""Primary subtag -> the Snowball algorithm of the language; others are not stemmed."""

LISTED: Mapping[str, str] = MappingProxyType({
    "da": "DANISH", "de": "GERMAN", "en": "EN_PLUS", "es": "SPANISH", "fr": "FRENCH",
    "it": "ITALIAN", "nb": "NORWEGIAN", "nl": "DUTCH", "no": "NORWEGIAN", "pt": "PORTUGUESE",
    "ru": "RUSSIAN", "sv": "SWEDISH", "tr": "TURKISH"})
"""Primary subtag -> the list of bm25s that holds its words without meaning of their own."""

OURS: Mapping[str, frozenset[str]] = MappingProxyType({
    language: frozenset(words.split()) for language, words in {
        "ar": "في من على الى إلى عن مع هذا هذه ذلك تلك التي الذي الذين ان أن إن كان "
              "كانت لا ما لم لن قد كل هو هي هم او أو ثم و بعد قبل بين حتى اذا إذا كما "
              "عند غير أي اي",
        "bn": "এবং ও যে এই সেই তা থেকে জন্য করে করা হয় হয়েছে হবে না কি একটি এক তার "
              "তাদের সঙ্গে সাথে কিন্তু আর বা নিয়ে মধ্যে উপর",
        "cs": "a aby ale ani by být byl byla bylo co do i je jako již jsou k když "
              "která které který ma má na ne nebo není o od po pro při s se si tak "
              "také to u v ve z za že",
        "el": "και το του της η ο οι τα τη την τον τους στο στη στην στον στα σε με "
              "για από απο που να θα δεν είναι ένα ένας μια ότι ως αν αλλά των θα "
              "είχε έχει",
        "fa": "و در به از که این آن را با است برای تا بر هم نیز یک ها می شود شد شده "
              "بود باشد خود اما یا هر نه کرد کرده کند",
        "fi": "ja on ei se että oli ovat mutta tai kun niin myös joka jotka sen hän "
              "he me te ne ole olla oli ollut kuin vain jo tämä tämän nyt sekä",
        "he": "של את על לא זה זו הוא היא הם הן אני עם כל כי גם או אבל אם יש אין היה "
              "הייתה היו מה אל בין עד רק כבר כמו",
        "hi": "के का की है हैं में से को और पर यह वह ने कि एक भी नहीं तो ही था थी थे "
              "इस उस जो कर करने लिए हो गया गई गए या अपने साथ रहा रही रहे जा किया",
        "hu": "a az és hogy nem is egy ez meg de csak van volt ki be el már még mint "
              "vagy ha akkor minden lesz",
        "id": "yang dan di ke dari untuk dengan ini itu pada adalah tidak akan oleh "
              "atau dalam juga sudah telah ada bisa karena sebagai para",
        "pl": "w i z na do nie się że to jest o jak a za po od przez dla są oraz ale "
              "co czy już tylko tym tego ma być był była było który która które może "
              "ze we",
        "ro": "și a al ale cu că ce ca cel cea de din după este era în la mai nu o pe "
              "pentru prin sau se sunt un una va",
        "uk": "і й та в у на з до не що це як за від по про для є був була було чи "
              "або але які який яка їх його її він вона вони ще вже",
        "ur": "کے کا کی ہے ہیں میں سے کو اور پر یہ وہ نے کہ ایک بھی نہیں تو ہی تھا "
              "تھی تھے اس جو کر لئے",
        "vi": "và của là có được cho các với một những này đó trong không người đã sẽ "
              "để khi từ ở ra vào cũng như về trên tại bị do",
    }.items()})
"""Words without meaning of their own, of languages that bm25s has no list for."""

_NAMES: Mapping[str, str] = MappingProxyType({
    name: tag for tag, names in {
        "ar": "ara arabic العربية", "bg": "bul bulgarian български", "bn": "ben bengali bangla বাংলা",
        "ca": "cat catalan català", "cs": "ces cze czech čeština", "da": "dan danish dansk",
        "de": "deu ger german deutsch", "el": "ell gre greek ελληνικά", "en": "eng english",
        "es": "spa spanish español castellano", "et": "est estonian eesti", "eu": "eus basque",
        "fa": "fas per persian farsi فارسی", "fi": "fin finnish suomi",
        "fr": "fra fre french français", "ga": "gle irish", "he": "heb iw hebrew עברית",
        "hi": "hin hindi हिन्दी हिंदी", "hr": "hrv croatian hrvatski", "hu": "hun hungarian magyar",
        "hy": "hye arm armenian", "id": "ind in indonesian", "it": "ita italian italiano",
        "ja": "jpn japanese 日本語", "km": "khm khmer", "ko": "kor korean 한국어",
        "lt": "lit lithuanian", "ms": "msa may malay", "ne": "nep nepali",
        "nl": "nld dut dutch nederlands", "nb": "nob", "no": "nor norwegian norsk",
        "pl": "pol polish polski", "pt": "por portuguese português",
        "ro": "ron rum romanian română",
        "ru": "rus russian русский", "sr": "srp serbian српски", "sv": "swe swedish svenska",
        "ta": "tam tamil", "th": "tha thai ไทย", "tr": "tur turkish türkçe",
        "uk": "ukr ukrainian українська", "ur": "urd urdu اردو", "vi": "vie vietnamese",
        "yi": "yid ji yiddish", "zh": "zho chi chinese 中文",
    }.items() for name in names.split()})
"""Codes of three letters, codes that were replaced, and names -> the primary subtag."""

# A script, what is written in it, the one most often first; what is in none is left as stated.
_SCRIPTS: tuple[tuple[regex.Pattern[str], tuple[str, ...]], ...] = tuple(
    (regex.compile(letters), tuple(languages.split())) for letters, languages in (
        (r"[\u3040-\u30ff]", "ja"), (r"\p{Hangul}", "ko"), (r"\p{Han}", "zh ja ko"),
        (r"\p{Greek}", "el"), (r"\p{Hebrew}", "he yi"), (r"\p{Thai}", "th"), (r"\p{Khmer}", "km"),
        (r"\p{Lao}", "lo"), (r"\p{Myanmar}", "my"), (r"\p{Armenian}", "hy"), (r"\p{Tamil}", "ta"),
        (r"\p{Bengali}", "bn as"), (r"\p{Devanagari}", "hi mr ne sa"),
        (r"[ٹڈڑںے]", "ur"), (r"[پچژگ]", "fa ur ps ku sd ug"),
        (r"\p{Arabic}", "ar fa ur ps ku sd ug"),
        (r"[іїєґ]", "uk"), (r"[ђјљњћџ]", "sr mk"),
        (r"\p{Cyrillic}", "ru uk bg sr mk be kk ky mn tg")))
_LATIN_NEVER = frozenset(language for _, languages in _SCRIPTS for language in languages) - {
    "sr", "ku", "kk"}
_WORD = regex.compile(r"\p{L}+")
# None of them is an English word too, or stands in names that English texts hold.
_SMALL = {language: frozenset(words.split()) for language, words in {
    "cs": "je se že jsou byl bylo který která jako když není také aby podle jejich už",
    "da": "og er det ikke af til på med har blev eller efter være fra også",
    "de": "der das und ist nicht ein eine einen von mit für auf den dem wird wurde hat sich bei zu "
          "sind werden",
    "en": "the of and is are was were to in that for with has have by not from it an be their",
    "es": "las del y en que una por con para se es ha su al como más fue son",
    "fi": "ja ei että ovat oli kun niin mutta tai myös joka sen hän kuin",
    "fr": "le les des du et en est que une un pas pour dans par sur au aux qui sont été ses ces",
    "hu": "az és hogy nem egy volt meg már csak mint vagy ez ki be",
    "id": "yang dan dari untuk dengan ini itu pada adalah tidak akan oleh dalam telah",
    "it": "il lo gli le del della che non una per con è sono nel nella dei delle ha al",
    "nl": "het een en niet dat op te zijn met voor aan door wordt bij uit heeft",
    "no": "og er det ikke av til på med har ble eller etter være fra også",
    "pl": "na nie się że jest są przez oraz dla który która jak była po od już",
    "pt": "os da dos das em na não que um uma por com para se é foi ao mais pela são",
    "ro": "și nu este din pe cu că un pentru care sunt fost mai prin",
    "sv": "och är det inte av till på med har blev eller efter att från också som",
    "tr": "ve bir bu için değil olarak çok daha gibi olan var yok tarafından bütün",
    "vi": "và của là có được cho các với một những này đã không trong người sẽ từ trên",
}.items()}
_ENOUGH = 400
"""Letters of a text that tell its script."""

OTHER = "und"
"""The tag of all languages of which nothing is known here: their texts are treated alike."""

KNOWN = frozenset({*SNOWBALL, *LISTED, *OURS, *_NAMES.values(), *_SMALL, *(
    language for _, languages in _SCRIPTS for language in languages)})
"""The languages of which anything is known here. Words of each are told apart, and a text is split
once for each, so that a publisher who makes up a tag for every claim must not make more of them."""


def primary(tag: str | None) -> str | None:
    """The primary subtag of a language tag, in two letters where it has any; None of nothing.

    Three letters of ISO 639 are taken too, and the name of a language in it or in English.
    """
    if not tag or not tag.strip():
        return None
    first = unicodedata.normalize("NFC", tag).strip().replace("_", "-").split("-")[0].casefold()
    return _NAMES.get(first, first)


def language_of(text: str, *, stated: str | None, assumed: str) -> str:
    """The primary subtag of the language in which a text is compared.

    It is what is `stated`, unless that is never written in the script of most of the text's
    letters. Where nothing is stated, Latin letters are taken for the language whose smallest words
    stand in the text, where two at least are of one alone; else for what is `assumed`. It is one
    of `KNOWN`, or `OTHER`.
    """
    found = _language_of(text, stated, assumed)
    return found if found in KNOWN else OTHER


def _language_of(text: str, stated: str | None, assumed: str) -> str:
    given = primary(stated) or primary(assumed) or "en"
    letters = [c for c in text[:_ENOUGH] if c.isalpha()]
    foreign = "".join(c for c in letters if c > "\u024f" and not "\u1e00" <= c <= "\u1eff")
    if 2 * len(foreign) < len(letters):
        if given in _LATIN_NEVER:
            given = primary(assumed) or "en"
            given = "en" if given in _LATIN_NEVER else given
        return given if primary(stated) else _by_small_words(text) or given
    folded = foreign.casefold()
    for script, languages in _SCRIPTS:
        if script.search(folded):
            return given if given in languages else languages[0]
    return given


def _by_small_words(text: str) -> str | None:
    words = set(_WORD.findall(unicodedata.normalize("NFC", text[:_ENOUGH]).casefold()))
    counts = sorted(((len(words & small), language) for language, small in _SMALL.items()),
                    reverse=True)
    (most, language), (second, _) = counts[:2]
    return language if most >= 2 and most > second else None
