"""What may mend a judge where a new model loses: examples of its errors, and wordings that stress more.

Candidates are made of train, compared on train, and the best of them is measured on dev, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from labelcore.judges import prompts
from labelcore.judges.judge_prompt import Prompt, TrainExample
from labelcore.judges.kinds import kind_of
from labelcore.models import Fact, Frozen, JudgeVersion, Run, fact
from labelcore.stages.aligning.report import flat
from labelcore.stages.finding import find_criterion
from labelcore.stages.judging.proposing.subjects import Subject
from labelcore.stages.judging.proposing.teaching import teaching_examples
from labelcore.stages.judging.running.live_run import RunOptions
from labelcore.stages.judging.running.trial_run import ask_unstored
from labelcore.stages.refining.trials import paid
from labelcore.stages.refining.trying import VersionPair, change_on, change_on_dev, drafted, is_right
from labelcore.stats.changes import Change
from labelcore.stats.settling import advice_on
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_SHOWN = 2
_NAMES = {
    "examples": Wording("examples of its errors"),
    "strict": Wording("a stricter wording"),
    "steps": Wording("a wording in steps"),
}


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
    cost_usd: float | None

    @property
    def mends(self) -> bool:
        """Whether it may be kept: dev does not advise to stay with the present judge instead."""
        return advice_on(self.on_dev) != "stay"

    def why(self, to: str) -> Wording:
        """The reason to keep it, for the history."""
        return Wording("moved to {to}, with {what}", to=to, what=self.name)

    @property
    def name(self) -> str:
        """What was added, in words."""
        return _NAMES.get(self.what, self.what)

    @property
    def says(self) -> Fact:
        """What it does, and whether that makes up for the loss."""
        change = self.on_dev.balanced
        if change.value is None or change.low is None or change.high is None:
            return fact("repair_unknown", what=self.name, why=change.why_not)
        points = {"change": 100 * change.value, "low": 100 * change.low, "high": 100 * change.high}
        return fact(f"repair_{self.on_dev.verdict}", what=self.name, **points)

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
            "mends": self.mends,
            "says": self.says,
        }


def repair(
    workspace: Workspace, pairing: VersionPair, options: RunOptions
) -> tuple[Repair | None, list[Run]]:
    """The best candidate on train beside the new model as it came, None where none is better there; and what
    it took to find that out.
    """
    labelled, moved = pairing.graded, pairing.new
    train, dev = _decided(pairing, "train"), _decided(pairing, "dev")
    best: tuple[float, str, JudgeVersion, Change] | None = None
    runs: list[Run] = []
    for what, spec in _candidates(workspace, pairing) if train and dev else ():
        version = drafted(workspace, moved, spec)
        answers = ask_unstored(workspace, version, train, options)
        beside = VersionPair(labelled, moved, version, pairing.decisions, answers.decisions)
        effect = change_on(workspace, beside, train)
        runs.append(answers.run)
        gain = effect.gain
        if gain > (best[0] if best else 0.0):
            best = gain, what, version, effect
    if best is None:
        return None, runs
    n_runs, answers = len(runs), ask_unstored(workspace, best[2], dev, options)
    runs.append(answers.run)
    mended = VersionPair(labelled, pairing.present, best[2], pairing.known, answers.decisions)
    mending = Repair(
        what=best[1],
        version=best[2],
        on_train=best[3],
        on_dev=change_on_dev(workspace, mended)[0],
        tried=n_runs,
        cost_usd=paid(runs),
    )
    return mending, runs


def _decided(pairing: VersionPair, of_split: str) -> list[str]:
    """The graded outputs of a split that both models decided."""
    return [
        key for key, split in pairing.graded.splits.items() if split == of_split and key in pairing.decisions
    ]


def _candidates(workspace: Workspace, pairing: VersionPair) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = kind_of(pairing.new)
    if examples := _examples(workspace, pairing):
        taught = {"examples": [example.model_dump() for example in examples], "shown": _SHOWN}
        yield "examples", kind.rewritten(lambda prompt: {**prompt.content, **taught})
    for variant in prompts.VARIANTS:
        if variant not in {"plain", *(prompt.spec.variant for prompt in kind.prompts)}:
            yield variant, kind.rewritten(partial(Prompt.varied, variant=variant))


def _examples(workspace: Workspace, pairing: VersionPair) -> list[TrainExample]:
    """Chosen to teach among what the new model gets wrong, and what people grade otherwise beside it."""
    criterion_id, fails = pairing.new.criterion_id, pairing.graded.fails
    train = _decided(pairing, "train")
    wrong = {key for key in train if not is_right(pairing.decisions[key], failed=fails[key])}
    if criterion_id is None or not wrong:
        return []
    grades = {fails[key] for key in wrong}
    fails_shown = {key: fails[key] for key in train if key in wrong or fails[key] not in grades}
    subject = Subject(find_criterion(workspace, criterion_id), fails_shown)
    return teaching_examples(workspace, subject, pairing.graded.labels.notes)
