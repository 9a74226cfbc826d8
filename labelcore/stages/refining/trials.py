"""What came of a trial: the outputs one by one, what the new version changes, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from labelcore.models import Decision, Fact, Frozen, Run, SplitName, fact, total_cost
from labelcore.stages.aligning.report import flat
from labelcore.stages.refining.looks import DevLooks
from labelcore.stats.changes import Change
from labelcore.stats.settling import SettlingCount
from labelcore.wording import Wording

What = Literal["mended", "broken", "still wrong", "still right"]
WHATS: tuple[What, ...] = ("mended", "broken", "still wrong", "still right")


class Attempt(Frozen):
    """One output under both versions: each one's verdict and reason, and what people say."""

    output_id: str
    external_id: str | None
    split: SplitName
    human_pass: bool
    notes: tuple[str, ...]
    present: Decision
    new: Decision

    @property
    def what(self) -> What:
        """What became of it; an abstention is not right."""
        word = "pass" if self.human_pass else "fail"
        before, after = self.present.value == word, self.new.value == word
        if before:
            return "still right" if after else "broken"
        return "mended" if after else "still wrong"


def paid(runs: Iterable[Run]) -> float | None:
    """What several runs cost, None where one of them asked a model without a price."""
    return total_cost(run.cost_usd for run in runs)


class ModelWork(Frozen):
    """What work with a model took, and how it ended.

    ``cost_usd``: what was paid now, None where no price is set; ``troubles``: why outputs have no decision,
    a sentence for each kind, and ``undecided`` how many of them; ``asked_again``: how often calls had to be
    sent again, by kind of trouble.
    """

    cost_usd: float | None
    requests: int
    state: str
    message: Wording
    troubles: dict[str, Wording] = Field(default_factory=dict)
    undecided: dict[str, int] = Field(default_factory=dict)
    asked_again: dict[str, int] = Field(default_factory=dict)

    @property
    def taken(self) -> dict[str, Any]:
        """The same as JSON."""
        names = ("cost_usd", "requests", "state", "message", "asked_again")
        return {"errors": self.troubles, **{name: getattr(self, name) for name in names}}


class Trial(ModelWork):
    """What came of a trial.

    ``attempts``: the outputs that both versions decided, those where the present one errs first. ``pool``:
    the graded outputs that the figures stand for; ``left``: of each grade how many of these were not tried.
    ``more``: the outputs that would settle it, tried ones of the pool included; None where none would.
    """

    judge: str
    judge_version_id: str
    new_version_id: str
    against: Fact
    attempts: tuple[Attempt, ...]
    pool: int
    left: SettlingCount
    change: Change
    on_dev: Change
    more: SettlingCount | None
    looks: DevLooks
    wanted: int
    seconds: float

    def of(self, what: What) -> list[Attempt]:
        """The outputs of which this became."""
        return [attempt for attempt in self.attempts if attempt.what == what]

    @property
    def lists(self) -> dict[str, list[str]]:
        """What was mended, broken and left wrong, by the outputs' ids."""
        return {
            what.replace(" ", "_"): [attempt.output_id for attempt in self.of(what)] for what in WHATS[:-1]
        }

    @property
    def to_grade(self) -> SettlingCount | None:
        """What remains to be graded when all of the pool is tried; None where no number would settle it."""
        if self.more is None:
            return None
        passes = max(0, self.more.passes - self.left.passes)
        return SettlingCount(passes=passes, fails=max(0, self.more.fails - self.left.fails))

    @property
    def untried(self) -> int:
        """How many graded outputs the new version was not asked about."""
        return max(0, self.left.n - sum(self.undecided.values()))

    @property
    def exit_code(self) -> int:
        """1 where the new version decided nothing, or could not go on."""
        return 1 if not self.attempts or self.state == "stopped" else 0

    @property
    def says(self) -> Fact:
        """The verdict, and what would settle it."""
        return _says(self)

    def document(self) -> dict[str, Any]:
        """Its JSON form: outputs by their ids."""
        change = self.change
        return {
            "judge": self.judge,
            "n": len(self.attempts),
            **self.lists,
            **flat("tpr", change.new.tpr),
            **flat("tnr", change.new.tnr),
            **flat("tpr_present", change.present.tpr),
            **flat("tnr_present", change.present.tnr),
            **flat("tpr_change", change.tpr),
            **flat("tnr_change", change.tnr),
            **flat("change", change.balanced),
            "verdict": change.verdict,
            "abstained_present": change.abstained[0],
            "abstained": change.abstained[1],
            "to_grade": None if self.to_grade is None else self.to_grade.n,
            "to_grade_fails": None if self.to_grade is None else self.to_grade.fails,
            "to_grade_passes": None if self.to_grade is None else self.to_grade.passes,
            "to_try": self.left.n,
            "says": self.says,
            "against": self.against,
            "looks": self.looks.document(),
            "seconds": self.seconds,
            **self.taken,
            "outputs": [
                attempt.model_dump(mode="json") | {"what": attempt.what} for attempt in self.attempts
            ],
        }


def _says(trial: Trial) -> Fact:
    if not trial.attempts:
        return fact("tried_nothing")
    word, grade = trial.change.verdict, trial.to_grade
    if word != "unclear":
        change, silent = _points(trial.change.balanced.value), _points(trial.change.gain)
        if change:
            return fact("trial_better" if word == "better" else "trial_worse", change=change)
        return fact("trial_better_decides" if word == "better" else "trial_worse_decides", change=silent)
    if trial.change.balanced.value is None:
        return fact("trial_unmeasured", why=trial.change.balanced.why_not)
    if trial.change.balanced.low is None:
        return fact("trial_no_interval", why=trial.change.balanced.why_not)
    if trial.change.trades:
        return fact("trial_trades")
    if grade is None:
        return fact("trial_no_difference")
    if not grade.n:
        return fact("trial_try_more", n=trial.more.n if trial.more else 0)
    return fact("trial_grade_fails" if grade.fails >= grade.passes else "trial_grade_passes", n=grade.n)


def _points(share: float | None) -> int:
    return round(100 * abs(share or 0.0))
