"""What came of a search for improvements: each suggestion with what it changes, mends and breaks on dev.

They are accepted or rejected one by one, and that is remembered: what was rejected stays away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from labelcore.errors import BadInput, NotFound
from labelcore.models import NOTHING, Fact, Frozen, JudgeVersion, Role, fact, new_id
from labelcore.operations import Effect, Metavar, Why, operation
from labelcore.stages.aligning.report import flat
from labelcore.stages.refining.candidates import SUGGESTED, ChangeCandidate, Kind
from labelcore.stages.refining.history import PromptDiff
from labelcore.stages.refining.keeping import KeptVersion, in_use, keep
from labelcore.stages.refining.looks import DevLooks, looks_at_dev
from labelcore.stages.refining.trials import ModelWork
from labelcore.stats.changes import Change
from labelcore.stats.rate import Rate
from labelcore.store import prompt_work
from labelcore.store.prompt_work import SuggestionEvent, SuggestionState
from labelcore.workspace import Workspace

State = Literal["better", "not beyond chance", "not better on train", "not measurable", "not tried"]


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
    def unmeasured(self) -> Rate | None:
        """What could not be measured, with the reason; None where it was, or was not tried."""
        change = self.on_dev or self.on_train
        return change.mean if change and change.mean.value is None else None

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
            "train_change": None if self.on_train is None else self.on_train.mean.value,
            **self.figures,
            **{name: getattr(self, name) for name in ("cost_usd", "why")},
            "trouble": (self.unmeasured and self.unmeasured.why_not) or self.trouble,
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
        if unmeasured := sum(suggestion.unmeasured is not None for suggestion in self.left):
            return fact("suggest_unmeasured", n=unmeasured)
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


Named = Annotated[str, Metavar("SUGGESTION")]


def offer(workspace: Workspace, judge: JudgeVersion, suggestions: Sequence[ChangeSuggestion]) -> None:
    """Remember what was offered, so that it can be accepted or rejected later."""
    events = [
        SuggestionEvent(
            id=new_id("suggestion"),
            project_id=workspace.project.id,
            judge_id=judge.judge_id,
            suggestion_id=suggestion.id,
            state="offered",
            kind=suggestion.kind,
            words=suggestion.candidate.words,
            against_id=judge.id,
            judge_version_id=suggestion.candidate.version.id,
            spec=suggestion.candidate.version.spec,
            figures=suggestion.figures,
            author=workspace.person,
        )
        for suggestion in suggestions
    ]
    prompt_work.record_suggestions(workspace.db, events)


def rejected_before(workspace: Workspace, judge: JudgeVersion) -> dict[str, str]:
    """The words of a judge's suggestions that were rejected, by their ids."""
    events = prompt_work.suggestions_of(workspace.db, workspace.project.id, judge.judge_id)
    return {key: event.words for key, event in events.items() if event.state == "rejected"}


@operation("judge prompt accept", role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def accept(workspace: Workspace, judge: JudgeVersion, suggestion: Named, *, why: Why = "") -> SuggestionKept:
    """Keep a suggestion as the next version of a judge, and put it in use.

    Raises:
        NotFound: nothing of that name was suggested for this judge.
        BadInput: it was decided already, or another version is in use since.
    """
    event = _open(workspace, judge, suggestion)
    present = in_use(workspace, judge.judge_id)
    if present.id != event.against_id:
        raise BadInput(
            "Another version of '{name}' is in use since this was suggested.",
            next_step="`labelcore judge prompt suggest '{name}'` tries again.",
            name=judge.name,
        )
    version = keep(workspace, present, event.spec, why=why.strip() or f"{SUGGESTED}{event.kind}")
    _decide(workspace, event, "accepted", why)
    return SuggestionKept(
        suggestion=suggestion,
        kind=event.kind,
        kept=version,
        figures=event.figures,
        looks=looks_at_dev(workspace, present),
    )


@operation("judge prompt reject", role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def reject(workspace: Workspace, judge: JudgeVersion, suggestion: Named, *, why: Why = "") -> Rejected:
    """Reject a suggestion: it is not offered for this judge again.

    Raises:
        NotFound: nothing of that name was suggested for this judge.
        BadInput: it was decided already.
    """
    event = _open(workspace, judge, suggestion)
    _decide(workspace, event, "rejected", why)
    return Rejected(suggestion=suggestion, kind=event.kind, judge=judge.name)


def _open(workspace: Workspace, judge: JudgeVersion, suggestion: str) -> SuggestionEvent:
    event = prompt_work.suggestions_of(workspace.db, workspace.project.id, judge.judge_id).get(suggestion)
    if event is None:
        raise NotFound(
            "No suggestion '{suggestion}' was made for '{name}'.",
            next_step="`labelcore judge prompt suggest '{name}'` makes some.",
            suggestion=suggestion,
            name=judge.name,
        )
    if event.state != "offered":
        raise BadInput(
            "It was decided already, by {who}.",
            next_step="`labelcore judge prompt history '{name}'` tells the versions.",
            who=event.author,
            name=judge.name,
        )
    return event


def _decide(workspace: Workspace, event: SuggestionEvent, state: SuggestionState, why: str) -> None:
    updates = {"id": new_id("suggestion"), "state": state, "why": why.strip(), "author": workspace.person}
    rest = {name: value for name, value in event if name not in {"at", *updates}}
    prompt_work.record_suggestions(workspace.db, [SuggestionEvent(**rest, **updates)])
