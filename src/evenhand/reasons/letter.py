"""The letter to the author: the statement of reasons in plain words, sealed with the record.

It says what was done, why in the clause's own words, on which facts, how they were found, and how
to appeal and by when. The receipt from the ledger is attached when the letter is delivered, since
the ledger must hold these words first. Every line is made by `plain`, so that no stranger's words
(the post's, a publisher's) can forge a part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from evenhand.model.action import Action, ActionKind, Effect
from evenhand.model.appeal import Answer, Appeal
from evenhand.model.decision import CauseKind, Decision, SetAside, SetAsideBecause
from evenhand.model.post import Post
from evenhand.model.statement import (
    Correction,
    FactReliedOn,
    GroundConsidered,
    GroundStated,
    Notice,
    StatementOfReasons,
)
from evenhand.reasons.answered import your_appeal
from evenhand.reasons.of_claims import claim_of, let_go, of_claim
from evenhand.reasons.plain import cut, paragraph, quoted
from evenhand.reasons.sentences import EFFECT_SAID, done, undone, who_speaks
from evenhand.reasons.statement import (
    A_PERSON_OF_A_COPY,
    OWN_INITIATIVE,
    SOURCES,
    a_person_spoke,
    day_and_time,
    day_as_known,
    day_in_words,
    goes_on,
    show,
)
from evenhand.terms.front import NO_APPEAL

LONGEST_FACT = 300
"""Characters of one fact's value, or of one excerpt, that a letter shows."""

MOST_EXCERPTS = 20


def letter(statement: StatementOfReasons, decision: Decision, post: Post, *, platform: str,
           appeal_last_day: date | None, before: Decision | None = None,
           appeal: Appeal | None = None, answer: Answer | None = None,
           corrected: Sequence[Correction] = ()) -> Notice:
    """The notice to the post's author, in English.

    `appeal_last_day` is the last day on which an appeal is in time, in the terms' time zone.
    `before` is the decision that this one supersedes: what it did and this one does not is lifted.
    `corrected` are the fact-checks that were corrected since then.
    `appeal` is the author's appeal that the decision answers, and `answer` the answer to it; the
    letter begins with them.
    """
    assert (appeal is None) is (answer is None), "an answer is one to an appeal"
    lifted = lifted_by(decision, before)
    lines = []
    if appeal is not None and answer is not None:
        lines = [*your_appeal(appeal, answer, statement, decision), ""]
    lines += [*_what(decision, post, lifted),
              *_why(statement, decision, lifted, before, appeal, corrected),
              *_facts(statement), *_how_found(statement, decision),
              *_redress(statement, platform, appeal_last_day, answers=appeal is not None,
                        idle=not (decision.actions or lifted))]
    if statement.clock == "replayed":
        lines += ["", *paragraph("This notice was made on a replayed clock, from recorded "
                                 "material. It was not sent at the time it names.")]
    return Notice(about=decision.id, to=post.author.id,
                  subject=" ".join(paragraph(_subject(decision, post, platform, lifted, appeal))),
                  words="\n".join(lines), language="en")


def lifted_by(decision: Decision, before: Decision | None) -> tuple[Action, ...]:
    """What the decision before did and this one does no more, before it would have ended."""
    if before is None:
        return ()
    still = {(a.kind, a.name, a.limits) for a in decision.actions}
    return tuple(a for a in before.actions
                 if a.kind is not ActionKind.WARN and a.runs_at(decision.at)
                 and (a.kind, a.name, a.limits) not in still)


_SUBJECTS = {
    ActionKind.TERMINATE: "your account was ended",
    ActionKind.SUSPEND: "your account was suspended",
    ActionKind.REMOVE: "your post was removed",
    ActionKind.HOLD: "your post is held back",
    ActionKind.EDIT: "words were taken out of your post",
    ActionKind.INTERSTITIAL: "a warning stands before your post",
    ActionKind.LIMIT: "your post is limited",
    ActionKind.DEMONETISE: "your post earns nothing",
    ActionKind.LABEL: "a notice stands beside your post",
    ActionKind.WARN: "you are warned",
}
"""What a letter is about, the gravest first."""


def _subject(decision: Decision, post: Post, platform: str, lifted: tuple[Action, ...],
             appeal: Appeal | None) -> str:
    kinds = {action.kind for action in decision.actions}
    said = [words for kind, words in _SUBJECTS.items() if kind in kinds]
    if lifted:
        said.append("what we did before is lifted")
    about = " and ".join(said) or "nothing is done to your post"
    if appeal is not None:
        about = f"our answer to your appeal; {about}"
    return f"{platform}: {about} ({day_in_words(post.made_at)})"


def _what(decision: Decision, post: Post, lifted: tuple[Action, ...]) -> Iterator[str]:
    yield "WHAT WE DID"
    for action in decision.actions:
        goes_on_since = action.since if action.since < decision.at else None
        yield from paragraph((f"As before, since {day_and_time(goes_on_since)}: "
                              if goes_on_since else "") + done(action))
        if action.speech is not None and action.kind is not ActionKind.WARN:
            yield from paragraph(who_speaks(action.speech))
    edits = [a.edit for a in decision.actions if a.edit is not None]
    if edits:
        yield "Your post now reads:"
        yield from quoted(edits[-1].after)
    for words in dict.fromkeys(undone(a) for a in lifted if a.edit is None or not edits):
        yield from paragraph(words)
    if not (decision.actions or lifted):
        yield "Nothing is done to your post or to your account."
    effects = dict.fromkeys(a.effect for a in decision.actions if a.kind is not ActionKind.WARN)
    for effect in effects:
        if effect is not Effect.ADDS or len(effects) == 1:  # else it does not stay where it was
            yield from paragraph(EFFECT_SAID[effect])
    made = "made on" if post.made_at_is == "stated" else "which arrived on"
    yield ""
    yield from paragraph(f"YOUR POST, {made} {day_as_known(post.made_at)}"
                         + (f", {post.url}" if post.url else ""))
    yield from quoted(post.text)


def _why(statement: StatementOfReasons, decision: Decision, lifted: tuple[Action, ...],
         before: Decision | None, appeal: Appeal | None,
         corrected: Sequence[Correction] = ()) -> Iterator[str]:
    yield ""
    yield "WHY"
    for correction in corrected:
        yield from paragraph(correction.words)
        yield from paragraph(f"Its page: {correction.link}")
    if before is not None and lifted and not corrected:
        for check in let_go(before, lifted, decision):
            yield from of_claim("What we did before rested on this claim", check)
    told = statement.considered if lifted or appeal is not None else ()
    if lifted and not statement.actions and all(c.set_aside is None for c in told):
        yield from paragraph("On what we know now, no clause calls for what we did before.")
    for considered in told:
        yield from _not_now(considered, appeal)
    for ground in statement.grounds:
        yield from paragraph(f"Clause {_clause(ground)}:")
        yield from quoted(ground.words)
        yield from paragraph(_holds_it(ground))
        claim = claim_of(ground, decision)
        if claim is not None:
            yield from of_claim("The clause holds for this claim", claim)
    if not (told or statement.grounds or lifted):
        yield "No clause calls for anything to be done to your post."


def _clause(said: GroundStated | GroundConsidered) -> str:
    cited = said.citation
    title = f", {said.title}," if said.title else ""
    return f"{cited.number}{title} of the {cited.document}, version {cited.version}"


def _not_now(considered: GroundConsidered, appeal: Appeal | None) -> Iterator[str]:
    """Why a clause that a decision before rested on is no ground now."""
    clause = _clause(considered)
    if considered.answer == "undetermined":
        yield from paragraph(f"Whether clause {clause}, applies is not known, and what is not "
                             "known is not held against you.")
    elif considered.answer == "suspended":
        yield from paragraph(f"Clause {clause}, is suspended: it does nothing to any post that it "
                             "had not done before.")
    elif considered.set_aside is not None:
        yield from _set_aside(clause, considered.set_aside, appeal)
    else:
        yield from paragraph(f"Clause {clause}, does not apply"
                             + (", since:" if considered.facts else "."))
        for fact in considered.facts:
            yield from _item(_fact(fact))


def _set_aside(clause: str, aside: SetAside, appeal: Appeal | None) -> Iterator[str]:
    """That a person set a clause aside for this post, and why, unless the answer has said it."""
    said = _SET_ASIDE[aside.because].format(clause=clause)
    if appeal is not None and aside.matter == appeal.id:
        yield from paragraph(f"{said}, for the reasons given above.")
        return
    yield from paragraph(f"{said}, because:")
    yield from quoted(aside.words)


_SET_ASIDE = {
    SetAsideBecause.OVERTURNED: "Clause {clause}, was set aside for your post on appeal",
    SetAsideBecause.REVIEWED: "Clause {clause}, was set aside for your post by one of our "
                              "reviewers",
    SetAsideBecause.REVERSED: "We took back what clause {clause}, had done to your post",
    SetAsideBecause.REINSTATED: "Clause {clause}, applies to your post, and we gave back what we "
                                "had taken under it",
}


def _holds_it(ground: GroundStated) -> str:
    """Whether the post is held to be against the terms alone, or against the law."""
    if ground.illegal_under is not None:
        return f"We hold your post to be illegal under {ground.illegal_under}."
    return ("Your post falls under this clause of our terms on the facts below; we do not say "
            "that it is illegal.")


def _facts(statement: StatementOfReasons) -> Iterator[str]:
    if not (statement.facts or statement.withheld or statement.sealed):
        return
    yield ""
    yield "THE FACTS WE RELY ON"
    for fact in statement.facts:
        yield from _item(_fact(fact))
    found = list(dict.fromkeys(statement.excerpts))
    for excerpt in found[:MOST_EXCERPTS]:
        yield from _item(f"words found in your post: “{cut(excerpt, LONGEST_FACT)}”")
    if len(found) > MOST_EXCERPTS:
        yield from _item(f"and {len(found) - MOST_EXCERPTS} more, which stand in the record")
    for kept, who in ((statement.withheld, "regulators, courts and auditors"),
                      (statement.sealed, "courts and auditors")):
        if kept:
            many = "fact that is" if len(kept) == 1 else "facts that are"
            yield from _item(f"{len(kept)} {many} not shown here: {who} may see "
                             f"{'it' if len(kept) == 1 else 'them'}")


def _fact(fact: FactReliedOn) -> str:
    value = cut(show(fact.value), LONGEST_FACT) if fact.value != () else "none"
    return (f"{_meaning(fact)}: {value} "
            f"({observed(fact.observer)})")


def _meaning(fact: FactReliedOn) -> str:
    """What a fact is, to whoever wrote the post; the terms' own page says it in full."""
    if fact.name.startswith("hits."):
        return f"times that your post matches the list “{fact.name[5:].replace('_', ' ')}”"
    # A meaning's first half says what the fact is; the rest is for those who write terms.
    return fact.meaning.split(";")[0]


def _item(text: str) -> list[str]:
    return paragraph(text, first="  - ", rest="    ")


def observed(observer: str) -> str:
    """Who observed a fact, as its author reads it."""
    who, colon, name = observer.partition(":")
    if not colon:
        return f"found by our software, {observer}"
    if observer == A_PERSON_OF_A_COPY:
        return "a reviewer said so of a post with the same words as yours, and of all its copies"
    return f"says {name}" if who == "publisher" else "a reviewer said so"


def _how_found(statement: StatementOfReasons, decision: Decision) -> Iterator[str]:
    yield ""
    yield "HOW WE FOUND IT"
    means = "with" if statement.detection_automated else "without"
    found = (f"What falls under the clause was found {means} automated means, and decided"
             if statement.grounds else "It was decided")
    looked = _FIRST[decision.origin]
    if decision.origin is CauseKind.REVIEW:
        looked = f"on our own initiative, {_again(decision.origin, decision)}"
    if decision.supersedes is not None:
        again = _again(decision.cause.kind, decision)
        looked += ", and again for the same reason" if looked.endswith(again) else (
            f", and again {again}")
    decided = {"fully": "by the clause's own rule, automatically",
               "partially": "by the clause's own rule, on what a person said about the post",
               "not": "by a person"}[statement.decision_automated]
    if goes_on(decision):
        decided = "in part by a person, who took back what a clause had done; " + (
            "what goes on was decided before, as we told you then"
            if all(a.since < decision.at for a in decision.actions) else
            "what is done now follows from the other clauses, by their own rules")
    yield from paragraph(
        f"We looked at your post {looked}. {found} {decided}, on {day_and_time(statement.at)}.")


def _again(cause: CauseKind, decision: Decision) -> str:
    """What made us look; a reviewer did only where the record holds a person's word."""
    if cause is CauseKind.REVIEW and not a_person_spoke(decision):
        return "when more became known about it"
    return _LATER[cause]


_LATER = {
    CauseKind.ARRIVAL: "when it arrived",
    CauseKind.FACT_CHECK_CHANGE: "when a fact-check that concerns it was published or changed",
    CauseKind.ACCOUNT_CHANGE: "when something about the account changed",
    CauseKind.SIGNAL: "when a detector reported something about it",
    CauseKind.REVIEW: "when one of our reviewers looked at it",
    CauseKind.REPORT: "because it was reported to us",
    CauseKind.APPEAL: "because of an appeal",
    CauseKind.ORDER: "because of an order that we were given",
    CauseKind.REVERSAL: "when we took back what a clause had done",
}

_FIRST = {cause: f"on our own initiative, {words}" if SOURCES[cause] == OWN_INITIATIVE else words
          for cause, words in _LATER.items()}
"""Art. 17(3)(b): whether we looked of our own accord, by the first cause of all."""


def _redress(statement: StatementOfReasons, platform: str, last_day: date | None, *,
             answers: bool, idle: bool) -> Iterator[str]:
    """How to go on. An appeal is heard once; what remains is another point, a body, a court."""
    redress = statement.redress
    yield ""
    yield "IF YOU DISAGREE"
    if answers:
        yield from paragraph("What you said in your appeal is answered here, and we do not hear it "
                             "a second time.")
    if redress.appeals_to == NO_APPEAL or last_day is None:
        yield from paragraph(f"{platform} hears no independent appeal; its terms say so.")
    elif not (answers and idle):
        can = "On anything else you can" if answers else "You can"
        yield from paragraph(
            f"{can} appeal, free of charge, until the end of {day_in_words(last_day)}, and for "
            f"{redress.appeal_within} from the day on which this letter reached you if that is "
            "later. Say what is wrong: a fact, our reading of the clause, or that like posts were "
            f"treated otherwise. {redress.appeals_to[0].upper()}{redress.appeals_to[1:]} answers, "
            "not whoever decided this.")
        if redress.appeals_at is not None:
            yield from paragraph(f"Write to {redress.appeals_at}")
    if redress.out_of_court:
        yield from paragraph(f"Out of court: {redress.out_of_court}.")
    if redress.courts:
        yield from paragraph(f"In court: {redress.courts}.")
    yield from paragraph(f"Name this decision when you write: {statement.decision[:16]}")
