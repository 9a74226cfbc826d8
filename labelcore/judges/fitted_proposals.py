"""Candidates without a model: what notes and grades point out, kept where it holds up on held-out grades."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

import numpy as np

from labelcore.arrays import Bools
from labelcore.judges.calibration import HIGHEST, Aim
from labelcore.judges.candidates import Candidate, FoldedRows, RefitTargets, Target
from labelcore.judges.code_checks import FittedCheck, fitted_phrases, fitted_thresholds
from labelcore.judges.cross_fitting import FEW, folds_by_group
from labelcore.judges.detectors import REGISTRY
from labelcore.judges.features import GradedRows, TrainingData, mentions
from labelcore.judges.fitting import GUIDES
from labelcore.judges.kinds import Kind
from labelcore.judges.kinds.code import CodeKind
from labelcore.judges.kinds.learned import LearnedKind, make_spec
from labelcore.judges.learned_model import RECURRING, too_few
from labelcore.models import OVERALL, Frozen
from labelcore.wording import Wording

_SAME, _ALIKE = 0.95, 0.8  # two candidates that agree on so many outputs are duplicates; of one quantity
_CLEARLY = 1.645
"""Standard errors by which a judge of a criterion, the best of many that were tried, must be better than a
constant answer; and by which one of the overall grade must be worse for few grades to refuse it."""
_USEFUL = 0.05  # the least shrunk gain for which a check is worth trying
_TRIED = 3  # checks of each kind
_UNTOLD = 3.0  # by which a check that no note talks about must hold up, or one of next to no fails
_COMMON = 0.25  # a single word that more outputs use says nothing that a reader would find plausible
_OFTEN = 1 / 3  # of a criterion's quotes talk about what a check of it measures, unless its name does
_JUDGED = re.compile(r"(?i)\b(?:wrong|incorrect|false|bad)\b|错误|不对")  # says that it fails, not what for
_FOLDS = 5
LEARNED_FROM = RECURRING
"""From so many fails on, a criterion has a learned judge, which takes part in the choice of the set."""


class HeldOutCounts(Frozen):
    """What a candidate does on graded outputs that it was not fitted on."""

    caught: int
    fails: int
    wrong: int
    passes: int

    @classmethod
    def of(cls, votes: Bools, fails: Bools) -> HeldOutCounts:
        """From votes and people's fails, both (m,)."""
        caught, wrong = int((votes & fails).sum()), int((votes & ~fails).sum())
        return cls(caught=caught, fails=int(fails.sum()), wrong=wrong, passes=int((~fails).sum()))

    @property
    def gain(self) -> float:
        """The share of bad outputs that it catches less that of good ones that it fails; a constant has 0."""
        return self.caught / max(1, self.fails) - self.wrong / max(1, self.passes)

    def beats(self, other: HeldOutCounts) -> bool:
        """Whether it catches no less, wrongly fails no more, and is not the same."""
        return self != other and self.caught >= other.caught and self.wrong <= other.wrong

    @property
    def error(self) -> float:
        """The standard error of the gain, with Jeffreys' prior in both shares."""
        variance = 0.0
        for count, size in ((self.caught, self.fails), (self.wrong, self.passes)):
            share = (count + 0.5) / (size + 1)
            variance += share * (1 - share) / (size + 1)
        return math.sqrt(variance)

    def holds_up(self, errors: float = 1.0) -> bool:
        """Whether the gain is above 0, which is a constant answer's, by so many standard errors."""
        return self.gain > errors * self.error

    @property
    def is_open(self) -> bool:
        """Whether so few grades cannot tell it from a constant answer; not where it is clearly worse, or
        one itself.
        """
        constant = self.caught == self.wrong == 0 or (self.caught, self.wrong) == (self.fails, self.passes)
        few = self.fails + self.passes < FEW
        return few and not constant and not self.holds_up() and self.gain > -_CLEARLY * self.error

    @property
    def words(self) -> Wording:
        """The same as a sentence."""
        return Wording(
            "On grades that it was not fitted to, it catches {caught} of {fails} bad outputs and wrongly "
            "fails {wrong} of {passes} good ones.",
            **self.model_dump(),
        )


@dataclass(frozen=True)
class CandidateOrder:
    """What candidates are for, how many, of which kind (all for None), and what learned ones aim at.
    ``quotes``: what notes say of the criterion, None for the overall grade.
    """

    name: str = OVERALL
    limit: int = 3
    kind: str | None = None
    seed: int = 0
    aim: Aim = HIGHEST
    quotes: tuple[str, ...] | None = None

    def about(self, data: TrainingData) -> TrainingData:
        """The data, of a criterion with the columns that measure what its name or enough of its quotes talk
        about: others tell its fails by what merely goes with them.
        """
        if self.quotes is None:
            return data
        name = _JUDGED.sub(" ", self.name)
        in_name, *quoted = mentions((name, *self.quotes), data.table.columns)
        often = np.sum(quoted, axis=0) if quoted else np.zeros(len(in_name))
        fits = in_name | (often >= max(GUIDES, _OFTEN * len(quoted)))
        pairs = zip(data.table.columns, fits, strict=True)
        return data.only({column.key for column, about in pairs if about})


@dataclass(frozen=True)
class JudgeProposal:
    """A candidate judge, why it is proposed, and what it does on held-out grades."""

    name: str
    judge: Kind
    why: str
    held_out: HeldOutCounts

    @property
    def measure(self) -> str | None:
        """What a check looks at."""
        return self.judge.spec.key if isinstance(self.judge, CodeKind) else None

    @property
    def is_guided(self) -> bool:
        """Whether the notes talk about what a check looks at."""
        return isinstance(self.judge, CodeKind) and bool(self.judge.spec.guided)


def propose(data: TrainingData, graded: GradedRows, order: CandidateOrder) -> list[JudgeProposal]:
    """At most so many candidates for one criterion (or the overall grade) from the rows that say something
    about it: a learned one where there are enough grades, of a criterion where no check beats it, then the
    checks that hold up best.
    """
    if not graded.of_both_kinds:
        return []
    data = order.about(data)
    checks = _checks(data, graded, order) if order.kind != LearnedKind.stored else []
    learned = list(_learned(data, graded, order)) if order.kind != CodeKind.stored else []
    if order.quotes is not None:
        learned = unbeaten(learned, checks)
    return [*learned, *checks][: order.limit]


def unbeaten(learned: Sequence[JudgeProposal], checks: Sequence[JudgeProposal]) -> list[JudgeProposal]:
    """The learned judges that no check beats."""
    return [judge for judge in learned if not any(check.held_out.beats(judge.held_out) for check in checks)]


def distinct(proposed: Sequence[Sequence[JudgeProposal]]) -> list[list[JudgeProposal]]:
    """What is proposed for each criterion without the checks that measure what one of another criterion does
    and catches more by, and that no note on theirs asks for: a reader would not see why. Each keeps one.
    """
    most: dict[str, tuple[bool, int]] = {}
    for proposal in chain.from_iterable(proposed):
        if (key := proposal.measure) is not None:
            most[key] = max(most.get(key, (False, 0)), (proposal.is_guided, proposal.held_out.caught))
    lists = []
    for proposals in proposed:
        kept = [
            proposal
            for proposal in proposals
            if proposal.measure is None
            or proposal.is_guided
            or most[proposal.measure] <= (False, proposal.held_out.caught)
        ]
        lists.append(kept or [*proposals[:1]])
    return lists


def _learned(data: TrainingData, graded: GradedRows, order: CandidateOrder) -> Iterator[JudgeProposal]:
    of_criterion = order.quotes is not None
    if too_few(graded.fails) is not None or (of_criterion and len(graded.failed) < LEARNED_FROM):
        return
    spec = make_spec(data, graded, order.seed, order.aim)
    judge = LearnedKind(spec)
    counts = HeldOutCounts.of(judge.held_out_votes, graded.fails)
    believed = judge.spec.reliability
    if not judge.spec.looks_at or (of_criterion and believed and not believed.beats_constant()):
        return
    if not counts.holds_up(_CLEARLY if of_criterion else 1.0) and (of_criterion or not counts.is_open):
        return
    why = f"{counts.words} No graded output is judged by a model that saw its grade."
    if len(graded.fails) < FEW:
        why += f" With only {len(graded.fails)} grades it is a guess that more grades will sharpen."
    yield JudgeProposal(f"{order.name} · learned", judge, why, counts)


def _checks(data: TrainingData, graded: GradedRows, order: CandidateOrder) -> list[JudgeProposal]:
    """Checks that hold up, measure different things and vote differently, the best first."""
    candidates = sorted(_tried(data, graded, order), key=lambda pair: -pair[1].gain)
    distinct: list[FittedCheck] = []
    proposals = []
    for check, counts in candidates:
        votes = check.votes[graded.rows]
        if any(
            _is_duplicate(check, other, float((votes == other.votes[graded.rows]).mean()))
            for other in distinct
        ):
            continue
        distinct.append(check)
        why = counts.words + (" The notes talk about it." if check.spec.guided else "")
        judge = CodeKind(check.spec.model_dump())
        proposals.append(JudgeProposal(f"{order.name} · {check.spec.key}", judge, why, counts))
    return proposals


def _is_duplicate(check: FittedCheck, other: FittedCheck, agree: float) -> bool:
    """Whether two checks say the same: words and characters are both lengths."""
    same_key = check.spec.key == other.spec.key
    one, two = REGISTRY[check.spec.detector], REGISTRY[other.spec.detector]
    is_one = one.topics == two.topics and check.spec.parameters == other.spec.parameters
    return same_key or agree >= (_ALIKE if is_one and check.spec.side == other.spec.side else _SAME)


def _tried(
    data: TrainingData, graded: GradedRows, order: CandidateOrder
) -> Iterator[tuple[FittedCheck, HeldOutCounts]]:
    """Plausible checks that hold up, thresholds and phrases, by the notes and by the grades."""
    kinds = [_thresholds(data, graded, order, guided=guided) for guided in (True, False)]
    kinds.append(fitted_phrases(data, graded, _TRIED, guided=True))
    if order.quotes is None:
        kinds.append(fitted_phrases(data, graded, _TRIED, guided=False))
    folds = folds_by_group([data.groups[int(i)] for i in graded.rows], _FOLDS, order.seed)
    parts, fails, has_grade = FoldedRows(graded.rows, folds), *np.zeros((2, len(data.groups)), dtype=bool)
    fails[graded.failed], has_grade[graded.rows] = True, True
    refitting = RefitTargets(data, Target(fails, has_grade))
    for check in chain.from_iterable(zip_longest(*kinds)):
        if check is None or check.gain < _USEFUL or not _plausible(check):
            continue
        candidate: Candidate | None = CodeKind(check.spec.model_dump()).candidate(refitting)
        votes = candidate.out_of_fold([candidate], parts) if candidate else None
        told = order.quotes is not None or _told(check, data, graded)
        errors = _CLEARLY if told and len(graded.failed) >= LEARNED_FROM else _UNTOLD
        if votes is None:
            continue
        counts = HeldOutCounts.of(votes[:, 0], graded.fails)
        if counts.holds_up(errors) and 2 * counts.wrong < counts.passes:
            yield check, counts


def _thresholds(
    data: TrainingData, graded: GradedRows, order: CandidateOrder, *, guided: bool
) -> list[FittedCheck]:
    """The best ones; of a criterion, where either end may be bad, notes must tell which."""
    if order.quotes is None:
        return fitted_thresholds(data, graded, _TRIED, guided=guided)
    every = fitted_thresholds(data, graded, len(data.table.columns), guided=guided)
    clear = (check for check in every if check.spec.guided or REGISTRY[check.spec.detector].bad != "either")
    return list(clear)[:_TRIED]


def _told(check: FittedCheck, data: TrainingData, graded: GradedRows) -> bool:
    """Whether the notes talk about what it measures."""
    at = [column.key for column in data.table.columns]
    mentioned = check.spec.key in at and data.mentions[graded.failed, at.index(check.spec.key)].any()
    return check.spec.guided or bool(mentioned)


def _plausible(check: FittedCheck) -> bool:
    """A single word must be one that the notes say and that few outputs use."""
    if len(check.spec.parameters.get("phrase", ())) != 1:
        return True
    use = check.votes if check.spec.side == "above" else ~check.votes
    return check.spec.guided and float(use.mean()) <= _COMMON
