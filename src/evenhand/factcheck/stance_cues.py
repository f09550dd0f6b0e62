"""The cues of each stance, as patterns: those of no language, of English, German, Spanish, French.

In each pattern the group `cue` holds the words that are shown. A cue should rather be missed than
found where there is none: whoever answers sees nothing then, and thinks for themselves. So “fake”
counts where something is said to be fake, not where somebody speaks of fake ballots; “will” not
where it is a name, a testament or a promise; a question not where it only wants a nod.
"""

from __future__ import annotations

from collections.abc import Mapping

import regex

from evenhand.model.stance import Stance

Pattern = tuple[Stance, "regex.Pattern[str]"]

_FROM = r"(?:^\s*|[.!?…:\n]\s*)"
"""The beginning of a sentence."""
_ENDS = (r"(?=\s*(?:$|[.!,;:?)\]\"”»\n…]|(?:and|but|or|because|since|und|aber|weil|y|pero|porque|et"
         r"|mais|car)\b))")
"""What may follow a word that says of something that it is so: it qualifies no other word."""
_NAME = r"(?-i:\p{Lu}[\p{L}.'-]*(?:\s\p{Lu}[\p{L}.'-]*){0,3})"


def _all(stance: Stance, *patterns: str) -> tuple[Pattern, ...]:
    return tuple((stance, regex.compile(p, regex.IGNORECASE)) for p in patterns)


ANYWHERE: tuple[Pattern, ...] = (
    *_all("asks",
          r"(?P<cue>[\p{L}\p{M}\p{N}'%)\]\"”»]*[?？؟⁇‽⸮՞፧]+)(?=[\s!.)\]\"”»'…]|$"
          r"|(?<=[？؟՞፧]))",
          # The question mark of Greek is written like a semicolon.
          r"(?P<cue>[\p{Greek}\p{M}]+;)(?=\s|$)"),
    *_all("reports", r"[”\"»]\s*(?P<cue>[—–-]{1,2}\s*(?-i:\p{Lu})[\p{L}.' -]{2,60})\s*$"),
    *_all("rebuts",
          r"(?P<cue>#(?:fake(?:_?news)?|hoax|debunked|factcheck(?:ed)?|bulo|intox|falschmeldung))\b",
          _FROM + r"(?P<cue>fake(?: news)?|hoax|debunked)(?=\s*(?:[.!:\n]|$))",
          r"(?P<cue>\bfact[- ]?check\s*:)(?!\s*true\b)"),
    *_all("mocks",
          r"(?:^|\s)(?P<cue>/(?:s|sarcasm|irony|ironie|ironía))(?=\s*(?:$|[.!\n]))",
          r"(?P<cue>#(?:sarcasm|sarcastic|irony|ironie|ironía|sarcasmo|sarkasmus|sarcasme))\b"),
)
"""What belongs to no language, or to all of them."""

_FALSE = (r"(?:false|fake|untrue|bogus|fabricated|photoshopped|debunked|nonsense|bullshit|bs|lies"
          r"|misinformation|disinformation|made up|(?:a |an outright )?(?:lie|hoax|myth)"
          r"|fake news)")

_ENGLISH = (
    *_all("asks",
          _FROM + r"(?P<cue>is it true\b|can (?:any|some)(?:one|body) (?:confirm|explain|tell)"
          r"|does any(?:one|body) know|has any(?:one|body) (?:heard|seen))",
          r"\b(?P<cue>i(?:'m| am)? (?:wonder|wondering) (?:if|whether))\b"),
    *_all("rebuts",
          _FROM + r"(?P<cue>(?:false|untrue|lies?|nonsense|bullshit|misinformation))(?=\s*[.!:\n])",
          r"(?P<cue>(?:\b(?:is|are|was|were|been|totally|completely|utterly|absolutely|obviously"
          r"|simply|just|pure|all|proven)|'s|'re|100%)\s+" + _FALSE + r")\b" + _ENDS,
          r"(?<!\bthe )\b(?P<cue>(?:false|fake|bogus|debunked|baseless|unfounded) (?:claims?"
          r"|rumou?rs?|story|stories|quotes?|photos?|pictures?|videos?|information"
          r"|news(?=\s*(?:$|[.!,;?\n]))))\b",
          r"(?P<cue>\b(?:not|isn't|ain't|aren't|wasn't|weren't|never) (?:at all |even |actually "
          r"|remotely )?(?:true|accurate|correct|the case))\b",
          r"\b(?P<cue>(?:there is |there's )?no (?:evidence|proof)(?: that| for| of)?)\b",
          r"\b(?P<cue>(?:been|was|were|already|long) debunked|never happened|taken out of context"
          r"|(?:stop|quit) (?:spreading|sharing)|don't (?:believe|share|fall for) (?:this|it|that)"
          r"|contrary to (?:claims|rumou?rs))\b"),
    *_all("reports",
          r"\b(?P<cue>according to (?!me\b|my\b|plan\b|law\b|the law\b)\p{L}+)",
          r"\b(?P<cue>reportedly|allegedly|rumou?r has it|sources? (?:say|said|claim)"
          r"|it (?:is|was|'s) (?:claimed|reported|alleged|said) that|i (?:heard|read) that)\b",
          r"\b(?P<cue>(?:he|she|they|people|some|officials|experts|police|critics|someone|somebody)"
          r" (?:says?|said|claims?|claimed|tweeted|alleges?|insists?|believes?))\b"
          r"(?! (?:so|hi|hello|goodbye)\b)",
          r"\b(?P<cue>(?:the|our|my|a) \p{L}+ (?:says|said|claims|claimed|insists|announced))"
          r"(?=\s+that\b|\s*[:,\"“])",
          r"(?<![\p{L}'])(?P<cue>(?-i:(?!(?:I|You|We|This|That|It|What|Which|Who|Nobody|No|The|As|"
          r"And|But|So|If|Needless|Enough|He|She|They|Never|Easier|There|Nothing|False|Fake)\b))"
          + _NAME + r" (?:says|said|claims|claimed|tweeted|alleges|alleged|reports|reported"
          r"|announced|insists|argues|warns|warned))(?=\s+(?:that|the|there|he|she|it|they|every|all"
          r"|no)\b|\s*[:,\"“])"),
    *_all("opines",
          r"(?<!\bas )\b(?P<cue>(?:i|we)(?: personally| really| honestly| just| still)?(?: don't"
          r"| do not)? (?:think|believe(?! in\b)|reckon|suppose|suspect|guess|feel (?:like|that"
          r")))\b",
          r"\b(?P<cue>in my (?:humble |honest )?(?:opinion|view)|imh?o|if you ask me|seems to me"
          r"|to my mind|personally,|unpopular opinion|hot take)(?!\p{L})"),
    *_all("predicts",
          r"(?<!\b(?:free|good|ill|his|her|my|your|their|our|its|own|the|a|last|living|at|against"
          r"|of|i|we|who) )\b(?P<cue>(?-i:will|WILL)(?: (?:not|never|soon|all|also|probably|surely"
          r"|definitely|only))* (?!you\b|tell\b|see\b|do\b)\p{L}+)(?<!\byou will (?:be|not|never"
          r"|love))",
          r"\b(?P<cue>won't (?:be|have|happen|last|survive))\b",
          r"\b(?P<cue>(?:they|it|he|she|there)'ll (?:\p{L}+))\b",
          r"(?:\b(?:is|are)|'s|'re)(?<!\bwe're)(?: not| never| all| just)? "
          r"(?P<cue>(?:going to|gonna) (?!the\b|a\b|my\b|his\b|her\b|their\b"
          r"|school\b|bed\b|work\b|jail\b|church\b|court\b"
          r"|hell\b|war\b|town\b|college\b|prison\b|(?-i:\p{Lu}\p{Ll}))\p{L}+)",
          r"\b(?P<cue>i predict|mark my words|prediction:)"),
    *_all("mocks",
          _FROM + r"(?P<cue>oh,? sure|suuu*re|yeah,? (?:right|sure)|riii+ght)\b",
          _FROM + r"(?P<cue>sure(?:,| because))(?![^.!?\n]{0,160}\bbut\b)",
          r"\b(?P<cue>nothing to see here|what could (?:possibly )?go wrong"
          r"|totally (?:legit|believable))\b"),
)

_GERMAN = (
    *_all("asks",
          r"\b(?P<cue>stimmt es,? dass|weiß (?:das )?jemand|kann (?:das |mir )?jemand (?:bestätigen"
          r"|erklären|sagen)|ich frage mich,? ob)\b"),
    *_all("rebuts",
          r"\b(?P<cue>(?:ist|sind|war|waren|alles|völlig|komplett|schlicht|einfach|frei|reiner?)"
          r" (?:eine? )?(?:fake|falsch|unwahr|gelogen|erfunden|quatsch|unsinn|blödsinn|lüge"
          r"|falschmeldung|schwachsinn|widerlegt|fälschung|märchen|fake news|desinformation))\b"
          + _ENDS,
          r"\b(?P<cue>stimm(?:t|en) (?:so |einfach |gar |überhaupt |leider )?nicht"
          r"|nicht wahr(?!\s*\?)|keine(?:rlei)? belege?|längst widerlegt|faktencheck\s*:)"),
    *_all("reports",
          r"\b(?P<cue>laut (?-i:\p{Lu})\p{L}+|\p{L}+ zufolge|angeblich|es heißt,? dass"
          r"|(?:er|sie|man) (?:sagt|sagte|behauptet|behauptete))\b",
          r"(?<!\p{L})(?P<cue>" + _NAME + r" (?:sagt|sagte|behauptet|behauptete|twitterte|meldet"
          r"|berichtet))(?=\s*[,:])"),
    *_all("opines",
          r"\b(?P<cue>ich (?:persönlich )?(?:glaube(?! an\b)|denke|finde|meine|vermute)"
          r"|meiner (?:bescheidenen )?meinung nach|meines erachtens|aus meiner sicht)\b"),
    *_all("predicts",
          r"\b(?P<cue>(?:wird|werden) (?:bald|demnächst|niemals|künftig|nächste[nsr]?|eines tages)"
          r"|ich (?:prophezeie|wette)|sage voraus|merkt euch meine worte)\b"),
    *_all("mocks",
          _FROM + r"(?P<cue>ja,? klar|na klar,|ja,? sicher,|schon klar|klar doch)",
          r"(?P<cue>/?\bironie (?:off|aus))\b"),
)

_SPANISH = (
    *_all("asks", r"\b(?P<cue>alguien sabe|alguien puede confirmar|me pregunto si)\b"),
    *_all("rebuts",
          r"\b(?P<cue>(?:es|son|era|fue|todo|totalmente|completamente) (?:una? |puro |pura )?"
          r"(?:fals[oa]s?|mentiras?|bulos?|fake|montaje|engaño|desinformación|invento))\b"
          + _ENDS,
          r"\b(?P<cue>no (?:es|son|era) (?:cierto|verdad|así))\b(?!\s*\?)",
          r"\b(?P<cue>(?:fue|ha sido|está) desmentid[oa]|no hay (?:pruebas|evidencias?))\b"),
    *_all("reports",
          r"\b(?P<cue>según (?!yo\b|mi\b|mí\b)\p{L}+|supuestamente|presuntamente|(?:se )?dicen? que"
          r"|(?:dijo|afirman?|afirmó|aseguran?) que)\b"),
    *_all("opines",
          r"\b(?P<cue>(?:creo|pienso|opino|considero|supongo) que|en mi opinión|a mi juicio"
          r"|me parece que|desde mi punto de vista)\b"),
    *_all("predicts",
          r"\b(?P<cue>van? a (?!la\b|el\b|los\b|las\b|una?\b|ver\b)\p{L}+(?:ar|er|ir)"
          r"(?:se|l[oae]s?)?)\b",
          r"\b(?P<cue>\p{L}{2,}(?:ará|erá|irá|arán|erán|irán))\b(?<!\b(?:quizá|además))"),
    *_all("mocks",
          _FROM + r"[¡\s]*(?P<cue>sí,? claro|claro,? claro|ajá,? claro|sí,? seguro)\b",
          r"\b(?P<cue>modo ironía|ironía (?:on|off))\b"),
)

_FRENCH = (
    *_all("asks",
          r"\b(?P<cue>est-ce que|quelqu'un (?:sait|peut confirmer)|je me demande si"
          r"|est-il vrai)\b"),
    *_all("rebuts",
          r"(?P<cue>\b(?:c'est|est|sont|était|totalement|complètement) (?:un |une |du |des |de l')?"
          r"(?:faux|fausses?|mensonges?|intox|infox|fake|canular|n'importe quoi|bidon|montage"
          r"|désinformation))\b" + _ENDS,
          r"\b(?P<cue>n'est pas (?:vraie?|exacte?|le cas)|c'est pas vrai(?!\s*[?!])|a été démentie?"
          r"|aucune preuve|fausses? (?:informations?|nouvelles?|rumeurs?))\b"),
    *_all("reports",
          r"\b(?P<cue>(?:selon|d'après) (?!moi\b|nous\b)\p{L}+|prétendument|soi-disant|paraît-il"
          r"|il paraît que|on dit que|(?:a dit|dit|affirme|prétend|assure|a déclaré) que)\b"),
    *_all("opines",
          r"\b(?P<cue>je (?:pense|crois|trouve|suppose) que|à mon avis|selon moi|d'après moi"
          r"|il me semble)\b"),
    *_all("predicts",
          r"\b(?P<cue>(?:va|vont) (?:bientôt |sûrement |jamais )?(?!voir\b)\p{L}{2,}"
          r"(?:er|ir|re))\b",
          r"\b(?P<cue>(?:sera|seront|aura|auront|fera|feront|deviendra|arrivera))\b"),
    *_all("mocks",
          _FROM + r"(?P<cue>mais oui,? (?:bien sûr|c'est ça)|b[ea](?:n|h) voyons"
          r"|ouais,? (?:bien sûr|c'est ça))"),
)

BY_LANGUAGE: Mapping[str, tuple[Pattern, ...]] = {
    "en": _ENGLISH, "de": _GERMAN, "es": _SPANISH, "fr": _FRENCH}
"""Primary subtag -> its cues. Of other languages only what belongs to none is looked for."""

NOT_ASKED: Mapping[str, regex.Pattern[str]] = {
    name: regex.compile(pattern, regex.IGNORECASE) for name, pattern in {
        "en": r"^\W*(?:did you know|can you (?:believe|imagine)|guess what|who knew|how dare"
              r"|do you realiz?s?e)\b|\b(?:right|huh|eh|ok|okay|isn't it|aren't they|you know)\W*$",
        "de": r"^\W*(?:wusstest du|wussten sie|wusstet ihr)\b"
              r"|\b(?:nicht wahr|oder|gell|ne|was)\W*$",
        "es": r"^\W*(?:sab[ií]as|sabían|sabíais) que\b|\b(?:verdad|no|cierto)\W*$",
        "fr": r"^\W*(?:saviez-vous|savais-tu)\b|\b(?:non|hein|pas vrai|n'est-ce pas)\W*$",
    }.items()}
"""Questions that want no answer: what they ask about is said. Whole sentence, mark and all."""

DENIED: Mapping[str, regex.Pattern[str]] = {
    name: regex.compile(pattern, regex.IGNORECASE) for name, pattern in {
        "en": r"\b(?:not|never|no|nobody|hardly|without|if|whether|cannot)\b|n't\b",
        "de": r"\b(?:nicht|kein\w*|nie|niemand|ob|wenn|falls)\b",
        "es": r"\b(?:no|nunca|nadie|ni|si)\b",
        "fr": r"\b(?:pas|jamais|rien|personne|si)\b",
    }.items()}
"""Words that deny, or only suppose, what follows them in the same part of a sentence."""

COMMON_WORDS: Mapping[str, frozenset[str]] = {name: frozenset(words.split()) for name, words in {
    "en": "the and is are was were of to that this it they not with for you have has will be from "
          "what in on i i'm it's that's isn't don't won't he she we their every all says",
    "de": "der die das und ist nicht ein eine zu den von mit sich auf dass sind auch es wir ich "
          "wird werden im für jeder alle haben hat sie er",
    "es": "el la los que de y es en un una por con para no se las del al lo está son su como pero "
          "todos cada esto eso van",
    "fr": "le la les des et est une que dans pour pas ce qui sur il au du avec sont nous vous je "
          "c'est un en tous chaque ça",
}.items()}
"""Words by which the language of a text is told where nobody states it."""
