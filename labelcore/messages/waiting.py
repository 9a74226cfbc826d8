"""Why a person has nothing to grade now, and what they can do, in words."""

from __future__ import annotations

from labelcore.messages.catalogue import counted, say
from labelcore.stages.grading import Wait


def _taken_words(waiting: Wait) -> tuple[str, str]:
    """What others have in hand, and when it is free again."""
    if waiting.kind == "held":
        says = counted("1 is reserved by somebody else", "{n:,} are reserved by others", n=waiting.n)
        return says, counted(
            "Come back in about a minute, or take over what is reserved.",
            "Come back in about {n:,} minutes, or take over what is reserved.",
            n=waiting.minutes or 1,
        )
    says = counted(
        "1 is out in a pack, to be graded without a network",
        "{n:,} are out in packs, to be graded without a network",
        n=waiting.n,
    )
    hours = -(-(waiting.minutes or 1) // 60)
    return says, counted(
        "They are free again within an hour; your lead can give them back sooner.",
        "They are free again within {n:,} hours; your lead can give them back sooner.",
        n=hours,
    )


def waiting_words(waiting: Wait) -> tuple[str, str]:
    """What is the case, and the next step."""
    later = say("New outputs come with the next sample or import; until then there is nothing to do.")
    match waiting.kind:
        case "held" | "packed":
            return _taken_words(waiting)
        case "skipped":
            says = counted(
                "Only one is left, which you skipped twice",
                "Only the {n:,} are left that you skipped twice",
                n=waiting.n,
            )
            return says, say("Look at it once more, or leave it to somebody else: your lead sees it.")
        case "shared" if waiting.n:
            return say("You graded {n:,}; others graded the rest", n=waiting.n), later
        case "shared":
            return say("Others have graded everything"), later
        case "done":
            hint = say("Z takes back the last grade, ← looks back.")
            return say("All {total} graded", total=waiting.n), f"{later} {hint}"
        case "unassigned":
            return say("Nothing is assigned to you"), say(
                "Ask your team lead: outputs are assigned on the page Team, under Assignment."
            )
        case "quota":
            return say("You have graded the {n:,} that were asked of you", n=waiting.n), say(
                "Ask your team lead if you would like more."
            )
        case "training":
            return say("Training comes first"), say(
                "Choose “Grade one by one”: the training outputs come there."
            )
        case "empty":
            return say("There is nothing to grade yet."), say("Draw a sample first, then come back.")
