"""Checks tried on outputs; nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labelcore.errors import BadInput, ModelTrouble
from labelcore.judges.kinds.check import CheckKind
from labelcore.models import Decision, Frozen, Output
from labelcore.stages.grading import Labels

_MOST = 1_000


class TriedOutput(Frozen):
    """A check on one output: its decision, or its error. ``graded`` is people's overall grade."""

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


class Trial(Frozen):
    """A check tried on some outputs; nothing is stored."""

    tried: tuple[TriedOutput, ...]

    def count(self, value: str) -> int:
        """How many outputs got this value; "error" counts errors."""
        return sum(
            (attempt.decision.value if attempt.decision else "error") == value for attempt in self.tried
        )

    def document(self) -> dict[str, Any]:
        """The counts, and each output."""
        counts = {name: self.count(name) for name in ("pass", "fail", "abstain", "error")}
        return {**counts, "tried": [attempt.document() for attempt in self.tried]}

    @property
    def all_errors(self) -> bool:
        """Whether it stopped on every output."""
        return bool(self.tried) and self.count("error") == len(self.tried)

    @property
    def summary(self) -> str:
        """The counts as a sentence."""
        names = ("pass", "fail", "abstain", "error")
        counts = ", ".join(f"{self.count(name)} {name}" for name in names)
        return f"Tried on {len(self.tried)} outputs: {counts}."


def trial_of(spec: dict[str, object], outputs: Sequence[Output], labels: Labels) -> Trial:
    """A check on these outputs.

    Raises:
        BadInput: there are none, or more than can be shown.
    """
    if not outputs or len(outputs) > _MOST:
        raise BadInput(
            f"A check is tried on 1 to {_MOST:,} outputs, not on {len(outputs):,}.",
            next_step="Import outputs first." if not outputs else "Try fewer.",
        )
    tried = []
    for output, decision in zip(outputs, CheckKind(spec).decide(outputs), strict=True):
        failed = isinstance(decision, ModelTrouble)
        tried.append(
            TriedOutput(
                output=output,
                decision=None if isinstance(decision, ModelTrouble) else decision,
                error=str(decision) if failed else "",
                graded=labels.value.get(output.id),
            )
        )
    return Trial(tried=tuple(tried))
