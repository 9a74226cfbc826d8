"""Checks written in Python, by a person or a model, run in the sandbox; errors are never verdicts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from operator import not_
from typing import Any, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from labelcore.arrays import Floats
from labelcore.errors import BadInput, ModelTrouble
from labelcore.judges.fields import at_pointer, no_field
from labelcore.judges.kinds import DecidingKind, register
from labelcore.models import Decision, Frozen, Output, VerdictValue
from labelcore.sandbox.limits import LONGEST_SOURCE
from labelcore.sandbox.pool import shared_pool
from labelcore.sandbox.protocol import CheckAnswer, CheckInput, Trouble
from labelcore.wording import Wording

_VALUES: dict[bool | None, VerdictValue] = {True: "pass", False: "fail", None: "abstain"}
_NO_REASON = Wording("The check gives no reason.")
_LONGEST_DESCRIPTION = 200


class CheckSpec(Frozen):
    """A check's text. ``library``: where one that came by file was measured before. ``field``: the JSON
    pointer of the only part of an output that it sees, left out where there is none, so that ids stay.
    """

    source: str = Field(min_length=1, max_length=LONGEST_SOURCE)
    language: Literal["python-subset"] = "python-subset"
    field: str = Field(default="", exclude_if=not_)
    library: dict[str, Any] | None = Field(default=None, exclude=True, repr=False)


def make_spec(source: str, *, field: str = "") -> dict[str, Any]:
    """The specification of a text, compiled but not run; BadInput, with the line, where it is no check."""
    text = source.replace("\r\n", "\n")
    faults = shared_pool().faults(text)
    if faults:
        more = Wording(" (and {n} more)", n=len(faults) - 1) if len(faults) > 1 else ""
        raise BadInput(
            "The check cannot be used: {fault}{more}",
            next_step="`labelcore judge contract` says what a check may use.",
            fault=faults[0],
            more=more,
        )
    return CheckSpec(source=text, field=field).model_dump(mode="json")


@register
class CheckKind(DecidingKind[CheckSpec]):
    """A check's text."""

    form = CheckSpec
    stored = "code"
    mark = "source"
    place = 0
    travels: ClassVar[type[Frozen]] = CheckSpec
    came = "it was written there"
    no_prompt = (
        Wording("{name} is written by hand; no prompt of it could be refreshed."),
        Wording("`labelcore judge add` stores its next version."),
    )
    no_flip = (
        Wording("A written check is not flipped."),
        Wording("Write it the other way round: `labelcore judge write`."),
    )

    def describe(self) -> Wording:
        """The first words that the writer says about it, else that it is one."""
        says = self._summary()
        if not self.spec.field:
            return says
        return Wording("It sees only the field {field}. {says}", field=self.spec.field, says=says)

    def _summary(self) -> Wording:
        for line in self.spec.source.split("\n"):
            words = line.strip().strip("#").strip().strip("\"'").strip()
            if line.strip().startswith(("#", '"""', "'''")) and words:
                return Wording("{words}", words=words[:_LONGEST_DESCRIPTION])
        return Wording("A check in Python.")

    @override
    def decide(
        self, outputs: Sequence[Output], vectors: Floats | None = None, stop: threading.Event | None = None
    ) -> list[Decision | ModelTrouble]:
        source, field = self.spec.source, self.spec.field
        parts = [at_pointer(output, field) if field else output for output in outputs]
        rows = [
            CheckInput(output.text, output.input, output.context, output.metadata)
            for output in parts
            if output
        ]
        results = iter(shared_pool().evaluate(source, rows, stop=stop))
        no_part = Decision(value="abstain", reason=no_field(field))
        return [_decision(next(results)) if output else no_part for output in parts]

    @override
    def wordings(self, output: Output, probability: float | None) -> Sequence[Wording]:
        return [no_field(self.spec.field), _NO_REASON]

    @override
    def try_once(self) -> None:
        """Read and compile it; it is not run."""
        make_spec(self.spec.source, field=self.spec.field)


def _decision(result: CheckAnswer | Trouble) -> Decision | ModelTrouble:
    if isinstance(result, Trouble):
        return ModelTrouble("The check failed: {result}", kind=result.kind, result=result)
    return Decision(value=_VALUES[result.value], reason=result.reason or _NO_REASON)
