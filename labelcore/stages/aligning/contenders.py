"""What a race of judges, and a comparison of two, found."""

from __future__ import annotations

from typing import Any, Literal

from labelcore.models import Fact, Frozen, Output, fact
from labelcore.stats.paired import Paired
from labelcore.stats.rate import Rate

Good = Literal["yes", "perhaps", "no", "not measurable"]


class Contender(Frozen):
    """One candidate in the race.

    ``how``: "cross-fitted" where models that had not seen an output decided it, "in-sample" where
    these grades shaped it all the same, else "as it is". ``good``: "yes" where the intervals of TPR
    and TNR lie above the limits, "perhaps" where only the values do, or where it is in-sample.
    ``beaten_by``: a candidate that is no worse in TPR, TNR and cost, and better in one. Cost in US
    dollars for 1,000 verdicts, latency in milliseconds (median); None where they are not known.
    """

    judge: str
    judge_version_id: str
    kind: str
    how: str
    n: int
    abstained: int
    tpr: Rate
    tnr: Rate
    balanced_accuracy: float | None
    cost_per_thousand: float | None
    latency_ms: float | None
    flip_rate: Rate
    beaten_by: str
    good: Good

    @property
    def cost(self) -> Fact:
        """What 1,000 of its verdicts cost."""
        if self.cost_per_thousand is None:
            return fact("cost_unknown")
        return fact("cost", cost=self.cost_per_thousand) if self.cost_per_thousand else fact("no_cost")


class Race(Frozen):
    """All candidates of one criterion, the best first; ``left_out`` says who could not run and why.

    ``against``: the grades that they are measured by.
    ``cheapest``: the name of the cheapest that is good enough, "" where none is.
    """

    criterion: str
    against: Fact
    n: int
    least_tpr: float
    least_tnr: float
    contenders: tuple[Contender, ...]
    left_out: tuple[Fact, ...]
    cheapest: str
    says: Fact


class Difference(Frozen):
    """An output on which two judges differ, with what people said and each judge's reason."""

    output: Output
    human_pass: bool
    first: str
    second: str
    first_reason: str
    second_reason: str

    def document(self) -> dict[str, Any]:
        """Its JSON form, the output by its id."""
        return self.model_dump(exclude={"output"}) | {"output_id": self.output.id}


class Differences(Frozen):
    """Where two judges, by their names, differ on graded outputs, and which of them is right more often.

    ``paired.only_first`` counts the outputs on which only the first is right; ``against``: the grades
    that say so.
    """

    first: str
    second: str
    paired: Paired
    against: Fact
    differences: tuple[Difference, ...]

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        differences = [difference.document() for difference in self.differences]
        return {"paired": self.paired, "against": self.against, "differences": differences}
