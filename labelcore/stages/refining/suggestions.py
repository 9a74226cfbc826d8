"""What came of a search for improvements: each suggestion with what it changes, mends and breaks on dev."""

from __future__ import annotations

from typing import Any, Literal

from labelcore.models import NOTHING, Fact, Frozen, fact
from labelcore.stages.aligning.report import flat
from labelcore.stages.refining.candidates import ChangeCandidate, Kind
from labelcore.stages.refining.history import PromptDiff
from labelcore.stages.refining.keeping import KeptVersion
from labelcore.stages.refining.looks import DevLooks
from labelcore.stages.refining.trials import ModelWork
from labelcore.stats.changes import Change

State = Literal["better", "not beyond chance", "not better on train", "not tried"]


class ChangeSuggestion(Frozen):
    """A change that was tried, or could not be (``state`` "not tried", ``trouble`` says why).

    ``changed``: what it changes, word by word; ``on_train`` and ``on_dev``: beside the version in use;
    ``mended`` and ``broken``: outputs of dev. ``why``: a model's reason, where it is a model's proposal.
    """

    candidate: ChangeCandidate
    changed: PromptDiff
    state: State
    on_train: Change | None = None
    on_dev: Change | None = None
    mended: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    n: int = 0
    cost_usd: float | None = 0.0
    why: str = ""
    trouble: str = ""

    @property
    def id(self) -> str:
        """The candidate's."""
        return self.candidate.id

    @property
    def kind(self) -> Kind:
        """The candidate's."""
        return self.candidate.kind

    @property
    def figures(self) -> dict[str, Any]:
        """What it changes on dev, as JSON."""
        change = self.on_dev
        counts = {"n": self.n, "mended": list(self.mended), "broken": list(self.broken)}
        if change is None:
            return counts | {"verdict": None}
        return counts | {
            **flat("tpr", change.new.tpr),
            **flat("tnr", change.new.tnr),
            **flat("tpr_change", change.tpr),
            **flat("tnr_change", change.tnr),
            **flat("change", change.balanced),
            "verdict": change.verdict,
        }

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "suggestion": self.id,
            "kind": self.kind,
            "words": self.candidate.words,
            "because": self.candidate.because,
            "questions": self.candidate.questions,
            "state": self.state,
            "changed": self.changed.document(),
            "new_version_id": self.candidate.version.id,
            "train_change": None if self.on_train is None else self.on_train.balanced.value,
            **self.figures,
            **{name: getattr(self, name) for name in ("cost_usd", "why", "trouble")},
        }


class Suggestions(ModelWork):
    """What would improve a judge. ``tried``: every candidate with what came of it; ``rejected``: how many
    were left out because people rejected them; ``errors``: what the judge gets wrong on train, of ``n``
    outputs.
    """

    judge: str
    version: int
    judge_version_id: str
    tried: tuple[ChangeSuggestion, ...]
    rejected: int
    n: int
    errors: int
    looks: DevLooks
    seconds: float
    no_model: str

    @property
    def offered(self) -> tuple[ChangeSuggestion, ...]:
        """Those that are better on dev beyond chance, the best first; then those that could not be tried."""
        better = [
            suggestion for suggestion in self.tried if suggestion.state == "better" and suggestion.on_dev
        ]
        better.sort(key=lambda suggestion: -suggestion.on_dev.gain if suggestion.on_dev else 0.0)
        return (*better, *self.open)

    @property
    def open(self) -> tuple[ChangeSuggestion, ...]:
        """Those that no model could be asked about."""
        return tuple(
            suggestion for suggestion in self.tried if suggestion.state == "not tried" and self.no_model
        )

    @property
    def left(self) -> tuple[ChangeSuggestion, ...]:
        """Those that are no better beyond chance, or that the endpoint gave no answers for."""
        ids = {suggestion.id for suggestion in self.offered}
        return tuple(suggestion for suggestion in self.tried if suggestion.id not in ids)

    @property
    def exit_code(self) -> int:
        """1 where it could not go on."""
        return 1 if self.state == "stopped" else 0

    @property
    def says(self) -> Fact:
        """How many would improve it, or that nothing would."""
        better = len(self.offered) - len(self.open)
        untried = fact("suggest_needs_model", n=len(self.open), why=self.no_model) if self.open else NOTHING
        if better:
            return fact("suggest_better", untried, n=better)
        if not self.errors:
            return fact("suggest_no_errors", n=self.n)
        if self.open:
            return untried
        values = {"n": len(self.left), "rejected": self.rejected}
        if self.state == "stopped":
            return fact("suggest_stopped", **values)
        return fact("suggest_nothing", **values) if self.left else fact("suggest_nothing_left", **values)

    def document(self) -> dict[str, Any]:
        """The JSON form: what is offered, and what was tried and left."""
        plain = {name: value for name, value in self if name not in {"tried", "looks", "judge_version_id"}}
        return plain | {
            "judge_version_id": self.judge_version_id,
            "suggestions": [suggestion.document() for suggestion in self.offered],
            "left": [suggestion.document() for suggestion in self.left],
            "looks": self.looks.document(),
            "says": self.says,
        }


class SuggestionKept(Frozen):
    """A suggestion that was kept: its version, and what it changed on the outputs of dev, which it was not
    made of (``figures``, as JSON).
    """

    suggestion: str
    kind: str
    kept: KeptVersion
    figures: dict[str, Any]
    looks: DevLooks

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        fields = {"suggestion": self.suggestion, "kind": self.kind, "held_out": self.figures}
        return fields | {"kept": self.kept, "looks": self.looks.document()}


class Rejected(Frozen):
    """A suggestion that is not offered again."""

    suggestion: str
    kind: str
    judge: str
