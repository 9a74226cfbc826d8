"""What is said where no judge of a criterion is known to beat a constant answer, and what would help."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from labelcore.judges.cross_fitting import FEW
from labelcore.judges.fitted_proposals import LEARNED_FROM, JudgeProposal
from labelcore.models import Fact, fact
from labelcore.stages.judging.proposing.subjects import Subject
from labelcore.wording import Wording

TELLING = 12  # so many failing grades tell a useful judge from a constant answer
_ALONE = "not_measurable_yet"
_TOGETHER = "too_few_fails"


def lacks(subject: Subject, proposals: Sequence[JudgeProposal]) -> Iterator[Fact]:
    """That no candidate holds up, or that of one nobody can tell yet."""
    name, fails, n = Wording(subject.name), sum(subject.fails.values()), len(subject.fails)
    for proposal in proposals:
        if proposal.held_out.is_open:
            yield fact(_ALONE, name=name, n=n, more=FEW - n, counts=proposal.held_out.words)
    if proposals:
        return
    if fails < LEARNED_FROM:
        yield fact(_TOGETHER, name=name, n=fails)
    elif fails == n:
        yield fact("no_graded_passes", name=name, n=fails, more=TELLING)
    else:
        yield fact("nothing_holds_up", name=name, n=fails, more=max(TELLING - fails, math.ceil(fails / 2)))


def told_together(every: Sequence[Fact], helped: Collection[str]) -> list[Fact]:
    """Without those for which a model's judge is proposed; those with next to no fails in one sentence."""
    kept = [lack for lack in every if lack.code == _ALONE or lack.values["name"] not in helped]
    few = [lack.values for lack in kept if lack.code == _TOGETHER]
    found = [lack for lack in kept if lack.code != _TOGETHER]
    if few:
        names = [values["name"] for values in few]
        found.append(fact(_TOGETHER, names=names, n=len(few), more=TELLING - max(v["n"] for v in few)))
    return found
