"""Which two people grade each output, where pairs are planned among those who are assigned and read it.

Who has begun an output stays with it; what a grade says takes no part. An output is not planned any more for
whoever skipped it for good.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import combinations

from labelcore.models import Frozen, name_key, now
from labelcore.stages.grading.deals import Deal, Task
from labelcore.stats.pairs import Pair, PairGroup, plan_pairs
from labelcore.store import queues
from labelcore.store.connection import utc
from labelcore.store.live import live
from labelcore.store.live_grades import LiveGrades
from labelcore.workspace import Workspace

_People = tuple[str, ...]


class PlannedPair(Frozen):
    """Two people: the outputs that they ``may`` grade together, that are ``planned`` for them (what both have
    graded is among these), and that are ``done``. ``chance``: of such an output to be theirs.
    """

    one: str
    other: str
    may: int
    planned: int
    done: int
    chance: float


def planned(workspace: Workspace, pool: queues.Pool, deal: Deal) -> dict[str, _People]:
    """Who gets each output, by keys of names, as things stand now."""
    state, moment = live(workspace.db, workspace.project.id), utc(now())
    kinds: dict[tuple[_People, _People], list[str]] = defaultdict(list)
    for output_id, _, _ in pool.places:
        able = tuple(who for who in deal.able(output_id) if (output_id, who) not in deal.resting)
        kinds[able, _begun(state, output_id, able, moment)].append(output_id)
    holders: dict[str, _People] = {}
    met: Counter[Pair] = Counter()
    open_kinds: dict[tuple[_People, _People], PairGroup] = {}
    for (able, has), ids in kinds.items():
        holders.update(dict.fromkeys(ids, has or (able if len(able) == 1 else ())))
        if len(has) > 1:
            met.update(dict.fromkeys(combinations(sorted(has), 2), len(ids)))
        elif pairs := _pairs(able, has):
            open_kinds[able, has] = PairGroup(len(ids), pairs, "".join(has))
    room = _room(deal.tasks, Counter(who for pair in holders.values() for who in pair))
    dealt = plan_pairs(list(open_kinds.values()), met=met, share=_shares(deal.tasks), room=room)
    for key, pair_of in zip(open_kinds, dealt, strict=True):
        holders.update(zip(kinds[key], pair_of, strict=False))
    return holders


def _begun(state: LiveGrades, output_id: str, able: Collection[str], moment: datetime) -> _People:
    """Who has graded an output, or holds it and may grade it."""
    graders = tuple(dict.fromkeys(map(name_key, state.graders(output_id))))
    if len(graders) > 1:
        return graders
    holding = sorted(name_key(who) for who in state.holders(output_id, moment))
    return tuple(dict.fromkeys((*graders, *(who for who in holding if who in able))))[:2]


def _pairs(able: _People, has: _People) -> tuple[Pair, ...]:
    if not has:
        return tuple(combinations(able, 2))
    return tuple((min(has[0], who), max(has[0], who)) for who in able if who != has[0])


def _shares(tasks: Sequence[Task]) -> dict[str, float]:
    """Each person's share of the mean one; who has none counts as the mean."""
    shares: dict[str, float] = {}
    for task in tasks:
        if task.share is not None:
            shares[task.who] = max(task.share, shares.get(task.who, 0))
    mean = sum(shares.values()) / len(shares) if shares else 1.0
    return {who: share / mean for who, share in shares.items()}


def _room(tasks: Sequence[Task], counts: Mapping[str, int]) -> dict[str, int]:
    """So many outputs may yet be planned for whoever has a quota."""
    quotas: dict[str, int] = Counter()
    for task in tasks:
        quotas[task.who] += task.quota or 0
    endless = {task.who for task in tasks if task.quota is None}
    return {who: max(0, quota - counts.get(who, 0)) for who, quota in quotas.items() if who not in endless}


def pairs_in(
    workspace: Workspace, parts: Mapping[str, queues.Pool], deal: Deal, names: Mapping[str, str]
) -> tuple[tuple[PlannedPair, ...], int]:
    """The planned pairs as they are dealt, and the number of outputs that one person alone may grade."""
    state = live(workspace.db, workspace.project.id)
    holders: dict[str, list[str]] = defaultdict(list)
    for who, part in parts.items():
        for output_id, _, _ in part.places:
            if who:
                holders[output_id].append(who)
    ids = {output_id for part in parts.values() for output_id in part.at}
    may, dealt, done = Counter[Pair](), Counter[Pair](), Counter[Pair]()
    able = Counter(deal.able(output_id) for output_id in ids)
    for people, n in able.items():
        may.update(dict.fromkeys(combinations(people, 2), n))
    for output_id in ids:
        dealt.update(combinations(sorted(holders[output_id]), 2))
        done.update(combinations(sorted({*map(name_key, state.graders(output_id))}), 2))
    rows = (
        PlannedPair(
            one=names.get(pair[0], pair[0]),
            other=names.get(pair[1], pair[1]),
            may=n,
            planned=dealt[pair],
            done=done[pair],
            chance=dealt[pair] / n,
        )
        for pair, n in sorted(may.items())
    )
    return tuple(rows), sum(n for people, n in able.items() if len(people) == 1)
