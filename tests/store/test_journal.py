"""Answers on disk before they are in the database: whole lines count, torn ones do not."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.models import PaidAnswer
from labelcore.store import Database, answers, close_database, journal, open_database
from labelcore.store.journal import SUFFIX, Journal
from tests.databases import empty_file


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "a [1].duckdb"
    yield open_database(empty_file(path))
    close_database(path)


def paid(number: int, text: str = "answer") -> PaidAnswer:
    return PaidAnswer(key=f"{number:032x}", text=text, model="m", tokens_in=3, cost_usd=0.5)


def left(db: Database) -> list[Path]:
    assert db.path is not None
    return [file for file in db.path.parent.iterdir() if SUFFIX in file.name]


def test_what_a_killed_run_left_comes_into_the_database_once(db: Database) -> None:
    writing = Journal(db, "run_1")
    for i in range(5):
        writing.write(paid(i))
    writing.write(paid(4))
    assert journal.replay(db) == 0, "its run still works"
    writing.close(stored=False)
    assert journal.replay(db) == 5
    assert answers.find(db, [paid(i).key for i in range(9)]).keys() == {paid(i).key for i in range(5)}
    assert left(db) == []
    assert journal.replay(db) == 0


def test_a_torn_line_and_a_changed_one_are_left_out(db: Database) -> None:
    writing = Journal(db, "run_1")
    for i in range(3):
        writing.write(paid(i))
    writing.close(stored=False)
    (place,) = left(db)
    first, second, third = place.read_bytes().splitlines(keepends=True)
    place.write_bytes(first + second.replace(b"answer", b"ANSWER") + third[:-9])
    assert [answer.key for answer in journal.read(place)] == [paid(0).key]


@settings(deadline=None)
@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    line = journal._line(paid(1, text))
    assert line.count(b"\n") == 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "line"
        file.write_bytes(line)
        assert journal.read(file)[0].text == text


def test_a_file_that_a_call_process_still_writes_is_left_to_the_next_time(db: Database) -> None:
    writing = Journal(db, "run_1")
    place = writing.for_call_process()
    assert place is not None
    place.write_bytes(journal._line(paid(1)))
    writing.close(stored=False)
    with place.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert journal.replay(db) == 0
    assert journal.replay(db) == 1


def test_of_two_answers_to_a_question_the_later_counts(db: Database) -> None:
    with db.transaction():
        answers.append(db, [paid(1, "broken {")])
        answers.append(db, [paid(1, "whole")])
    assert answers.find(db, [paid(1).key])[paid(1).key].text == "whole"
    assert list(answers.known_prefixes(db)) == [answers.prefix(paid(1).key)]


def test_runs_that_begin_together_bring_an_answer_in_once(db: Database) -> None:
    writing = Journal(db, "run_1")
    for i in range(60):
        writing.write(paid(i))
        writing.turn()
    writing.close(stored=False)
    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(lambda _: journal.replay(db), range(4))) == 60
    assert db.rows("SELECT count(*) FROM answer") == [(60,)]
