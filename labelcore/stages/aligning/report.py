"""The report of an alignment: every figure with its n, its interval, or why it is not measurable."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from labelcore.models import OVERALL, Fact, Frozen, fact
from labelcore.stages.aligning.ceiling import Ceiling
from labelcore.stages.aligning.evidence import HeldOutJudge
from labelcore.stages.aligning.moments import Basis
from labelcore.stats.agreement import Agreement
from labelcore.stats.counts import Counts, evalgen_alignment
from labelcore.stats.rate import Rate, proportion

_CELLS = {"true_pass", "false_pass", "true_fail", "false_fail", "abstained"}
Of = Literal["everything", "graded", "nothing"]
_FIGURES = (
    "kappa",
    "mcc",
    "balanced_accuracy",
    "baseline",
    "criterion_fails",
    "criterion_caught",
    "ac1",
    "against",
)


class Alarms(Frozen):
    """Of the bad outputs the share with an alarm of users, of alarms the share on good outputs.

    ``spoken`` of ``n`` graded outputs have a signal: users chose which.
    """

    finds: Rate
    false: Rate
    spoken: int
    n: int


class JudgeAlignment(Frozen):
    """One judge against people's grades, and against its criterion's evidence.

    ``against``: whether these are of the output or of its criterion. ``weighted``: TPR and TNR for the pool,
    where outputs had different chances to be drawn. ``ac1`` looks good for a judge that misses nearly every
    fail. ``alarms``: where users gave the verdicts.
    """

    judge: str
    judge_version_id: str
    criterion: str
    kind: str
    description: str
    counts: Counts
    missing: int
    tpr: Rate
    tnr: Rate
    ppv: Rate
    npv: Rate
    kappa: float | None
    mcc: float | None
    balanced_accuracy: float | None
    baseline: float | None
    criterion_fails: int
    criterion_caught: int
    warnings: tuple[Fact, ...] = ()
    ac1: float | None = None
    against: str = OVERALL
    intervals: dict[str, Rate] = Field(default_factory=dict)
    weighted: dict[str, Rate] = Field(default_factory=dict)
    alarms: Alarms | None = None

    @property
    def in_sample(self) -> bool:
        """Whether the grades that it is measured by had shaped it, so that its figures flatter."""
        return any(warning.code == "in_sample" for warning in self.warnings)

    @property
    def accuracy(self) -> Rate:
        """The share of equal answers, to be set beside people's agreement and a constant answer."""
        right = self.counts.true_pass + self.counts.true_fail
        return proportion(right, self.counts.n, what="graded outputs that it decided")

    def document(self) -> dict[str, Any]:
        """The flat form of the command line's JSON, with facts in it (see `messages.document`)."""
        ends = [
            (name, end) for name in self.intervals if name not in {"tpr", "tnr"} for end in ("low", "high")
        ]
        return {
            **self.model_dump(include={"judge", "judge_version_id", "criterion", "kind"}),
            "n": self.counts.n,
            **self.counts.model_dump(include=_CELLS),
            "missing": self.missing,
            **flat("tpr", self.tpr),
            **flat("tnr", self.tnr),
            **flat("ppv", self.ppv),
            **flat("npv", self.npv),
            **{name: getattr(self, name) for name in _FIGURES},
            **{f"{name}_{end}": getattr(self.intervals[name], end) for name, end in ends},
            "weighted": {name: rate.model_dump() for name, rate in self.weighted.items()},
            **({"alarms": self.alarms.model_dump()} if self.alarms else {}),
            "warnings": list(self.warnings),
        }


class SetAlignment(Frozen):
    """The chosen set: what it does on this split, and on outputs that it had not seen.

    ``held_out`` and ``members`` are of the choice, cross-fitted on the grades of then outside the sealed
    test; ``in_sample``: its alignment on these. ``weighted``: for the pool, where chances to be drawn
    differed.
    """

    judges: tuple[str, ...]
    judge_version_ids: tuple[str, ...]
    counts: Counts
    coverage: Rate
    false_failure_rate: Rate
    alignment: float | None
    held_out: dict[str, Any] | None
    warnings: tuple[Fact, ...] = ()
    in_sample: float | None = None
    members: tuple[HeldOutJudge, ...] = ()
    weighted: dict[str, Rate] = Field(default_factory=dict)

    @property
    def weighted_alignment(self) -> float | None:
        """The alignment of the weighted figures; None where there are none."""
        if not self.weighted:
            return None
        return evalgen_alignment(*(self.weighted[k].value for k in ("coverage", "false_failure_rate")))

    @property
    def unseen(self) -> HeldOutJudge | None:
        """How many of the bad outputs the set caught that it had not seen; of one judge, that judge's count.

        None where the choice kept too little to tell.
        """
        if len(self.members) == 1:
            return self.members[0]
        figures = self.held_out or {}
        coverage, fails, demand = (
            figures.get("coverage"),
            figures.get("effective_fails"),
            figures.get("wanted"),
        )
        if coverage is None or fails is None or demand is None:
            return None
        n_fails = figures.get("n_fails", 0)
        return HeldOutJudge(
            judge="",
            judge_version_id="",
            against=fact("against_output"),
            caught=math.floor(coverage * fails + 1e-9),
            fails=fails,
            wanted=demand,
            share=n_fails / max(1, figures.get("n", 0)),
            counted=n_fails,
        )

    def document(self) -> dict[str, Any]:
        """The JSON form of the command line."""
        return {
            "judges": list(self.judges),
            "n": self.counts.n,
            **flat("coverage", self.coverage),
            **flat("false_failure_rate", self.false_failure_rate),
            "alignment": self.alignment,
            "weighted": {name: rate.model_dump() for name, rate in self.weighted.items()}
            | ({"alignment": self.weighted_alignment} if self.weighted else {}),
            "held_out": self.held_out,
            "warnings": list(self.warnings),
            "in_sample": self.in_sample,
            "good_enough": [
                member.model_dump() | {"more": member.more, "says": member.says} for member in self.members
            ],
        }


class PassRates(Frozen):
    """Three answers to "how good is everything": people, the set as it is, and corrected.

    ``methods``: every correction, or why it is refused. ``effective``: how many evenly drawn grades these are
    worth.
    """

    human: Rate
    human_sampling: Fact
    judge: Rate
    corrected: Rate
    assumption: str
    methods: dict[str, Rate] = Field(default_factory=dict)
    effective: float | None = None

    @property
    def well_drawn(self) -> bool:
        """Whether the graded outputs stand for all, because their chances to be drawn are known."""
        return self.human_sampling.code in {"drawn", "drawn_beside", "everything"}

    @property
    def first(self) -> Rate:
        """The one that stands first: of everything where a draw allows it, else of the graded outputs.

        A known draw is post-stratified by the set's verdicts where that can be had; without one a
        correction never stands first. Where everything is graded there is nothing to correct.
        """
        is_draw = self.well_drawn and self.human_sampling.code != "everything"
        return self.corrected if is_draw and self.corrected.value is not None else self.human

    @property
    def of(self) -> Of:
        """What the first one is a number of."""
        if self.first.value is None:
            return "nothing"
        return "everything" if self.well_drawn else "graded"

    @property
    def rests_on_judges(self) -> bool:
        """Whether the first one was read from judges' verdicts too."""
        return self.first is not self.human

    def document(self) -> dict[str, Any]:
        """The JSON form of the command line."""
        return {
            "human": self.human.model_dump() | {"sampling": self.human_sampling},
            "judge": self.judge.model_dump(),
            "corrected": self.corrected.model_dump() | {"assumption": self.assumption},
            "methods": {name: rate.model_dump() for name, rate in self.methods.items()},
            "effective_grades": self.effective,
        }


class AlignmentReport(Frozen):
    """Everything that an alignment says, with the split and the versions that it rests on.

    ``as_of``: the moment whose state it shows; None for the present.
    """

    split: str
    n_grades: int
    judges: tuple[JudgeAlignment, ...]
    chosen: SetAlignment | None
    pass_rate: PassRates
    agreement: Agreement
    openings: int
    warnings: tuple[Fact, ...]
    basis: Basis
    as_of: datetime | None = None
    ceiling: Ceiling | None = None

    def document(self) -> dict[str, Any]:
        """The JSON form of the command line (a contract)."""
        return {
            "split": self.split,
            "n_grades": self.n_grades,
            "judges": [judge.document() for judge in self.judges],
            "set": self.chosen.document() if self.chosen else None,
            "pass_rate": self.pass_rate.document(),
            "agreement": self.agreement.model_dump(),
            "ceiling": self.ceiling.model_dump() if self.ceiling else None,
            "test_openings": self.openings,
            "warnings": list(self.warnings),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "rests_on": self.basis.model_dump(mode="json"),
        }


def flat(name: str, rate: Rate) -> dict[str, Any]:
    """A rate as three keys: its value and the ends of its interval."""
    return {name: rate.value, f"{name}_low": rate.low, f"{name}_high": rate.high}
