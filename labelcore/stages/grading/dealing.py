"""Which of a queue's outputs are whose: made of assignments, what people read, and the queue's order.

No grade and no verdict takes part, so what is graded stays a sample of what was drawn. Those who have a share
of an output take turns in proportion to their shares; in a turn chance decides, by a hash. What somebody
skips for good goes to whoever is next. Where pairs are planned, who has begun an output stays with it; what a
grade says takes no part, and for whoever skipped an output for good it is not planned any more.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import combinations

from labelcore.models import Assignment, Expertise, Frozen, name_key, now
from labelcore.stats.pairs import Pair, PairGroup, plan_pairs
from labelcore.store import assignments as table, listings, queues
from labelcore.store.connection import utc
from labelcore.store.filters import Filter
from labelcore.store.live import live
from labelcore.store.live_grades import LiveGrades
from labelcore.store.people import register
from labelcore.store.sources import near_families
from labelcore.workspace import Workspace


@dataclass(frozen=True)
class Task:
    """An assignment as it concerns one person. ``among``: ids of its outputs; None: all."""

    who: str
    among: frozenset[str] | None
    share: float | None
    quota: int | None


@dataclass
class Deal:
    """Places given out so far. ``turns``: how many of its outputs each of a group of sharers has.
    ``resting``: output ids, each with who skipped it for good.
    """

    tasks: Sequence[Task]
    reads: Mapping[str, frozenset[str]]
    languages: Mapping[str, str]
    people: int
    resting: Collection[tuple[str, str]] = ()
    turns: Counter[tuple[object, str]] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    _alike: dict[object, list[Task]] = field(default_factory=dict)

    def tasks_with(self, output_id: str) -> Sequence[Task]:
        """The assignments of an output to people who read it; looked up once for all that are alike."""
        kind = (self.languages.get(output_id, ""), *(output_id in among for among in self._amongs))
        if kind not in self._alike:
            self._alike[kind] = [
                task
                for task in self.tasks
                if (task.among is None or output_id in task.among) and self.can_read(task.who, output_id)
            ]
        return self._alike[kind]

    @cached_property
    def _amongs(self) -> list[frozenset[str]]:
        return list({id(task.among): task.among for task in self.tasks if task.among is not None}.values())

    def able(self, output_id: str) -> tuple[str, ...]:
        """Who is assigned an output and reads it."""
        return tuple(sorted({task.who for task in self.tasks_with(output_id)}))

    def holders_of(self, output_id: str) -> list[str]:
        """Who gets an output."""
        shares: dict[str, float] = {}
        free: dict[str, None] = {}
        for task in self.tasks_with(output_id):
            if task.share is None:
                free[task.who] = None
            elif task.quota is None or self.given[task.who] < task.quota:
                shares[task.who] = max(task.share, shares.get(task.who, 0))
        group = tuple(sorted(shares.items()))

        def turn(who: str) -> tuple[float, int]:
            chance = zlib.crc32(f"{output_id}\x1e{who}".encode("utf-8", "replace"))
            return (self.turns[group, who] + 0.5) / shares[who], chance  # as Sainte-Laguë deals out seats

        dealt = sorted(shares, key=turn)
        for who in dealt[: self.people]:
            self.turns[group, who] += 1
            self.given[who] += 1
        others = [who for who in dealt[self.people :] if (output_id, who) not in self.resting]
        skipped = sum((output_id, who) in self.resting for who in dealt[: self.people])
        return list(dict.fromkeys([*dealt[: self.people], *others[:skipped], *free]))

    def can_read(self, who: str, output_id: str) -> bool:
        """Whether a person reads an output's language, or it is not known."""
        spoken, language = self.reads.get(who), self.languages.get(output_id, "")
        return not spoken or not language or language in spoken


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


UNASSIGNED = ""
"""The name of the part that nobody has."""


def tasks_of(workspace: Workspace) -> list[Task]:
    """The assignments in force, person by person."""
    db, project_id = workspace.db, workspace.project.id
    experts, names = table.experts(db, project_id), register(db)
    return [
        Task(who, among, assignment.share, assignment.quota)
        for assignment in table.current(db, project_id)
        for among in [outputs_of(workspace, assignment)]
        for who in _people(assignment, experts)
        if not names.is_removed(who)
    ]


def outputs_of(workspace: Workspace, assignment: Assignment) -> frozenset[str] | None:
    """The outputs that an assignment means; None: all."""
    if not assignment.fields and assignment.batch is None:
        return None
    part = Filter(fields=assignment.fields, batch=assignment.batch)
    return frozenset(listings.ids(workspace.db, workspace.project.id, part))


def _people(assignment: Assignment, experts: Mapping[str, Expertise]) -> list[str]:
    if assignment.person:
        return [name_key(assignment.person)]
    subject = assignment.knows.casefold()
    return [who for who, row in experts.items() if subject in {topic.casefold() for topic in row.knows}]


def reads_of(workspace: Workspace) -> dict[str, frozenset[str]]:
    """What people read, by the key of their name; nobody who reads everything."""
    db, project_id = workspace.db, workspace.project.id

    def read() -> dict[str, frozenset[str]]:
        experts = table.experts(db, project_id).items()
        return {who: frozenset(map(table.language_key, row.reads)) for who, row in experts if row.reads}

    return table.derived(db, "reads", project_id, read)


def readable(workspace: Workspace, output_ids: Collection[str]) -> list[str]:
    """Those of the outputs that are in a language that this person reads, or in one that is not known."""
    spoken = reads_of(workspace).get(name_key(workspace.person))
    if not spoken:
        return list(output_ids)
    language_of = table.languages(workspace.db, workspace.project.id, output_ids)
    return [key for key in output_ids if language_of[key] in {"", *spoken}]


def families_of(workspace: Workspace) -> Mapping[str, tuple[str, ...]]:
    """Output id -> itself and the near-identical ones, the first imported first; {} unless the rules ask."""
    if not workspace.project.rules.alike:
        return {}
    return near_families(workspace.db, workspace.project.id)


def one_of_each(workspace: Workspace, places: Iterable[queues.Place]) -> Iterator[queues.Place]:
    """The places without those that are near-identical to one before them."""
    families, families_so_far = families_of(workspace), set[str]()
    for place in places:
        first = families.get(place[0], place)[0]
        if first not in families_so_far:
            families_so_far.add(first)
            yield place


def parts(workspace: Workspace, pool: queues.Pool) -> Mapping[str, queues.Pool]:
    """Everybody's part of a pool, by the key of their name, and what is nobody's.

    A planned pair may hold because of a grade, so it is planned again where one is taken back.
    """
    rules, state = workspace.project.rules, live(workspace.db, workspace.project.id)
    version = table.derived(workspace.db, "version", workspace.project.id, object)
    key = (version, rules.per_output, rules.pairs and state.withdrawn, rules.pairs, rules.alike)
    return pool.parts(key, lambda whole: _dealt(workspace, whole))


def deal_of(workspace: Workspace, pool: queues.Pool) -> Deal:
    """The assignments in force, ready to deal a pool by."""
    reads = reads_of(workspace)
    languages = table.languages(workspace.db, workspace.project.id, pool.at) if reads else {}
    tasks, people = tasks_of(workspace), workspace.project.rules.per_output or 1
    return Deal(tasks, reads, languages, people, _resting(workspace, tasks))


def _resting(workspace: Workspace, tasks: Iterable[Task]) -> set[tuple[str, str]]:
    """What people skipped so often that it no longer comes back to them, each with who did."""
    state = live(workspace.db, workspace.project.id)
    names = {task.who: state.spelling_of(task.who) for task in tasks}
    return {
        (output_id, who)
        for who, name in names.items()
        for output_id in state.skipped(name)
        if state.rests(output_id, name)
    }


def is_divided(workspace: Workspace) -> bool:
    """Whether an output is planned for some people, so that what they skip for good goes to others."""
    rows = table.current(workspace.db, workspace.project.id)
    return workspace.project.rules.pairs or any(row.share is not None for row in rows)


def _dealt(workspace: Workspace, pool: queues.Pool) -> dict[str, queues.Pool]:
    deal = deal_of(workspace, pool)
    if not deal.tasks:
        readers = {
            who: [place for place in pool.places if deal.can_read(who, place[0])] for who in deal.reads
        }
        return {who: queues.Pool.of(places) for who, places in readers.items()}
    places_of: dict[str, list[queues.Place]] = {who: [] for who in (UNASSIGNED, *(t.who for t in deal.tasks))}
    for place, holders in zip(pool.places, _holders(workspace, pool, deal), strict=True):
        for who in holders or [UNASSIGNED]:
            places_of.setdefault(who, []).append(place)
    same: dict[tuple[queues.Place, ...], queues.Pool] = {}  # of many who may take any, one is kept
    for places in map(tuple, places_of.values()):
        if places not in same:
            same[places] = queues.Pool.of(places)
    return {who: same[tuple(places)] for who, places in places_of.items()}


def _holders(workspace: Workspace, pool: queues.Pool, deal: Deal) -> Iterator[Sequence[str]]:
    """Who gets each place; near-identical outputs go to the same people."""
    families = families_of(workspace)
    alone = queues.Pool.of(one_of_each(workspace, pool.places)) if families else pool
    pairs = planned(workspace, alone, deal) if workspace.project.rules.pairs else None
    holders: dict[str, Sequence[str]] = {}
    for output_id, _, _ in pool.places:
        first = families.get(output_id, (output_id,))[0]
        if first not in holders:
            holders[first] = deal.holders_of(output_id) if pairs is None else pairs[output_id]
        yield holders[first]


def part_of(workspace: Workspace, pool: queues.Pool) -> queues.Pool:
    """What a person may be handed: their part where the project assigns, else all that they read."""
    db, project_id = workspace.db, workspace.project.id
    if not table.current(db, project_id) and not table.experts(db, project_id):
        return pool
    mine = parts(workspace, pool).get(name_key(workspace.person))
    if mine is not None:
        return mine
    return queues.Pool.of(()) if table.current(db, project_id) else pool


def quota_of(workspace: Workspace) -> tuple[int | None, int | None]:
    """So many outputs at most, and so many a day, are asked of this person; None: no limit."""
    db, project_id = workspace.db, workspace.project.id

    def read() -> tuple[int | None, int | None]:
        who, experts = name_key(workspace.person), table.experts(db, project_id)
        mine = [row for row in table.current(db, project_id) if who in _people(row, experts)]
        quotas = [assignment.quota for assignment in mine]
        days = [assignment.a_day for assignment in mine if assignment.a_day]
        return (sum(filter(None, quotas)) if quotas and all(quotas) else None), (sum(days) or None)

    return table.derived(db, ("quota", workspace.person), project_id, read)
