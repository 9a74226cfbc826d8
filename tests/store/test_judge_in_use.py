"""Which version of a judge is in use: the newest, or the one that was pointed to since."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from labelcore.models import JudgePointer, JudgeVersion, now
from labelcore.store import Database, judges, past


def version(number: int, judge: str = "tone") -> JudgeVersion:
    return JudgeVersion(
        id=f"{judge}-{number}",
        judge_id=judge,
        project_id="p",
        name=judge,
        kind="code",
        version=number,
        criterion_id=None,
        criterion_version=None,
        spec={},
    )


def point(db: Database, number: int, newest: int, judge: str = "tone") -> None:
    event = JudgePointer(
        id=f"e{len(judges.pointers(db, judge))}",
        project_id="p",
        judge_id=judge,
        judge_version_id=f"{judge}-{number}",
        newest=newest,
    )
    judges.point(db, event)


def in_use(db: Database) -> dict[str, int]:
    return {judge.judge_id: judge.version for judge in judges.current(db, "p")}


def test_without_a_pointer_the_newest_version_is_in_use(db: Database) -> None:
    judges.save(db, [version(1), version(2), version(1, "length")])
    assert in_use(db) == {"tone": 2, "length": 1}


def test_a_pointer_holds_until_a_later_version_comes(db: Database) -> None:
    judges.save(db, [version(1), version(2), version(3), version(4, "length")])
    point(db, 1, 3)
    assert in_use(db) == {"tone": 1, "length": 4}
    assert judges.last_numbers(db, "p") == {"tone": 3, "length": 4}
    judges.save(db, [version(4)])
    assert in_use(db)["tone"] == 4
    point(db, 2, 4)
    assert in_use(db)["tone"] == 2
    assert [pointer.judge_version_id for pointer in judges.pointers(db, "tone")] == ["tone-1", "tone-2"]


def test_the_past_has_the_pointer_of_its_time(db: Database) -> None:
    judges.save(db, [version(1), version(2)])
    before = now()
    point(db, 1, 2)
    with past.as_of(db, before) as then:
        assert in_use(then)["tone"] == 2
    with past.as_of(db, now() + timedelta(seconds=1)) as then:
        assert in_use(then)["tone"] == 1


@pytest.mark.in_part(1)
@pytest.mark.parametrize("seed", range(4))
def test_the_last_act_says_what_is_in_use(db: Database, seed: int) -> None:
    draw = random.Random(seed)
    judges.save(db, [version(1)])
    last = using = 1
    for _ in range(12):
        if draw.random() < 0.6:
            using = draw.randint(1, last)
            point(db, using, last)
        else:
            last = using = last + 1
            judges.save(db, [version(last)])
        assert in_use(db) == {"tone": using}
        rows = db.rows("SELECT version FROM judges WHERE is_in_use")
        assert (rows, db.rows("SELECT version FROM judges WHERE is_newest")) == ([(using,)], [(last,)])
