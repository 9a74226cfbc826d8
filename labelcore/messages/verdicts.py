"""What judges are and why they decided so, as far as their kind words it, in the language spoken here.

The store keeps both as they were first said. What a kind would say in the same words today is said in
the reader's language; everything else, of an earlier release or from elsewhere, stands as it is kept.
"""

from __future__ import annotations

from contextlib import suppress

from labelcore.errors import LabelcoreError
from labelcore.judges.kinds import RESERVED, kind_of
from labelcore.messages.catalogue import language, say
from labelcore.models import Decision, JudgeVersion, Output


def description_words(version: JudgeVersion) -> str:
    """What a judge does; the figures of when it was made, which stand beside it as they are now, go."""
    if RESERVED in version.spec or say("Outputs") == "Outputs":  # in English, without a noun: as it is kept
        return version.description
    fresh = _made_again(version)
    before, middle, after = version.description.partition(fresh)
    is_it = middle and not before and not after[:1].strip()
    return say(fresh) if is_it else version.description


def _made_again(version: JudgeVersion) -> str:
    try:
        return kind_of(version).describe()
    except (LabelcoreError, ValueError, LookupError):
        return ""


def decision_words(version: JudgeVersion, output: Output, decision: Decision) -> str:
    """What a judge decided, and why."""
    why = reason_words(version, output, decision.reason, decision.probability)
    return say("{value}. {reason}", value=say(decision.value), reason=why)


def reason_words(version: JudgeVersion, output: Output, reason: str, probability: float | None = None) -> str:
    """Why a judge decided an output as it did, and with which probability of a pass."""
    if language() == "en":
        return reason
    with suppress(LabelcoreError, ValueError, LookupError):
        kind = kind_of(version)
        for wording in kind.wordings(output, probability) or ():
            if str(wording) == reason:
                return say(wording)
        if lines := kind.reworded(reason):
            return "\n".join(map(say, lines))
    return reason
