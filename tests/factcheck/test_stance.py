"""Cues of a stance: made-up posts and what may be suggested of each, which is often nothing."""

import unicodedata
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.factcheck.stance import MOST_CUES, SUGGESTED_BY, suggest
from evenhand.factcheck.stance_cues import ANYWHERE, BY_LANGUAGE
from evenhand.model.signal import Reported, Suggestion
from evenhand.model.stance import STANCES, Stance

NOTHING = ""

POSTS = [
    # (language or None, what is suggested, the post)
    ("en", "asks", "Is every voter really sent two ballots?"),
    ("en", "asks", "Can anyone confirm that the bridge was sold"),
    ("en", "asks", "I wonder if the mayor really banned umbrellas"),
    (None, "asks", "Why is the library closed? https://a.example/x?y=1"),
    ("de", "asks", "Stimmt es, dass jeder zwei Stimmzettel bekommt"),
    ("de", "asks", "Wurde die Brücke verkauft?"),
    ("es", "asks", "¿De verdad vendieron el puente?"),
    ("fr", "asks", "Est-ce que le pont a été vendu"),
    ("ar", "asks", "هل بيع الجسر حقا؟"),
    ("zh", "asks", "每位选民真的收到两张选票吗？"),
    ("ja", "asks", "橋は本当に売られたのですか？"),
    ("el", "asks", "Πουλήθηκε πράγματι η γέφυρα;"),
    ("el", "asks", "Πουλήθηκε πράγματι η γέφυρα\u037e"),
    ("hy", "asks", "Կամուրջը վաճառվե՞ց"),
    ("pl", "asks", "Czy most został sprzedany?"),
    ("en", "rebuts", "That claim about two ballots is false."),
    ("en", "rebuts", "Every voter is sent two ballots. That is NOT true!"),
    (None, "rebuts", "Fake news!"),
    (None, "rebuts", "#fake Every voter sent two ballots"),
    (None, "rebuts", "#FakeNews Every voter sent two ballots"),
    ("en", "rebuts", "False: Every voter in the county is sent two ballots"),
    ("en", "rebuts", "Every voter is sent two ballots. Lies!"),
    ("en", "rebuts", "FACT CHECK: every voter is sent one ballot"),
    ("en", "rebuts", "There is no evidence that the bridge was sold"),
    ("en", "rebuts", "Please stop spreading this, it was debunked weeks ago"),
    ("en", "rebuts", "The umbrella ban isn’t true, read the law"),
    (None, "rebuts", "The photo of the snail is fake and the train is on time"),
    ("de", "rebuts", "Das mit den Stimmzetteln stimmt nicht."),
    ("de", "rebuts", "Die Meldung ist frei erfunden!"),
    (None, "rebuts", "Das ist eine Lüge, und das weiß jeder"),
    ("es", "rebuts", "Eso es falso: nadie vendió el puente"),
    ("es", "rebuts", "No es cierto que se vendiera el puente"),
    ("es", "rebuts", "Es un bulo, no lo compartan"),
    ("fr", "rebuts", "C’est faux, le pont n'a pas changé de propriétaire"),
    ("fr", "rebuts", "Cette photo est un montage."),
    ("en", "reports", "The mayor said: “Every voter is sent two ballots”"),
    ("en", "reports", "According to Example Facts the bridge was sold"),
    ("en", "reports", "Ada Clerk claims that every voter is sent two ballots"),
    ("en", "reports", "@clerk says that every voter is sent two ballots, and @clerk says: vote"),
    ("en", "reports", "They say the bridge was sold"),
    (None, "reports", "“Every voter is sent two ballots.” — Ada Clerk"),
    ("de", "reports", "Laut Stadtverwaltung wurde die Brücke verkauft"),
    ("de", "reports", "Der Bürgermeister behauptet, dass die Brücke verkauft wurde"),
    ("es", "reports", "Según el alcalde el puente se vendió"),
    ("fr", "reports", "Le maire affirme que le pont est vendu"),
    ("en", "opines", "I think two ballots a voter is a bad idea"),
    ("en", "opines", "In my opinion the bridge was too cheap"),
    ("en", "opines", "imho the snail had the right of way"),
    ("de", "opines", "Meiner Meinung nach war die Brücke zu billig"),
    ("es", "opines", "Creo que el puente era demasiado barato"),
    ("fr", "opines", "À mon avis le pont était trop bon marché"),
    ("en", "predicts", "Every voter will be sent two ballots this fall"),
    ("en", "predicts", "The bridge is going to fall down"),
    ("en", "predicts", "Mark my words: the bridge falls"),
    ("de", "predicts", "Die Brücke wird bald verkauft"),
    ("es", "predicts", "Van a vender el puente"),
    ("es", "predicts", "El puente se venderá en otoño"),
    ("fr", "predicts", "Ils vont vendre le pont"),
    ("fr", "predicts", "Le pont sera vendu à l'automne"),
    ("en", "mocks", "Every voter gets two ballots and a pony /s"),
    ("en", "mocks", "Sure, and the snail drove the train"),
    ("en", "mocks", "Yeah right. Two ballots for all"),
    ("de", "mocks", "Ja klar, und die Schnecke fuhr den Zug"),
    ("es", "mocks", "Sí, claro. Y el caracol conducía el tren"),
    ("fr", "mocks", "Ben voyons, l'escargot conduisait le train"),
    (None, "mocks", "Two ballots for all #sarcasm"),
    # Cues that disagree: all are shown, none is preferred.
    ("en", "asks rebuts", "Two ballots for every voter? That's a hoax."),
    ("en", "reports rebuts", "Ada Clerk says that it is fake."),
    ("en", "predicts opines", "I think the bridge will fall"),
    ("en", "asks reports", "According to the mayor the bridge was sold. Is that so?"),
    # Where nothing may be suggested.
    ("en", NOTHING, "Every voter is sent two ballots"),
    ("en", NOTHING, "The fake news won't tell you: every voter is sent two ballots"),
    ("en", NOTHING, "Nobody can say that this is fake"),
    ("en", NOTHING, "It is not a hoax. I counted them myself"),
    ("en", NOTHING, "Two thousand fake ballots were found in the river"),
    ("en", NOTHING, "Did you know that every voter is sent two ballots?"),
    ("en", NOTHING, "Every voter is sent two ballots, right?"),
    ("en", NOTHING, "He wrote “this is fake” on every ballot?!”"[:-1].replace("?!", "")),
    ("en", NOTHING, "Will Smith left the bridge to his sister in his will"),
    ("en", NOTHING, "They voted of their own free will"),
    ("en", NOTHING, "I'm going to the library, the bridge was sold"),
    ("en", NOTHING, "Needless to say the bridge was sold"),
    ("en", NOTHING, "It is not only true, it is worse: the bridge was sold"),
    ("en", NOTHING, "The train went 90 km/s, or so it felt, on roads and/or rails"),
    ("en", NOTHING, "I believe in bridges"),
    ("en", NOTHING, "Sure, it rained, but the bridge was sold"),
    ("en", NOTHING, "Read https://a.example/is-it-true?yes and https://fake.example/is/fake."),
    ("en", NOTHING, "@is_fake @not_true every voter is sent two ballots"),
    ("en", NOTHING, "Fact check: true. Every voter is sent two ballots"),
    ("de", NOTHING, "Jeder bekommt zwei Stimmzettel, nicht wahr?"),
    ("de", NOTHING, "Ich will die Brücke sehen"),
    ("de", NOTHING, "Niemand kann sagen, das sei gelogen; es war laut und wahr"),
    ("es", NOTHING, "En Irán venden puentes"),
    ("fr", NOTHING, "Il va à la mer, la caméra tourne"),
    ("fr", NOTHING, "C'est pas vrai ! Le pont est vendu !"),
    ("tr", NOTHING, "Bu haber is fake. I think will be"),
    (None, NOTHING, ""),
    (None, NOTHING, "????? https://a.example"[5:]),
]


@pytest.mark.parametrize(("language", "expected", "text"), POSTS,
                         ids=[f"{n} {p[2][:30]}" for n, p in enumerate(POSTS)])
def test_of_each_post_this_is_suggested(language: str | None, expected: str, text: str) -> None:
    found = suggest(text, language)
    assert found.stances == tuple(s for s in STANCES if s in expected.split()), found.cues
    for cue in found.cues:
        assert " ".join(text[cue.start:cue.end].split()) == cue.words


def test_the_table_has_cues_of_every_stance_but_that_a_post_asserts() -> None:
    suggested = {s for _, expected, _ in POSTS for s in expected.split()}
    assert suggested == set(STANCES) - {"asserts"}
    listed = {stance for patterns in (ANYWHERE, *BY_LANGUAGE.values()) for stance, _ in patterns}
    assert "asserts" not in listed


def test_words_that_the_claim_itself_holds_are_no_cue() -> None:
    post = "The moon landing is fake, says nobody"
    assert suggest(post, "en").stances == ("rebuts",)
    assert suggest(post, "en", claims=["The moon landing is fake"]).stances == ()
    asked = "Is every voter sent two ballots?"
    assert suggest(asked, "en", claims=["Is every voter sent two ballots?"]).stances == ()


def test_letters_written_in_parts_are_the_same_letters_and_keep_their_places() -> None:
    post = "Das ist eine Lüge. Größe!"
    parts = unicodedata.normalize("NFD", post)
    assert len(parts) > len(post)
    [cue] = suggest(parts, "de").cues
    assert parts[cue.start:cue.end] == unicodedata.normalize("NFD", "ist eine Lüge")


def test_what_is_recorded_is_the_stances_and_who_suggested_them_and_never_a_choice() -> None:
    told = suggest("Two ballots for every voter? That's a hoax.", "en").suggestion
    assert told == Suggestion(by=SUGGESTED_BY, values=("asks", "rebuts"))
    assert Reported(name="post.stance", value="asks", observer="person:a",
                    suggested=told).followed is None
    for value, followed in (("rebuts", True), ("asserts", False)):
        said = Reported(name="post.stance", value=value, observer="person:a",
                        suggested=Suggestion(by=SUGGESTED_BY, values=("rebuts",)))
        assert said.followed is followed


@given(st.text(max_size=300), st.sampled_from([None, "en", "de", "es", "fr", "el"]),
       st.lists(st.text(max_size=40), max_size=2))
def test_whatever_the_text_its_cues_are_its_own_words(text: str, language: str | None,
                                                      claims: list[str]) -> None:
    found = suggest(text, language, claims=claims)
    assert found == suggest(text, language, claims=claims)
    assert len(found.cues) <= MOST_CUES
    for cue in found.cues:
        assert cue.stance in get_args(Stance)
        assert 0 <= cue.start < cue.end <= len(text)
        assert " ".join(text[cue.start:cue.end].split()) == cue.words


@settings(max_examples=20)
@given(st.sampled_from([p[2] for p in POSTS]), st.integers(200, 1200))
def test_long_rows_of_one_text_are_read_in_time(text: str, times: int) -> None:
    assert len(suggest(text * times, "en").cues) <= MOST_CUES
