"""Checks that a model writes for a criterion, read and tried in the sandbox before they are judges."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from labelcore.errors import BadInput, ModelTrouble
from labelcore.judges import writing
from labelcore.judges.fields import at_pointer
from labelcore.judges.kinds.check import make_spec
from labelcore.judges.writing import WrittenCheck, WrittenChecks
from labelcore.llm import Message, ModelClient, client_from_settings
from labelcore.models import Criterion, Output
from labelcore.stages.grading import Labels
from labelcore.stages.judging.proposing.trials import trial_of

_NOTES = 12
_EXAMPLES = 3
_TRIED = 40


@dataclass
class Written:
    """Checks that work, with what must be said of those that do not, and the field that they see."""

    checks: list[tuple[WrittenCheck, dict[str, object]]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    pointer: str = ""


def write_checks(
    criterion: Criterion,
    train: Sequence[Output],
    fails: dict[str, bool],
    labels: Labels,
    client: ModelClient | None = None,
    *,
    pointer: str = "",
) -> Written:
    """Ask the model for two or three checks; ``train`` are graded outputs of the train split only.

    ``fails`` says which of them fail the criterion. A check that cannot be used is asked for once
    more, with its error and line; a model that is not there is said, not raised. ``pointer``: of a
    criterion about a field, which is all that the model is shown of outputs, and the checks see.
    """
    written = Written(pointer=pointer)
    try:
        asyncio.run(_write(written, criterion, train, fails, labels, client or client_from_settings()))
    except ModelTrouble as trouble:
        written.said.append(f"No check was written for '{criterion.name}': {trouble}")
    return written


async def _write(
    written: Written,
    criterion: Criterion,
    train: Sequence[Output],
    fails: dict[str, bool],
    labels: Labels,
    client: ModelClient,
) -> None:
    pointer = written.pointer
    seen = [output for one in train if (output := at_pointer(one, pointer) if pointer else one)]
    failed = [output for output in seen if fails[output.id]]
    passed = [output.text for output in seen if not fails[output.id]]
    notes = [note for output in failed for note in labels.notes.get(output.id, ()) if note.strip()]
    messages = writing.ask(
        criterion, notes[:_NOTES], passed[:_EXAMPLES], [output.text for output in failed[:_EXAMPLES]]
    )
    try:
        answer = await client.answer(messages, WrittenChecks)
        for check in answer.parsed.checks[: writing.MOST]:
            await _keep(written, check, messages, train, labels, client)
    finally:
        await client.close()


async def _keep(
    written: Written,
    check: WrittenCheck,
    messages: list[Message],
    train: Sequence[Output],
    labels: Labels,
    client: ModelClient,
) -> None:
    """Keep the check if it works, or the corrected one if that does."""
    spec, fault = _usable(check, train, labels, written.pointer)
    if spec is None:
        again = await client.answer(writing.ask_again(messages, check, fault), WrittenChecks)
        if again.parsed.checks:
            check = again.parsed.checks[0]
            spec, fault = _usable(check, train, labels, written.pointer)
    if spec is None:
        written.said.append(f"The written check '{check.name}' was dropped: {fault}")
    elif any(spec == kept for _, kept in written.checks):
        written.said.append(f"The written check '{check.name}' was dropped: it is there already.")
    else:
        written.checks.append((check, spec))


def _usable(
    check: WrittenCheck, train: Sequence[Output], labels: Labels, pointer: str
) -> tuple[dict[str, object] | None, str]:
    """Its specification, or why there is none."""
    try:
        spec = make_spec(check.source, field=pointer)
    except BadInput as trouble:
        return None, trouble.what
    if train:
        trial = trial_of(spec, train[:_TRIED], labels)
        first = next((attempt.error for attempt in trial.tried if attempt.error), "")
        if first:
            return None, first
    return spec, ""
