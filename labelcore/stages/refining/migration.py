"""What moving a judge to another model would change: flips, both rates, cost, and what to grade first."""

from __future__ import annotations

from typing import Any, Literal

from labelcore.llm.protocol import is_another
from labelcore.models import NOTHING, Decision, Fact, Frozen, JudgeVersion, Sample, fact
from labelcore.stages.aligning.report import flat
from labelcore.stages.refining.keeping import KeptVersion
from labelcore.stages.refining.looks import DevLooks
from labelcore.stages.refining.mending import Repair
from labelcore.stages.refining.trials import ModelWork
from labelcore.stats.changes import Change
from labelcore.stats.settling import Advice, advice_on


class Flip(Frozen):
    """An output on which the models differ; ``human_pass``: None where nobody graded it."""

    output_id: str
    external_id: str | None
    human_pass: bool | None
    present: Decision
    new: Decision


class ModelSide(Frozen):
    """One model on these outputs: as it was asked for, as the endpoint names it, and what it takes.

    US dollars for 1,000 verdicts, milliseconds for one (median); None where it is not known.
    """

    judge: str
    model: str
    endpoint: str
    answered_as: tuple[str, ...]
    cost_per_thousand: float | None
    latency_ms: float | None

    @property
    def renamed(self) -> Fact:
        """That the endpoint names another model than was asked for."""
        others = [name for name in self.answered_as if is_another(self.model, name)]
        values = {"judge": self.judge, "asked": self.model, "names": others}
        return fact("answered_as_another", **values) if others else NOTHING


class OutputToGrade(Frozen):
    """An output to grade, with its chance to be picked among those on which the models agree, or among those
    on which they differ.
    """

    output_id: str
    probability: float


class Migration(ModelWork):
    """What a move would change.

    ``n``: outputs that both models decided. ``picks``: the smallest set to grade that is expected to settle
    it, and ``draw`` how they were drawn; ``settles``: whether it is (else not even all of them would do).
    ``repair``: what mends it where the new model loses; else ``unmended``: so many other examples and
    wordings were tried, and none is better on train. ``moved``: the judge as it asks the new model, not
    stored; ``kept``: the version that was stored, where that was wanted, or ``unkept``, why none was.
    """

    judge: str
    judge_version_id: str
    moved: JudgeVersion
    against: Fact
    n: int
    present: ModelSide
    new: ModelSide
    flips: tuple[Flip, ...]
    change: Change
    picks: tuple[OutputToGrade, ...]
    settles: bool
    draw: Sample
    repair: Repair | None
    unmended: int = 0
    looks: DevLooks
    kept: KeptVersion | None
    unkept: Fact = NOTHING

    @property
    def new_version_id(self) -> str:
        """Of the judge as it asks the new model."""
        return self.moved.id

    @property
    def advice(self) -> Advice:
        """Switch, stay, or grade first."""
        return advice_on(self.change)

    @property
    def mending(self) -> Fact:
        """What came of trying other examples and wordings, where they were tried."""
        if self.repair:
            return self.repair.says
        return fact("repair_nothing", n=self.unmended) if self.unmended else NOTHING

    @property
    def exit_code(self) -> int:
        """1 where the new model decided nothing, or could not go on."""
        return 1 if not self.n or self.state == "stopped" else 0

    @property
    def loss(self) -> tuple[Fact, ...]:
        """What changes for 100 bad and 100 good outputs, in words."""
        return (loss_of(self.change.tnr, "bad"), loss_of(self.change.tpr, "good"))

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "judge": self.judge,
            "to": self.new.model,
            "endpoint": self.new.endpoint,
            "n": self.n,
            "n_grades": self.change.passes + self.change.fails,
            "flips": len(self.flips),
            **flat("tpr_change", self.change.tpr),
            **flat("tnr_change", self.change.tnr),
            **flat("change", self.change.balanced),
            "advice": self.advice,
            "loss": self.loss,
            "to_grade": [pick.output_id for pick in self.picks],
            "picks": self.picks,
            "settles": self.settles,
            "present": self.present,
            "new": self.new,
            "warnings": [renaming for renaming in (self.present.renamed, self.new.renamed) if renaming],
            "repair": self.repair.document() if self.repair else None,
            "unmended": self.unmended,
            "looks": self.looks.document(),
            "kept": self.kept,
            "unkept": self.unkept,
            "flipped": self.flips,
            "against": self.against,
            **self.taken,
        }


def loss_of(rate: Any, grade: Literal["bad", "good"]) -> Fact:
    """A change of TNR (of bad outputs) or TPR (of good ones), for 100 outputs."""
    if rate.value is None or rate.low is None or rate.high is None:
        return fact(f"loss_unknown_{grade}", why=rate.why_not)
    value, low, high = (round(100 * end) for end in (rate.value, rate.low, rate.high))
    if value < 0:
        low, high = -high, -low
    sure = "sure" if low > 0 else "unsure"
    word = "fewer" if value < 0 else "more" if value else "same"
    return fact(f"move_{word}_{grade}_{sure}", n=abs(value), low=abs(low), high=abs(high))
