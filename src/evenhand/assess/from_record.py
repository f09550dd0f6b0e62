"""What the record of a decision answers of the facts of the law: each with where that stands.

`law/facts.md` says in words how each is answered; this is where it is done. What the record cannot
answer is missing here, and is alleged by a party or found by a court. The things assessed are each
action on the author's post and, apart from it, the platform's own words beside it; of a decision
that does nothing, the post that is left up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from evenhand.assess.procedure import PROCEDURE, ground_of
from evenhand.assess.recorded import Answer, Asked, Assessed, Case, Stated, Thing
from evenhand.model.action import Action, ActionKind, Effect
from evenhand.model.decision import CauseKind
from evenhand.rulebook.vocabulary import Value

KINDS: Mapping[ActionKind, str] = {
    ActionKind.LABEL: "label", ActionKind.WARN: "label", ActionKind.INTERSTITIAL: "interstitial",
    ActionKind.HOLD: "demote", ActionKind.EDIT: "edit", ActionKind.DEMONETISE: "demonetize",
    ActionKind.REMOVE: "remove", ActionKind.SUSPEND: "suspend", ActionKind.TERMINATE: "terminate",
}
LIMITS = {"reach": "demote", "recommendation": "demote", "age": "age_gate",
          "replies": "disable_interaction"}
RANKING = ("reach", "recommendation")

CATEGORIES = {"obscene": "obscene", "lewd": "lewd", "lascivious": "lascivious", "filthy": "filthy",
              "excessively violent": "excessively_violent", "harassing": "harassing",
              "otherwise objectionable": "otherwise"}
"""The objection of a clause, in the words of 47 U.S.C. 230(c)(2)(A) -> the value of the fact."""

OF_THE_MATERIAL = ("hits.", "claim.", "post.stance", "post.media", "post.links",
                   "post.has_alt_text", "post.shouting", "post.language")
APART_FROM_IT = ("account.", "post.mentions", "post.hashtags", "post.length", "post.is_reply",
                 "post.made", "reports.", "orders.")
"""How names of facts begin that are about what a post says or shows, and those that are not."""


def assessed_of(case: Case) -> tuple[Assessed, ...]:
    """The things to assess of a decision, in the order of its actions: the post, then the words."""
    actions = case.decision.actions
    if not actions:
        return (_of(case, "the author's post", None),)
    return tuple(
        _of(case, thing, action) for action in actions
        for thing in _things(action))


def _things(action: Action) -> tuple[Thing, ...]:
    return ("the author's post", "the platform's own words") if action.speech is not None \
        else ("the author's post",)


def _of(case: Case, thing: Thing, action: Action | None) -> Assessed:
    asked = Asked(case, thing, action)
    stated = []
    for fact, answer in ANSWERS.items():
        found = answer(asked)
        if found is not None:
            stated.append(Stated(fact=fact, value=found[0], basis="recorded", evidence=found[1]))
    return Assessed(thing=thing, action=action, stated=tuple(stated))


# --- what was done ---

def _kind(asked: Asked) -> Answer:
    action = asked.action
    if asked.own:
        return "author", f"{asked.where}: words beside the post"
    if action is None:
        return "leave_up", f"{asked.where}: nothing was done"
    kind = LIMITS[action.limits or "reach"] if action.kind is ActionKind.LIMIT else \
        KINDS[action.kind]
    return kind, f"{asked.where}: {action.kind}"


def _restricts(asked: Asked) -> Answer:
    action = asked.action
    if asked.own or action is None:
        return False, f"{asked.where}: words are added" if asked.own else f"{asked.where}: nothing"
    if action.effect is Effect.EDITS and action.edit is not None:
        less = len(action.edit.after) < len(action.edit.before)
        return less, f"{asked.where}: the edit took words out" if less else (
            f"{asked.where}: the edit took no words out")
    return action.effect is Effect.RESTRICTS, f"{asked.where}: the action {action.effect}"


def _binding(asked: Asked) -> bool:
    """Whether a court's or an authority's order is the cause or the ground."""
    counted = _counted(asked, "orders.court") + _counted(asked, "orders.authority") > 0
    decision = asked.case.decision
    return counted and (decision.cause.kind is CauseKind.ORDER or (
        asked.action is not None and asked.action.ground.order is not None))


def _counted(asked: Asked, fact: str) -> int:
    """How often something was recorded about the post by then."""
    found = asked.case.decision.dossier.prevailing.get(fact)
    return found.value if found is not None and isinstance(found.value, int) else 0


def _voluntary(asked: Asked) -> Answer:
    bound = _binding(asked)
    return not bound, f"{asked.where}: by an order that binds" if bound else (
        f"{asked.where}: by the platform's own terms")


def _government(asked: Asked) -> Answer | None:
    if "orders.government_request" not in asked.case.decision.dossier.prevailing:
        return None
    if _binding(asked):
        return "order", f"{asked.where}: an order is its cause or its ground"
    if _counted(asked, "orders.government_request"):
        return "request", f"{asked.where}: a government's request was recorded before it"
    return "none", f"{asked.where}: no order and no request was recorded before it"


def _knew(asked: Asked) -> Answer | None:
    if asked.case.decision.decider.kind == "reviewer":
        return True, f"{asked.where}: a reviewer decided"
    if _counted(asked, "reports.count"):
        return True, f"{asked.where}: a report of the post was recorded before it"
    return None


# --- the material ---

def _edited(asked: Asked) -> bool:
    return any(a.kind is ActionKind.EDIT for a in asked.case.decision.actions)


def _edit(asked: Asked) -> Answer | None:
    if asked.own or not _edited(asked):
        return "none", f"{asked.where}: no words of the author were changed"
    return None


def _contribution(asked: Asked) -> Answer | None:
    if asked.own or _edited(asked):
        return None
    return False, f"{asked.where}: the post stands as its author made it"


def _third_party(asked: Asked) -> Answer | None:
    speech = asked.action.speech if asked.action is not None else None
    if speech is None or speech.page_by is None:
        return None
    theirs = speech.page_by != "platform"
    return theirs, f"{asked.where}: the page that the notice links to is by {speech.page_by_name}"


# --- the reason ---

def _category(asked: Asked) -> Answer | None:
    ground = ground_of(asked)
    if ground is None:
        return None
    where = f"clause {ground.citation.number} of version {ground.citation.version}"
    if ground.illegal_under is not None:
        return "illegal", f"{where}: illegal under {ground.illegal_under}"
    if ground.objection in CATEGORIES:
        return CATEGORIES[ground.objection], f"{where}: {ground.objection}"
    return None


def _ground(asked: Asked) -> Answer | None:
    if asked.action is None:
        return None
    if asked.action.ground.order is not None:
        return "illegal", f"{asked.where}: the ground is a provision of law"
    ground = ground_of(asked)
    law = ground.illegal_under if ground is not None else None
    where = f"clause {asked.action.ground.citation.number}"
    return ("terms", where) if law is None else ("illegal", f"{where}: illegal under {law}")


def _reason_basis(asked: Asked) -> Answer | None:
    clause = asked.clause
    if clause is None or clause.rule is None:
        return None
    names = clause.rule.condition.names
    material = [n for n in names if n.startswith(OF_THE_MATERIAL)]
    apart = [n for n in names if n.startswith(APART_FROM_IT)]
    if len(material) + len(apart) < len(names) or (material and apart) or not names:
        return None
    return "content" if material else "not_content", (
        f"the condition of clause {clause.citation.number} names {', '.join(material or apart)}")


def _actual(asked: Asked) -> Answer | None:
    if asked.case.decision.decider.kind != "rule" or asked.action is None:
        return None
    return True, f"{asked.where}: a rule decided, and what is stated follows from its condition"


def _in_terms(asked: Asked) -> Answer | None:
    if asked.action is None:
        return None
    ground = asked.action.ground
    if ground.order is not None:
        return False, f"{asked.where}: the ground is a provision of law"
    cited = ground.citation
    return True, f"clause {cited.number} of version {cited.version}, which governs the post"


# --- the claim ---

def _promise(asked: Asked) -> Answer | None:
    terms, unmet = asked.case.terms, asked.case.unmet
    if terms is None or unmet is None:
        return None
    if unmet:
        return "specific", f"{terms.front.title}, version {terms.front.version}: {unmet[0]}"
    promised = [c.citation.number for c in terms.clauses if c.then.force == "commitment"]
    return ("general" if promised else "none"), (
        f"{terms.front.title}, version {terms.front.version}: commitments "
        + (", ".join(promised) or "none"))


def _ranking(asked: Asked) -> Answer | None:
    action = asked.action
    if asked.own or action is None or action.limits not in RANKING:
        return None
    return True, f"{asked.where}: it limits {action.limits}"


def _copyright(asked: Asked) -> Answer | None:
    ground = asked.action.ground if asked.action is not None else None
    if ground is None or ground.order is None or not _counted(asked, "orders.copyright"):
        return None
    return "federal", f"{asked.where}: a copyright notice was recorded before it"


def _always(value: Value, why: str) -> Callable[[Asked], Answer | None]:
    return lambda asked: (value, why)


ANSWERS: Mapping[str, Callable[[Asked], Answer | None]] = {
    "act.by_service": _always(True, "the platform hosts what its users post"),
    "act.service": _always("online_platform", "the platform stores posts for others to read"),
    "act.kind": _kind,
    "act.restricts": _restricts,
    "act.voluntary": _voluntary,
    "act.tool_for_others": _always(False, "a decision acts on a post for everybody"),
    "act.government": _government,
    "act.editorial_control": _always(True, "the platform publishes terms and acts on them"),
    "act.knew": _knew,
    "material.by_another": lambda a: (
        (False, f"{a.where}: the words are the platform's") if a.own
        else (True, f"{a.where}: the post is its author's")),
    "material.by_complainant": lambda a: (
        (False, f"{a.where}: the words are the platform's") if a.own
        else (True, "assessed for a complaint of the post's author")),
    "material.own_words": lambda a: (a.own, f"{a.where}: the words are the platform's" if a.own
                                     else f"{a.where}: the post is its author's"),
    "material.edit": _edit,
    "material.contribution": _contribution,
    "material.fact_check_by_third_party": _third_party,
    "reason.category": _category,
    "reason.ground": _ground,
    "reason.basis": _reason_basis,
    "reason.stated_is_actual": _actual,
    "reason.in_terms": _in_terms,
    **PROCEDURE,
    "suit.promise": _promise,
    "suit.rests_on_ranking": _ranking,
    "suit.intellectual_property": _copyright,
}
"""Fact -> how the record answers it; None where it does not."""


def unanswered(facts: Iterable[str]) -> Iterator[str]:
    """Of these facts those that no record of ours ever answers: a party alleges, a court finds."""
    return (fact for fact in facts if fact not in ANSWERS)
