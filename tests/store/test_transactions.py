"""What stands inside a transaction is stored together or not at all, in tables and in memory."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings, strategies as st

from labelcore.errors import BadInput
from labelcore.models import Grade, Output, Project, Sample, now
from labelcore.store import (
    Database,
    close_database,
    grades,
    open_database,
    outputs,
    past,
    projects as project_table,
    samples,
)
from labelcore.store.live import forget, live
from labelcore.store.queues import pool
from labelcore.store.reservations import hold
from tests.databases import empty_database, empty_file
from tests.examples import examples


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "a.duckdb"
    yield open_database(empty_file(path))
    close_database(path)


@pytest.fixture
def elsewhere() -> Iterator[Callable[..., Any]]:
    """Calls something in another thread and returns its result."""
    with ThreadPoolExecutor(1) as thread:
        yield lambda call, *given: thread.submit(call, *given).result(timeout=120)


@contextlib.contextmanager
def taken_back(db: Database) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction that fails at its end."""
    with contextlib.suppress(ZeroDivisionError), db.writing() as cursor:
        yield cursor
        raise ZeroDivisionError


def names(db: Database) -> list[str]:
    return [project.name for project in project_table.all_of(db)]


def press(number: int, output: str = "o0", annotator: str = "ann") -> Grade:
    return Grade(id=f"g{number}", project_id="p", output_id=output, annotator=annotator, value="pass")


def write_everything(db: Database) -> None:
    project_table.save(db, Project(id="p", name="p"))
    outputs.add(db, [Output(id=f"o{i}", project_id="p", text=str(i)) for i in range(3)])
    samples.save(db, Sample(id="s", project_id="p", rule="random", seed=1, picks=()))
    grades.record(db, [press(1)])
    hold(db, "p", "ann", ["o1"], now() + timedelta(minutes=5))


def told(db: Database) -> tuple[object, ...]:
    """What tables and memory say of everything that was written."""
    return (
        names(db),
        list(outputs.many(db, ["o0", "o1", "o2"])),
        samples.newest_id(db, "p"),
        [grade.id for grade in grades.current(db, "p")],
        dict(live(db, "p").graded("ann")),
        list(live(db, "p").held_by("ann", ["o1"])),
        [place[0] for place in pool(db, "p", None).places],
        db.frame("SELECT grade_id FROM grade")["grade_id"].tolist(),
        db.arrays("SELECT output_id FROM output ORDER BY output_id")["output_id"].tolist(),
    )


NOTHING: tuple[Any, ...] = ([], [], None, [], {}, [], [], [], [])
THREE = ["o0", "o1", "o2"]
EVERYTHING = (["p"], THREE, "s", ["g1"], {"o0": ("g1", "pass")}, ["o1"], THREE, ["g1"], THREE)


@pytest.mark.parametrize("asked_before", [False, True])
def test_what_is_taken_back_is_nowhere(
    db: Database, elsewhere: Callable[..., Any], asked_before: bool
) -> None:
    if asked_before:
        assert told(db) == NOTHING
    with taken_back(db):
        write_everything(db)
        assert told(db) == EVERYTHING, "it sees its writes"
        assert told(db) == EVERYTHING, "and remembers them"
    assert told(db) == NOTHING
    assert elsewhere(told, db) == NOTHING


@pytest.mark.parametrize("asked_before", [False, True])
def test_others_see_nothing_before_the_end_and_everything_after(
    db: Database, elsewhere: Callable[..., Any], asked_before: bool
) -> None:
    if asked_before:
        assert told(db) == NOTHING
    with db.transaction():
        write_everything(db)
        assert told(db) == EVERYTHING
        seen = list(elsewhere(told, db))
        seen[5] = []  # a reservation in memory alone keeps others off, and is taken back with the rest
        assert tuple(seen) == NOTHING
    assert told(db) == elsewhere(told, db) == EVERYTHING
    db.memory.clear()
    assert told(db) == EVERYTHING


def test_a_transaction_inside_joins_the_outer_one(db: Database) -> None:
    with taken_back(db) as outer:
        with db.writing() as inner:
            assert inner is outer
            project_table.save(db, Project(id="a", name="a"))
        with db.transaction():
            project_table.save(db, Project(id="b", name="b"))
        assert names(db) == ["a", "b"]
    assert names(db) == []


def test_a_failure_inside_that_is_not_passed_on_stores_nothing(db: Database) -> None:
    def act() -> None:
        with db.transaction():
            with taken_back(db):
                project_table.save(db, Project(id="a", name="a"))
            project_table.save(db, Project(id="b", name="b"))

    with pytest.raises(RuntimeError, match="nothing of it is stored"):
        act()
    assert names(db) == []


def test_another_threads_writes_are_stored_whatever_becomes_of_this_one(
    db: Database, elsewhere: Callable[..., Any]
) -> None:
    with taken_back(db):
        project_table.save(db, Project(id="a", name="a"))
        elsewhere(project_table.save, db, Project(id="b", name="b"))
    assert names(db) == elsewhere(names, db) == ["b"]


def test_an_old_answer_of_a_transaction_is_not_kept_for_others(
    db: Database, elsewhere: Callable[..., Any]
) -> None:
    with db.transaction():
        db.rows("SELECT count(*) FROM project")  # what it sees is settled now
        elsewhere(project_table.save, db, Project(id="b", name="b"))
        assert names(db) == []
    assert names(db) == ["b"]


def test_a_followed_state_asked_for_first_inside_misses_nothing(
    db: Database, elsewhere: Callable[..., Any]
) -> None:
    with db.transaction():
        db.rows("SELECT count(*) FROM grade")
        elsewhere(grades.record, db, [press(1)])
        live(db, "p")
    assert live(db, "p").graded("ann") == {"o0": ("g1", "pass")}


def test_callbacks_wait_for_the_end_of_the_outermost(db: Database) -> None:
    calls: list[object] = []
    db.after_commit(lambda: calls.append("at once"))
    db.after_rollback(lambda: calls.append("never"))
    with db.transaction():
        with db.transaction():
            db.after_commit(lambda: calls.append(1))
            db.after_rollback(lambda: calls.append("never"))
        db.after_commit(lambda: calls.append(db.here))
        assert calls == ["at once"]
    assert calls == ["at once", 1, None]
    with taken_back(db):
        db.after_commit(lambda: calls.append("never"))
        db.after_rollback(lambda: calls.append("back"))
    assert calls == ["at once", 1, None, "back"]


def test_a_failing_callback_does_not_keep_the_others_from_being_called(db: Database) -> None:
    calls: list[str] = []

    def act() -> None:
        with db.transaction():
            project_table.save(db, Project(id="a", name="a"))
            db.after_commit(lambda: 1 / 0)
            db.after_commit(lambda: calls.append("called"))

    with pytest.raises(ZeroDivisionError):
        act()
    assert calls == ["called"]
    assert names(db) == ["a"]


def test_a_copied_context_does_not_carry_the_cursor_away(db: Database) -> None:
    async def later(begun: asyncio.Event) -> list[str]:
        await begun.wait()
        return names(db)

    async def act() -> None:
        ended = asyncio.Event()
        with db.transaction():
            project_table.save(db, Project(id="a", name="a"))
            assert await asyncio.to_thread(names, db) == [], "another thread with this context"
            waiting = asyncio.create_task(later(ended))
        ended.set()
        assert await waiting == ["a"], "a task that outlives the transaction it was begun in"

    asyncio.run(act())


def test_two_databases_do_not_join(db: Database) -> None:
    other = open_database(None)
    with taken_back(db), other.transaction():
        project_table.save(other, Project(id="a", name="a"))
        project_table.save(db, Project(id="b", name="b"))
    assert (names(db), names(other)) == ([], ["a"])
    other.close()


def test_the_past_can_be_read_inside(db: Database) -> None:
    project_table.save(db, Project(id="a", name="a"))
    moment = now()
    with db.transaction():
        project_table.save(db, Project(id="b", name="b"))
        with past.as_of(db, moment) as before:
            assert names(before) == ["a"]
            with pytest.raises(BadInput), before.transaction():
                pass
    assert names(db) == ["a", "b"]


@pytest.mark.slow
def test_many_threads_keep_apart(db: Database) -> None:
    wrong: list[object] = []

    def work(who: int) -> None:
        for turn in range(15):
            name, fails = f"{who}-{turn}", (who + turn) % 2
            with contextlib.suppress(ZeroDivisionError), db.transaction():
                project_table.save(db, Project(id=name, name=name))
                grades.record(db, [press(100 * who + turn, f"o{turn}", f"w{who}")])
                mine = {known for known in names(db) if known.startswith(f"{who}-")}
                if mine != {name, *(f"{who}-{t}" for t in range(turn) if (who + t) % 2 == 0)}:
                    wrong.append((name, mine))
                if f"o{turn}" not in live(db, "p").graded(f"w{who}"):
                    wrong.append(name)
                if fails:
                    raise ZeroDivisionError

    threads = [threading.Thread(target=work, args=[who]) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    stored = sorted(f"{who}-{turn}" for who in range(4) for turn in range(15) if (who + turn) % 2 == 0)
    assert not wrong
    assert names(db) == stored
    followed = {f"w{who}": dict(live(db, "p").graded(f"w{who}")) for who in range(4)}
    forget(db)
    assert followed == {who: live(db, "p").graded(who) for who in followed}
    assert sum(map(len, followed.values())) == len(stored)


class Actor:
    """A thread that begins and ends transactions, and what it should see."""

    def __init__(self, db: Database, who: str, stored: dict[str, set[str]]) -> None:
        self.db, self.who, self.stored = db, who, stored
        self.thread = ThreadPoolExecutor(1)
        self.inside: dict[str, set[str]] | None = None
        self.open = contextlib.ExitStack()

    def do(self, call: Callable[[], object]) -> Any:
        return self.thread.submit(call).result(timeout=120)

    @property
    def expected(self) -> dict[str, set[str]]:
        return self.stored if self.inside is None else self.inside

    def begin(self) -> None:
        if self.inside is None:
            self.do(lambda: self.open.enter_context(self.db.transaction()))
            self.do(lambda: self.db.rows("SELECT count(*) FROM project"))
            self.inside = {kind: set(found) for kind, found in self.stored.items()}
            self.before = {kind: set(found) for kind, found in self.stored.items()}

    def end(self, *, fails: bool) -> None:
        if self.inside is not None:

            def leave() -> None:
                with contextlib.suppress(ZeroDivisionError), self.open.pop_all():
                    if fails:
                        raise ZeroDivisionError

            self.do(leave)
            for kind in () if fails else self.inside:
                self.stored[kind] |= self.inside[kind] - self.before[kind]
            self.inside = None

    def write(self, number: int) -> None:
        name = f"{self.who}{number}"
        self.do(lambda: project_table.save(self.db, Project(id=name, name=name)))
        self.do(lambda: grades.record(self.db, [press(number, f"o{number}", self.who)]))
        self.expected["projects"].add(name)
        self.expected[self.who].add(f"o{number}")

    def check(self) -> None:
        assert set(self.do(lambda: names(self.db))) == self.expected["projects"]
        assert set(self.do(lambda: dict(live(self.db, "p").graded(self.who)))) == self.expected[self.who]


@pytest.mark.slow
@settings(max_examples=examples(40), deadline=None)
@given(
    acts=st.lists(
        st.tuples(
            st.integers(0, 1), st.sampled_from(["begin", "commit", "roll back", "write", "write", "read"])
        ),
        max_size=25,
    )
)
def test_two_threads_see_what_a_plain_model_says(acts: list[tuple[int, str]]) -> None:
    with empty_database() as db:
        stored: dict[str, set[str]] = {"projects": set(), "a": set(), "b": set()}
        actors = [Actor(db, "a", stored), Actor(db, "b", stored)]
        for number, (which, act) in enumerate(acts):
            actor = actors[which]
            if act == "begin":
                actor.begin()
            elif act in {"commit", "roll back"}:
                actor.end(fails=act == "roll back")
            elif act == "write":
                actor.write(number)
            else:
                actor.check()
        for actor in actors:
            actor.check()
            actor.end(fails=False)
        for actor in actors:
            actor.check()
