"""What may mend a judge where a new model loses: examples of its own errors, and wordings that stress more.

Candidates are made of train, compared on train, and the best of them is measured on dev, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labelcore.judges import prompts
from labelcore.judges.judge_prompt import Teaching
from labelcore.judges.kinds import kind_of
from labelcore.models import Decision, Fact, Frozen, JudgeVersion, fact
from labelcore.stages.aligning.report import flat
from labelcore.stages.finding import find_criterion
from labelcore.stages.judging.proposing.subjects import Subject
from labelcore.stages.judging.proposing.teaching import teaching_examples
from labelcore.stages.judging.running.trial_run import Tried, ask_unstored
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


def repair(
    workspace: Workspace,
    new: JudgeVersion,
    old: dict[str, Decision],
    graded: GradedOutputs,
    decided: dict[str, Decision],
) -> Repair | None:
    """The best candidate on train beside what the new model ``decided``; None where none is better there."""
    train = [key for key, split in graded.splits.items() if split == "train" and key in decided]
    dev = [key for key, split in graded.splits.items() if split == "dev" and key in old]
    best: tuple[float, str, JudgeVersion, Change] | None = None
    spent, tried = 0.0, 0
    for what, spec in _candidates(workspace, new, graded, decided, train):
        version = drafted(workspace, new, spec)
        answers = _asked(workspace, version, train)
        found = change_on(workspace, graded, decided, answers.decisions, train)
        spent, tried = spent + answers.run.cost_usd, tried + 1
        gain = found.balanced.value or 0.0
        if gain > (best[0] if best else 0.0):
            best = gain, what, version, found
    if best is None or not dev:
        return None
    answers = _asked(workspace, best[2], dev)
    return Repair(
        what=best[1],
        version=best[2],
        on_train=best[3],
        on_dev=change_on(workspace, graded, old, answers.decisions, dev),
        tried=tried,
        cost_usd=spent + answers.run.cost_usd,
    )


def _asked(workspace: Workspace, version: JudgeVersion, ids: list[str]) -> Tried:
    return ask_unstored(workspace, version, ids)


def _candidates(
    workspace: Workspace,
    new: JudgeVersion,
    graded: GradedOutputs,
    decided: dict[str, Decision],
    train: list[str],
) -> Iterator[tuple[str, dict[str, Any]]]:
    prompt = kind_of(new).prompts[0]
    if train and (examples := _examples(workspace, new, graded, decided, train)):
        taught = [example.model_dump() for example in examples]
        yield "examples", {**prompt.content, "examples": taught, "shown": _SHOWN}
    for variant in prompts.VARIANTS:
        if variant not in {"plain", prompt.spec.variant}:
            yield variant, prompt.varied(variant)


def _examples(
    workspace: Workspace,
    new: JudgeVersion,
    graded: GradedOutputs,
    decided: dict[str, Decision],
    train: list[str],
) -> list[Teaching]:
    """Chosen to teach among what the new model gets wrong, and what passes or fails beside it."""
    criterion = find_criterion(workspace, new.criterion_id) if new.criterion_id else None
    wrong = {key for key in train if not is_right(decided[key], failed=graded.fails[key])}
    if criterion is None or not wrong:
        return []
    right = {graded.fails[key] for key in wrong}
    chosen = {key: graded.fails[key] for key in train if key in wrong or graded.fails[key] not in right}
    return teaching_examples(workspace, Subject(criterion, chosen), graded.labels.notes)
