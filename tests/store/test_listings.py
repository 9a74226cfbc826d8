"""A page of outputs is what a plain filter and sort in Python give over the same rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from labelcore.models import Grade, Output, new_id
from labelcore.stages import projects
from labelcore.stats.splits import Splits
from labelcore.store import (
    Database,
    grades as grade_table,
    listings,
    outputs as output_table,
    searching,
    splits,
)
from labelcore.store.filters import Filter
from tests.databases import empty_database

pytestmark = pytest.mark.whole

KEYS = ("city", 'a"b', "a/b~c", "0", "")
LETTERS = st.sampled_from("abAB é%_\\.*(\n你")
WORDS = st.text(LETTERS, max_size=5)
OUTPUTS = st.fixed_dictionaries(
    {
        "text": WORDS,
        "input": WORDS,
        "model": st.sampled_from(["", "m1", "m2"]),
        "group_key": st.sampled_from([None, "g1", "g2"]),
        "metadata": st.dictionaries(
            st.sampled_from(KEYS), st.sampled_from(["", "x", "10", "9", "-1.5"]), max_size=3
        ),
        "conversation": st.lists(
            st.fixed_dictionaries({"role": st.just("user"), "content": WORDS}), max_size=2
        ),
    }
)
GRADES = st.lists(
    st.tuples(
        st.integers(0, 8),
        st.sampled_from(["ann", "bo"]),
        st.sampled_from(["pass", "fail", "unsure", "skipped"]),
        WORDS,
    ),
    max_size=6,
)
FILTERS = st.builds(
    Filter,
    search=WORDS,
    fields=st.dictionaries(
        st.sampled_from(["model", "group_key", *KEYS]),
        st.lists(st.sampled_from(["", "m1", "x", "10", "g1"]), min_size=1, max_size=2).map(tuple),
        max_size=2,
    ),
    grade=st.sampled_from([None, "pass", "fail", "unsure", "none"]),
    by=st.sampled_from([None, "ann"]),
    split=st.sampled_from([None, "train", "dev", "test"]),
)
START = datetime(2026, 1, 1, tzinfo=UTC)


def stored(db: Database, made: Sequence[dict[str, Any]], grades: Sequence[Any]) -> tuple[str, list[Output]]:
    """The outputs in three imports, and grades on some of them."""
    project_id = projects.open_project(db, "test").id
    outputs = [
        Output.model_validate(
            fields
            | {"id": f"o{n:02}", "project_id": project_id, "at": START + timedelta(hours=n // 4)}
            | {"batch_id": f"b{n // 4}"}
        )
        for n, fields in enumerate(made)
    ]
    output_table.add(db, outputs)
    for at, who, value, note in grades:
        if at < len(outputs):
            ids = {"id": new_id("grade"), "project_id": project_id, "output_id": outputs[at].id}
            grade = Grade.model_validate(ids | {"annotator": who, "value": value, "note": note})
            grade_table.record(db, [grade])
    return project_id, outputs


def field(output: Output, name: str) -> str:
    """A field, or the metadata of that key."""
    found = getattr(output, name) if name in output_table.COLUMNS else output.metadata.get(name)
    return str(found or "")


def matches(output: Output, wanted: Filter, grades: Sequence[Grade], dealt: Splits) -> bool:
    """The filter, said in Python."""
    mine = [grade for grade in grades if grade.output_id == output.id]
    texts = [output.text, output.input, output.context, *(grade.note for grade in mine)]
    texts.append("\n".join(turn.content for turn in output.conversation))
    given = {grade.value for grade in mine if wanted.by in {None, grade.annotator}}
    judged = given & {"pass", "fail", "unsure"}
    graded = {None: wanted.by is None or judged, "none": not judged}.get(wanted.grade, wanted.grade in given)
    return (
        any(re.search(re.escape(wanted.search), text, re.IGNORECASE) for text in texts)
        and all(field(output, name) in values for name, values in wanted.fields.items())
        and bool(graded)
        and wanted.split in {None, dealt.of(output.group)}
    )


def order(output: Output, name: str) -> tuple[Any, ...]:
    """Numbers before words."""
    value = field(output, name)
    try:
        return (0, float(value), value)
    except ValueError:
        return (1, 0.0, value)


@given(
    made=st.lists(OUTPUTS, max_size=9),
    grades=GRADES,
    wanted=FILTERS,
    sort=st.sampled_from([*KEYS, "model"]),
    limit=st.integers(1, 4),
    given_up=st.booleans(),
    looked_at=st.integers(3, 10),
)
def test_pages_in_every_order_are_a_plain_filter_and_each_output_is_on_one(
    made: list[dict[str, Any]],
    grades: list[Any],
    wanted: Filter,
    sort: str,
    limit: int,
    given_up: bool,
    looked_at: int,
) -> None:
    with empty_database() as db, pytest.MonkeyPatch.context() as patch:
        patch.setattr(listings, "_REMEMBERED", 3)
        patch.setattr(listings, "_LOOKED_AT", looked_at)
        project_id, outputs = stored(db, made, grades)
        if given_up:
            begun = splits.SpentTest(number=1, author="ann", why="spent")
            splits.begin_round(db, project_id, begun, {"g1": "train"})
        dealt = splits.dealt(db, project_id)
        current = grade_table.current(db, project_id)
        expected = [output for output in outputs if matches(output, wanted, current, dealt)]
        assert listings.count(db, project_id, wanted) == len(expected)
        assert listings.ids(db, project_id, wanted) == [output.id for output in expected]
        ranked = sorted(expected, key=lambda output: order(output, sort))
        for name, right in (("imported", expected), ("-imported", expected[::-1]), (sort, ranked)):
            starts = [*range(0, len(expected) + limit, limit), len(outputs) + limit]  # and past the end
            found = [
                (output.id, split)
                for start in starts
                for output, split in listings.page(db, project_id, wanted, name, start=start, limit=limit)
            ]
            assert found == [(output.id, dealt.of(output.group)) for output in right]
        for name, right in (("imported", expected), ("-imported", expected[::-1])):
            part = (0, len(outputs) + 1)
            rows, came = searching.page(db, project_id, wanted, name, part=part, seconds=60)
            assert [output.id for output, _ in rows] == [output.id for output in right]
            assert came.whole and came.found == len(right)
        counts = dict(listings.values(db, project_id, wanted, sort, 100))
        assert counts == {
            value: sum(field(output, sort) == value for output in expected)
            for value in {field(output, sort) for output in expected}
        }


def test_large_imports_are_read_in_parts_and_an_output_stored_twice_is_one(
    db: Database, add_outputs: Callable[..., list[Output]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "_FIRST_PART", 2)
    first = add_outputs(*(f"text {n}" for n in range(30)), at=START)
    second = add_outputs(*(f"more {n}" for n in range(5)), at=START + timedelta(days=1))
    project_id = first[0].project_id
    db.run("INSERT INTO output SELECT * REPLACE (TIMESTAMP '2026-02-01' AS made_at) FROM output LIMIT 3")
    ids = [output.id for output in [*first, *second]]
    for wanted in (Filter(), Filter(search="T")):
        right = ids if not wanted.search else [output.id for output in first]
        for sort, expected in (("imported", right), ("-imported", right[::-1])):
            found = [
                output.id
                for start in range(0, 40, 7)
                for output, _ in listings.page(db, project_id, wanted, sort, start=start, limit=7)
            ]
            assert found == expected
        assert listings.count(db, project_id, wanted) == len(right)


def test_a_search_stops_says_how_far_it_came_and_goes_on_from_there(
    db: Database, add_outputs: Callable[..., list[Output]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "_FIRST_PART", 4)
    monkeypatch.setattr(searching, "_LARGEST_PART", 4)
    made = add_outputs(*(f"text {n}" for n in range(20)), at=START)
    project_id = made[0].project_id
    wanted = Filter(search="text 1")
    right = [output.id for output in made if output.text.startswith("text 1")]
    told = []
    while True:
        found, came = searching.page(db, project_id, wanted, "imported", part=(0, 9), seconds=1e-9)
        told.append(came)
        assert [output.id for output, _ in found] == right[: len(found)]
        if came.whole or len(found) == 9:
            break
    assert [came.searched for came in told] == sorted({came.searched for came in told}) and len(told) > 2
    assert told[0].of == 20 and not told[0].whole
    while not searching.go_on(db, project_id, wanted, "imported", seconds=1e-9).whole:
        pass
    assert searching.go_on(db, project_id, wanted, "imported", seconds=1).found == len(right)
    add_outputs("text 1000", at=START + timedelta(days=1))
    _, came = searching.page(db, project_id, wanted, "imported", part=(0, 20), seconds=60)
    assert came.found == len(right) + 1 and came.whole


def test_a_field_of_few_values_is_paged_value_by_value_as_it_is_sorted_whole(
    db: Database, add_outputs: Callable[..., list[Output]], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = ["10", "9", "", "x", "9", "-1", "x", "10", "b", ""]
    made = [add_outputs(f"text {n}", metadata={"score": value})[0] for n, value in enumerate(values)]
    pages = {}
    for most in (10_000, 2):
        monkeypatch.setattr(listings, "_MOST_VALUES", most)
        db.memory.clear()
        pages[most] = [
            output.id
            for sort in ("score", "-score")
            for start in range(0, 12, 3)
            for output, _ in listings.page(db, made[0].project_id, Filter(), sort, start=start, limit=3)
        ]
    assert pages[2] == pages[10_000] and len(pages[2]) == 2 * len(values)


def test_what_many_outputs_match_is_sorted_without_reading_all_texts(
    db: Database, add_outputs: Callable[..., list[Output]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "_REMEMBERED", 2)
    monkeypatch.setattr(listings, "_LOOKED_AT", 4)
    made = add_outputs(*(f"refund {n}" for n in range(9)))
    asked: list[str] = []
    ask = db.rows

    def noted(sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return ask(sql, parameters)

    monkeypatch.setattr(db, "rows", noted)
    page = listings.page(db, made[0].project_id, Filter(search="refund"), "-model", start=0, limit=2)
    assert [output.id for output, _ in page] == [output.id for output in made[:2]]
    searched = [sql for sql in asked if "regexp_matches(text" in sql]
    assert len(searched) == 1 and "rowid IN" in searched[0]


def test_an_order_that_is_remembered_is_asked_again_once_grades_change_and_ends_nowhere(
    db: Database, add_outputs: Callable[..., list[Output]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "_REMEMBERED", 4)
    made = add_outputs(*(f"text {n}" for n in range(9)))
    wanted, project = Filter(grade="none"), made[0].project_id

    def listed() -> list[str]:
        pages = [
            listings.page(db, project, wanted, "model", start=start, limit=2) for start in range(0, 10, 2)
        ]
        return [output.id for page in pages for output, _ in page]

    assert listed() == listed() == [output.id for output in made]
    ids = {"id": new_id("grade"), "project_id": project, "output_id": made[1].id}
    grade = Grade.model_validate(ids | {"annotator": "ann", "value": "pass"})
    grade_table.record(db, [grade])
    assert listed() == [output.id for output in made if output is not made[1]]


def test_rows_that_a_checkpoint_moves_are_found_where_they_are_then(
    db: Database, add_outputs: Callable[..., list[Output]]
) -> None:
    add_outputs(*(f"first {n}" for n in range(30)))
    db.run("CHECKPOINT")
    db.run("DELETE FROM output WHERE text <> 'first 29'")
    db.run("CHECKPOINT")
    made = add_outputs(*(f"text {n}" for n in range(9)))
    project, wanted, searched = made[0].project_id, Filter(grade="none"), Filter(search="text")

    def listed() -> list[list[str]]:
        part, _ = searching.page(db, project, searched, "imported", part=(0, 9), seconds=60)
        pages = [listings.page(db, project, wanted, "model", start=0, limit=9), part]
        return [[output.text for output, _ in page] for page in pages]

    before, places = listed(), db.rows("SELECT rowid FROM output")
    db.run("CHECKPOINT")
    assert db.rows("SELECT rowid FROM output") != places
    assert listed() == before
