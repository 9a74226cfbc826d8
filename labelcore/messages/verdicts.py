"""What judges are and why they decided so, as far as their kind words it, in the language spoken here.

The store keeps both as they were first said. What a kind would say in the same words today is said in
the reader's language; everything else, of an earlier release or from elsewhere, stands as it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from labelcore.errors import LabelcoreError
from labelcore.judges.kinds import RESERVED, kind_of
from labelcore.messages.catalogue import judge_words, language, say
from labelcore.models import Decision, JudgeVersion, Output
from labelcore.wording import Wording


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


def reason_words(
    version: JudgeVersion,
    output: Output,
    reason: str,
    probability: float | None = None,
    parts: Sequence[JudgeVersion] = (),
) -> str:
    """Why a judge decided an output as it did, and with which probability of a pass. ``parts``: the judges of
    which it is composed, so that what they say is told in the reader's language too.
    """
    if language() == "en":
        return reason
    for part in parts:
        head = f"{part.name}: "
        if reason.startswith(head):
            told = reason_words(part, output, reason.removeprefix(head), probability)
            return say("{name}: {told}", name=judge_words(part.name), told=told)
    with suppress(LabelcoreError, ValueError, LookupError):
        kind = kind_of(version)
        for wording in kind.wordings(output, probability) or ():
            if str(wording) == reason:
                return say(wording)
        if lines := kind.reworded(reason):
            return "\n".join(say(_in_turn(line, parts, output)) for line in lines)
    return reason


def _in_turn(line: Wording, parts: Sequence[JudgeVersion], output: Output) -> Wording:
    """What a composed judge says, with the reason that it quotes in the words of the judge that gave it."""
    values, known = line.values, {part.name: part for part in parts}
    quoted = known.get(str(values.get("then", ""))) if "reason" in values else None
    if quoted is None:
        return line
    told = reason_words(quoted, output, str(values["reason"]))
    return Wording(line.template, **{**values, "reason": told})
