"""Which of a queue's outputs are whose: made of assignments, what people read, and the queue's order.

No grade and no verdict takes part, so what is graded stays a sample of what was drawn. Those who have a share
of an output take turns in proportion to their shares; in a turn chance decides, by a hash. What somebody
skips for good goes to whoever is next. Where pairs are planned, who has begun an output stays with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from labelcore.models import Assignment, Expertise, name_key
from labelcore.stages.grading.deals import Deal, Task
from labelcore.stages.grading.pairing import planned
from labelcore.store import assignments as table, listings, queues
from labelcore.store.filters import Filter
from labelcore.store.live import live
from labelcore.store.people import register
from labelcore.store.sources import near_families
from labelcore.workspace import Workspace

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


def readable(workspace: Workspace, output_ids: Iterable[str]) -> list[str]:
    """Those of the outputs that are in a language that this person reads, or in one that is not known."""
    spoken = reads_of(workspace).get(name_key(workspace.person))
    if not spoken:
        return list(output_ids)
    language_of = table.languages(workspace.db, workspace.project.id)
    return [key for key in output_ids if language_of.get(key, "") in {"", *spoken}]


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


def deal_of(workspace: Workspace) -> Deal:
    """The assignments in force, ready to be dealt by."""
    reads = reads_of(workspace)
    languages = table.languages(workspace.db, workspace.project.id) if reads else {}
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
    deal = deal_of(workspace)
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
