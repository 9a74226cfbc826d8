"""Checks that a model writes for a criterion, read and tried in the sandbox before they are judges."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from labelcore.errors import BadInput, ModelTrouble
from labelcore.judges import check_prompt
from labelcore.judges.check_prompt import WrittenCheck, WrittenChecks
from labelcore.judges.fields import at_pointer
from labelcore.judges.kinds.check import make_spec
from labelcore.llm import Message, ModelClient, client_from_settings
from labelcore.models import Output
from labelcore.stages.grading import Labels
from labelcore.stages.judging.proposing.subjects import Subject
from labelcore.stages.judging.proposing.trials import trial_of

_NOTES = 12
_EXAMPLES = 3
_TRIED = 40


class CheckWriter:
    """Has a model write checks of one criterion, from graded outputs of the train split only.

    ``checks`` are those that work, with their specifications; ``remarks`` say what came of the others.
    ``pointer``: of a criterion about a field, which is all that the model is shown of outputs, and
    the checks see.
    """

    def __init__(self, subject: Subject, train: Sequence[Output], labels: Labels, pointer: str = "") -> None:
        self._subject, self._train, self._labels, self._pointer = subject, train, labels, pointer
        self.checks: list[tuple[WrittenCheck, dict[str, object]]] = []
        self.remarks: list[str] = []

    def write(self, client: ModelClient | None = None) -> None:
        """Ask for two or three checks; a model that is not there is a remark, no error."""
        try:
            asyncio.run(self._write(client or client_from_settings()))
        except ModelTrouble as trouble:
            self.remarks.append(f"No check was written for '{self._subject.name}': {trouble}")

    async def _write(self, client: ModelClient) -> None:
        messages = self._prompt()
        try:
            answer = await client.answer(messages, WrittenChecks)
            for check in answer.parsed.checks[: check_prompt.MOST]:
                await self._keep(check, messages, client)
        finally:
            await client.close()

    def _prompt(self) -> list[Message]:
        outputs = [at_pointer(output, self._pointer) if self._pointer else output for output in self._train]
        seen = [output for output in outputs if output]
        failed = [output for output in seen if self._subject.fails[output.id]]
        passed = [output.text for output in seen if not self._subject.fails[output.id]]
        notes = [note for output in failed for note in self._labels.notes.get(output.id, ()) if note.strip()]
        return check_prompt.ask(
            self._subject.stated,
            notes[:_NOTES],
            passed[:_EXAMPLES],
            [output.text for output in failed[:_EXAMPLES]],
        )

    async def _keep(self, check: WrittenCheck, messages: list[Message], client: ModelClient) -> None:
        """Keep the check if it works, or if not the one that comes when its error is shown."""
        spec, fault = self._usable(check)
        if spec is None:
            again = await client.answer(check_prompt.ask_again(messages, check, fault), WrittenChecks)
            if again.parsed.checks:
                check = again.parsed.checks[0]
                spec, fault = self._usable(check)
        if spec is None:
            self.remarks.append(f"The written check '{check.name}' was dropped: {fault}")
        elif any(spec == kept for _, kept in self.checks):
            self.remarks.append(f"The written check '{check.name}' was dropped: it is there already.")
        else:
            self.checks.append((check, spec))

    def _usable(self, check: WrittenCheck) -> tuple[dict[str, object] | None, str]:
        """Its specification, or why there is none."""
        try:
            spec = make_spec(check.source, field=self._pointer)
        except BadInput as trouble:
            return None, trouble.what
        tried = trial_of(spec, self._train[:_TRIED], self._labels).tried if self._train else ()
        fault = next((attempt.error for attempt in tried if attempt.error), "")
        return (None, fault) if fault else (spec, "")
