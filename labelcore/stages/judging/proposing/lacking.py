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
_OPEN = "not_measurable_yet"
_TOGETHER = "next_to_no_fails"


def lacks(subject: Subject, proposals: Sequence[JudgeProposal]) -> Iterator[Fact]:
    """That no candidate holds up, or that of one nobody can tell yet."""
    name, fails, n = Wording(subject.name), sum(subject.fails.values()), len(subject.fails)
    for proposal in proposals:
        if proposal.held_out.is_open:
            yield fact("not_measurable_yet", name=name, n=n, more=FEW - n, counts=proposal.held_out.words)
    if proposals:
        return
    if fails < LEARNED_FROM:
        yield fact("next_to_no_fails", names=[name], n=1, more=TELLING - fails)
    elif fails == n:
        yield fact("no_graded_passes", name=name, n=fails, more=TELLING)
    else:
        yield fact("nothing_holds_up", name=name, n=fails, more=max(TELLING - fails, math.ceil(fails / 2)))


def told_together(every: Sequence[Fact], helped: Collection[str]) -> list[Fact]:
    """Without those for which a model's judge is proposed; those with next to no fails in one sentence."""
    few = [lack for lack in every if lack.code == _TOGETHER]
    names = [name for lack in few for name in lack.values["names"] if name not in helped]
    found = [
        lack
        for lack in every
        if lack.code != _TOGETHER and (lack.code == _OPEN or lack.values["name"] not in helped)
    ]
    if names:
        more = max(lack.values["more"] for lack in few)
        quoted = [Wording("“{name}”", name=name) for name in names]
        found.append(fact("next_to_no_fails", names=quoted, n=len(names), more=more))
    return found
