"""What may mend a judge where a new model loses: examples of its own errors, and wordings that stress more.

Candidates are made of train, compared on train, and the best of them is measured on dev, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from labelcore.judges import prompts
from labelcore.judges.judge_prompt import Teaching
from labelcore.judges.kinds import kind_of
from labelcore.models import Decision, Fact, Frozen, JudgeVersion, fact
from labelcore.stages.aligning.report import flat
from labelcore.stages.finding import find_criterion
from labelcore.stages.judging.proposing.subjects import Subject
from labelcore.stages.judging.proposing.teaching import teaching_examples
from labelcore.stages.judging.running.live_run import RunOptions
from labelcore.stages.judging.running.trial_run import ask_unstored
from labelcore.stages.refining.trying import GradedOutputs, change_on, drafted, is_right
from labelcore.stats.changes import Change
from labelcore.workspace import Workspace

_SHOWN = 2


class Repair(Frozen):
    """The candidate that was best on train. ``what``: "examples" or a name of ``prompts.VARIANTS``.

    ``on_train``: what it changes beside the new model as it came; ``on_dev``: beside the present judge, on
    outputs that it was not chosen on.
    """

    what: str
    version: JudgeVersion
    on_train: Change
    on_dev: Change
    tried: int
    cost_usd: float

    @property
    def says(self) -> Fact:
        """What it does, and whether that makes up for the loss."""
        found = self.on_dev.balanced
        if found.value is None or found.low is None or found.high is None:
            return fact("repair_unknown", what=self.what, why=found.why_not)
        points = {"change": 100 * found.value, "low": 100 * found.low, "high": 100 * found.high}
        return fact(f"repair_{self.on_dev.verdict}", what=self.what, **points)

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "what": self.what,
            "spec": self.version.spec,
            "tried": self.tried,
            **flat("train_change", self.on_train.balanced),
            **flat("tpr_change", self.on_dev.tpr),
            **flat("tnr_change", self.on_dev.tnr),
            "verdict": self.on_dev.verdict,
            "says": self.says,
        }


@dataclass(frozen=True)
class Shadow:
    """What both models say of graded outputs, and how candidates are asked."""

    graded: GradedOutputs
    old: dict[str, Decision]
    new: dict[str, Decision]
    options: RunOptions

    def of_split(self, wanted: str) -> list[str]:
        """The graded outputs of a split that both decided."""
        return [key for key, split in self.graded.splits.items() if split == wanted and key in self.new]

    @property
    def wrong(self) -> set[str]:
        """The outputs of train that the new model gets wrong."""
        fails = self.graded.fails
        return {key for key in self.of_split("train") if not is_right(self.new[key], failed=fails[key])}


def repair(workspace: Workspace, new: JudgeVersion, shadow: Shadow) -> Repair | None:
    """The best candidate on train beside the new model as it came; None where none is better there."""
    train, dev = shadow.of_split("train"), shadow.of_split("dev")
    best: tuple[float, str, JudgeVersion, Change] | None = None
    spent, tried = 0.0, 0
    for what, spec in _candidates(workspace, new, shadow) if train else ():
        version = drafted(workspace, new, spec)
        answers = ask_unstored(workspace, version, train, shadow.options)
        found = change_on(workspace, shadow.graded, shadow.new, answers.decisions, train)
        spent, tried = spent + answers.run.cost_usd, tried + 1
        gain = found.balanced.value or 0.0
        if gain > (best[0] if best else 0.0):
            best = gain, what, version, found
    if best is None or not dev:
        return None
    answers = ask_unstored(workspace, best[2], dev, shadow.options)
    return Repair(
        what=best[1],
        version=best[2],
        on_train=best[3],
        on_dev=change_on(workspace, shadow.graded, shadow.old, answers.decisions, dev),
        tried=tried,
        cost_usd=spent + answers.run.cost_usd,
    )


def _candidates(
    workspace: Workspace, new: JudgeVersion, shadow: Shadow
) -> Iterator[tuple[str, dict[str, Any]]]:
    prompt = kind_of(new).prompts[0]
    if examples := _examples(workspace, new, shadow):
        taught = [example.model_dump() for example in examples]
        yield "examples", {**prompt.content, "examples": taught, "shown": _SHOWN}
    for variant in prompts.VARIANTS:
        if variant not in {"plain", prompt.spec.variant}:
            yield variant, prompt.varied(variant)


def _examples(workspace: Workspace, new: JudgeVersion, shadow: Shadow) -> list[Teaching]:
    """Chosen to teach among what the new model gets wrong, and what people grade otherwise beside it."""
    criterion = find_criterion(workspace, new.criterion_id) if new.criterion_id else None
    fails, wrong = shadow.graded.fails, shadow.wrong
    if criterion is None or not wrong:
        return []
    grades = {fails[key] for key in wrong}
    chosen = {key: fails[key] for key in shadow.of_split("train") if key in wrong or fails[key] not in grades}
    return teaching_examples(workspace, Subject(criterion, chosen), shadow.graded.labels.notes)
