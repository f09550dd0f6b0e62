"""What is done, and what is done no more, as sentences to the author of a post say it."""

from __future__ import annotations

from evenhand.model.action import Action, ActionKind, Effect, Speech
from evenhand.reasons.statement import day_and_time


def done(action: Action) -> str:
    """What an action does, as a sentence to the post's author says it."""
    where = f" in {', '.join(action.territory)}" if action.territory else ""
    until = f", until {day_and_time(action.ends_at)}" if action.ends_at else ""
    lasts = f" for {action.lasts}" if action.lasts else ""
    span = f"{where}{lasts}{until}"
    words = action.speech.words if action.speech else ""
    return {
        ActionKind.LABEL: f"We put a notice beside your post{span}: “{words}”.",
        ActionKind.WARN: f"We warn you: “{words}”.",
        ActionKind.INTERSTITIAL: f"Readers must click through a warning to see your post{span}: "
                                 f"“{words}”.",
        ActionKind.LIMIT: f"{_LIMITED[action.limits or 'reach']}{span}.",
        ActionKind.HOLD: f"We hold your post back{span}, unless it is decided before.",
        ActionKind.EDIT: "We took words out of your post; the rest stands as you wrote it.",
        ActionKind.DEMONETISE: f"Your post earns nothing{span}.",
        ActionKind.REMOVE: f"We removed your post{span}.",
        ActionKind.SUSPEND: f"We suspended your account{span}.",
        ActionKind.TERMINATE: f"We ended your account{where}.",
    }[action.kind]


_LIMITED = {"reach": "We show your post to fewer people",
            "replies": "Nobody can reply to your post",
            "recommendation": "We do not recommend your post to others",
            "age": "We show your post only to adults"}


def undone(action: Action) -> str:
    """What is no longer done, as a sentence to the post's author says it."""
    return {
        ActionKind.LABEL: "We took away the notice that stood beside your post.",
        ActionKind.INTERSTITIAL: "We took away the warning that stood before your post.",
        ActionKind.LIMIT: _UNLIMITED[action.limits or "reach"],
        ActionKind.HOLD: "Your post is no longer held back.",
        ActionKind.EDIT: "Your post stands again as you wrote it.",
        ActionKind.DEMONETISE: "Your post may earn again.",
        ActionKind.REMOVE: "Your post is no longer removed.",
        ActionKind.SUSPEND: "Your account is no longer suspended on this ground.",
        ActionKind.TERMINATE: "Your account is no longer ended on this ground.",
    }[action.kind]


_UNLIMITED = {"reach": "We no longer show your post to fewer people.",
              "replies": "People can reply to your post again.",
              "recommendation": "We recommend your post to others as we do any post.",
              "age": "We no longer show your post only to adults."}

EFFECT_SAID = {
    Effect.ADDS: "This adds to your post; your post stays as you wrote it, where it was.",
    Effect.RESTRICTS: "This restricts who can see or use your post or account.",
    Effect.EDITS: "This changes the words of your post that others see.",
}


def who_speaks(speech: Speech) -> str:
    """Whose words a notice is, and who made the page that it links to."""
    if speech.link is None:
        return f"The words of the notice are {speech.words_by_name}'s own."
    if speech.page_by == "platform":
        page = f"the page it links to is {speech.page_by_name}'s own too"
    elif speech.page_by == "crowd":
        page = f"the page it links to was written by {speech.page_by_name}"
    elif speech.page_by == "unlisted":
        page = f"the page it links to was made by {speech.page_by_name}, who is not on our list"
    else:
        page = f"the page it links to was made by {speech.page_by_name}, a fact-checker"
    return f"The words of the notice are {speech.words_by_name}'s own; {page}: {speech.link}"
