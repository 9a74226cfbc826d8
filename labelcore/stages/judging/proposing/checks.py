"""Checks in Python, that a person or a model writes: tried on outputs, then kept as judges of a criterion."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from labelcore.errors import BadInput, ModelTrouble
from labelcore.judges import check_prompt
from labelcore.judges.check_prompt import WrittenCheck, WrittenChecks
from labelcore.judges.fields import at_pointer
from labelcore.judges.kinds.check import CheckKind, make_spec
from labelcore.llm import Message, ModelClient, client_from_settings
from labelcore.models import Criterion, Decision, Frozen, JudgeVersion, Output, Role
from labelcore.operations import Effect, FileText, Metavar, operation
from labelcore.sandbox.pool import shared_pool
from labelcore.sandbox.subset import CONTRACT, MODULES
from labelcore.stages.grading import Labels, fitting_labels
from labelcore.stages.judging.keeping.versions import JudgeDraft, stored
from labelcore.stages.judging.proposing.subjects import Subject
from labelcore.store import outputs as output_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

CheckText = Annotated[str, FileText(), Metavar("FILE.py")]
_MOST = 1_000
Tried = Annotated[int, Field(ge=1, le=_MOST, description="On how many outputs it is tried.")]
_NOTES = 12
_EXAMPLES = 3
_TRIED = 40
_NAMES = ("pass", "fail", "abstain", "error")


class TriedOutput(Frozen):
    """A check on one output: its decision, or its error. ``graded``: what people say where its judges are
    measured, of the criterion or of the whole.
    """

    output: Output
    decision: Decision | None
    error: str = ""
    graded: bool | None = None

    def document(self) -> dict[str, Any]:
        """Its JSON form, without the output's text."""
        return {
            "output_id": self.output.id,
            "verdict": self.decision.value if self.decision else None,
            "reason": self.decision.reason if self.decision else "",
            "error": self.error,
            "graded_pass": self.graded,
        }


class CheckTrial(Frozen):
    """A check tried on some outputs; nothing is stored."""

    tried: tuple[TriedOutput, ...]

    def count(self, value: str) -> int:
        """How many outputs got this value; "error" counts errors."""
        values = (attempt.decision.value if attempt.decision else "error" for attempt in self.tried)
        return sum(other == value for other in values)

    def document(self) -> dict[str, Any]:
        """The counts, and each output."""
        counts = {name: self.count(name) for name in _NAMES}
        return {**counts, "tried": [attempt.document() for attempt in self.tried]}

    @property
    def summary(self) -> str:
        """The counts as a sentence."""
        counts = ", ".join(f"{self.count(name)} {name}" for name in _NAMES)
        return f"Tried on {len(self.tried)} outputs: {counts}."


class Contract(Frozen):
    """What a check may use, and its limits: seconds for one output, memory in bytes."""

    contract: str
    modules: tuple[str, ...]
    seconds: float
    memory_bytes: int
    process_without_network: bool


class KeptCheck(NamedTuple):
    """A check as a judge, and what came of trying it."""

    judge: JudgeVersion
    trial: CheckTrial

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "judge": self.judge.document() | {"author": self.judge.author},
            "trial": self.trial.document(),
        }


@operation("judge contract", role=Role.MANAGER, project="none")
def contract(_workspace: Workspace) -> Contract:
    """Say what a check in Python may use, and how it is kept from harm here."""
    pool = shared_pool()
    return Contract(
        contract=CONTRACT,
        modules=tuple(MODULES),
        seconds=pool.limits.seconds,
        memory_bytes=pool.limits.memory,
        process_without_network=pool.no_network(),
    )


@operation("judge try", role=Role.ENGINEER)
def try_check(
    workspace: Workspace, source: CheckText, *, limit: Tried = 20, criterion: Criterion | None = None
) -> CheckTrial:
    """Try a check in Python on some outputs, graded ones before others; nothing is stored.

    Of a criterion about a field the check sees the field's value. Grades of a sealed split are not
    shown.

    Raises:
        BadInput: the text is no check (with the line), or there is no output.
    """
    spec = _spec(workspace, source, criterion)
    labels = fitting_labels(workspace).about(criterion.id if criterion else None)
    ids = sorted(labels.value)[: limit // 2]
    every = dict.fromkeys([*ids, *output_table.ids(workspace.db, workspace.project.id)])
    outputs = list(output_table.many(workspace.db, list(every)[:limit]).values())
    if not 1 <= len(outputs) <= _MOST:
        raise BadInput(
            "A check is tried on 1 to {most:,} outputs, not on {n:,}.",
            next_step="Try fewer." if outputs else "Import outputs first.",
            most=_MOST,
            n=len(outputs),
        )
    return _trial_of(spec, outputs, labels)


def _spec(workspace: Workspace, source: str, criterion: Criterion | None) -> dict[str, Any]:
    pointers = workspace.project.settings.fields
    return make_spec(source, field=pointers.get(criterion.id, "") if criterion else "")


def _trial_of(spec: dict[str, Any], outputs: Sequence[Output], labels: Labels) -> CheckTrial:
    return CheckTrial(
        tried=tuple(
            TriedOutput(output=output, decision=None, error=str(result), graded=labels.value.get(output.id))
            if isinstance(result, ModelTrouble)
            else TriedOutput(output=output, decision=result, graded=labels.value.get(output.id))
            for output, result in zip(outputs, CheckKind(spec).decide(outputs), strict=True)
        )
    )


@operation("judge add", role=Role.ENGINEER, effect=Effect.WRITES)
def add_check(
    workspace: Workspace,
    source: CheckText,
    *,
    criterion: Annotated[Criterion, Field(description="The criterion that it decides.")],
    name: Annotated[str, Field(description="What the check is called.")],
    limit: Tried = 20,
) -> KeptCheck:
    """Keep a check in Python as a judge, after it was tried: `judge contract` says what it may use.

    Raises:
        BadInput: the text is no check, it stops on every output it is tried on, or has no name.
    """
    if not name.strip():
        raise BadInput("The check has no name.", next_step="Give it one.")
    trial = try_check(workspace, source, limit=limit, criterion=criterion)
    if trial.count("error") == len(trial.tried):
        raise BadInput(
            "The check stops on every output that it was tried on. {error}",
            next_step="Correct it and add it again.",
            error=trial.tried[0].error,
        )
    spec = _spec(workspace, source, criterion)
    title = f"{criterion.name} · {name.strip()}"
    draft = JudgeDraft("code", title, spec, CheckKind(spec).describe(), author=workspace.person)
    (version,) = stored(workspace, [draft.version(workspace.project, criterion)])
    return KeptCheck(version, trial)


class CheckWriter:
    """Has a model write checks of one criterion, from graded outputs of the train split only.

    ``checks`` are those that work, with their specifications; ``remarks`` say what came of the others.
    ``pointer``: of a criterion about a field, which is all that the model and the checks see.
    """

    def __init__(self, subject: Subject, train: Sequence[Output], labels: Labels, pointer: str = "") -> None:
        self._subject, self._train, self._labels, self._pointer = subject, train, labels, pointer
        self.checks: list[tuple[WrittenCheck, dict[str, Any]]] = []
        self.remarks: list[Wording] = []

    def write(self, client: ModelClient | None = None) -> None:
        """Ask for two or three checks; a model that is not there is a remark, no error."""
        try:
            asyncio.run(self._write(client or client_from_settings()))
        except ModelTrouble as trouble:
            values = {"name": self._subject.name, "trouble": trouble}
            self.remarks.append(Wording("No check was written for '{name}': {trouble}", **values))

    async def _write(self, client: ModelClient) -> None:
        outputs = [at_pointer(output, self._pointer) if self._pointer else output for output in self._train]
        present = [output for output in outputs if output]
        failed = [output for output in present if self._subject.fails[output.id]]
        passed = [output.text for output in present if not self._subject.fails[output.id]]
        notes_of = self._labels.noted(self._subject.criterion_id).notes
        notes = [note for output in failed for note in notes_of.get(output.id, ()) if note.strip()]
        examples = [output.text for output in failed[:_EXAMPLES]]
        messages = check_prompt.ask(self._subject.stated, notes[:_NOTES], passed[:_EXAMPLES], examples)
        try:
            answer = await client.answer(messages, WrittenChecks)
            if not answer.parsed.checks:
                self.remarks.append(
                    Wording("The model wrote no check for '{name}'.", name=self._subject.name)
                )
            for check in answer.parsed.checks[: check_prompt.MOST]:
                await self._keep(check, messages, client)
        finally:
            await client.close()

    async def _keep(self, check: WrittenCheck, messages: list[Message], client: ModelClient) -> None:
        """Keep the check if it works, or if not the one that comes when its error is shown."""
        spec, fault = self._usable(check)
        if spec is None:
            again = await client.answer(check_prompt.ask_again(messages, check, fault), WrittenChecks)
            if again.parsed.checks:
                check = again.parsed.checks[0]
                spec, fault = self._usable(check)
        if spec is None:
            why = Wording("The written check '{name}' was dropped: {fault}", name=check.name, fault=fault)
            self.remarks.append(why)
        elif any(spec == earlier for _, earlier in self.checks):
            why = Wording("The written check '{name}' was dropped: it is there already.", name=check.name)
            self.remarks.append(why)
        else:
            self.checks.append((check, spec))

    def _usable(self, check: WrittenCheck) -> tuple[dict[str, Any] | None, str]:
        """Its specification, or why there is none."""
        try:
            spec = make_spec(check.source, field=self._pointer)
        except BadInput as trouble:
            return None, trouble.what
        attempts = _trial_of(spec, self._train[:_TRIED], self._labels).tried if self._train else ()
        fault = next((attempt.error for attempt in attempts if attempt.error), "")
        return (None, fault) if fault else (spec, "")
