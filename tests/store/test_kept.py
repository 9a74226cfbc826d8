"""What is kept in memory, or asked in a cheaper way, equals what the tables say."""

from __future__ import annotations

from statistics import median

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.models import Criterion, Decision, Grade, Output, Project, Verdict, now
from labelcore.store import (
    Database,
    criteria,
    grade_counts,
    grades,
    outputs,
    projects as project_table,
    queues,
    verdicts,
)
from tests.databases import empty_database


@pytest.mark.whole
@settings(max_examples=25, deadline=None)
@given(acts=st.lists(st.tuples(st.sampled_from(["save", "read"]), st.sampled_from("abc"))))
def test_projects_are_as_stored_whatever_was_read_before(acts: list[tuple[str, str]]) -> None:
    with empty_database() as db:
        expected: dict[str, str] = {}
        for number, (act, name) in enumerate(acts):
            if act == "save":
                expected[name] = f"task {number}"
                project_table.save(db, Project(id=f"p-{name}", name=name, task=f"task {number}"))
            assert [(project.name, project.task) for project in project_table.all_of(db)] == sorted(
                expected.items()
            )


def test_a_list_that_was_handed_out_can_be_changed_without_harm(db: Database) -> None:
    project_table.save(db, Project(id="p", name="p"))
    project_table.all_of(db).clear()
    assert [project.name for project in project_table.all_of(db)] == ["p"]


def test_outputs_read_along_are_the_same_and_are_not_asked_for(db: Database) -> None:
    made = [Output(id=f"o{i}", project_id="p", text=str(i)) for i in range(6)]
    outputs.add(db, made)
    found = outputs.many(db, ["o0", "gone"], ["o1", "o2", "lost"])
    assert found == {"o0": made[0]}
    assert outputs.many(db, ["o2", "o3", "o1"]) == {f"o{i}": made[i] for i in (2, 3, 1)}


def test_another_order_of_a_pool_is_made_once_and_follows_its_key() -> None:
    pool = queues.Pool.of([("a", "", 1), ("b", "", 2)])
    turned = pool.variant("turned", lambda straight: queues.Pool.of(straight.places[::-1]))
    assert [output_id for output_id, _, _ in turned.places] == ["b", "a"]
    assert pool.variant("turned", lambda _: queues.Pool.of([])) is turned
    assert not pool.variant("none", lambda _: queues.Pool.of([])).places


acts = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["ann", "bo"]),
        st.sampled_from(["pass", "fail", "unsure", "skipped", "repeat", "undo", "criterion", "earlier"]),
        st.integers(0, 11),
        st.sampled_from(["", " \n", "too long"]),
    ),
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(acts=acts)
def test_narrow_readings_equal_the_events(acts: list[tuple[int, str, str, int, str]]) -> None:
    with empty_database() as db:
        outputs.add(db, [Output(id=f"o{i}", project_id="p", text=str(i)) for i in range(3)])
        meanings = [Criterion(id="c", project_id="p", version=n, name="C", statement=f"{n}") for n in (1, 2)]
        criteria.save(db, meanings)
        for number, (which, who, act, earlier, note) in enumerate(acts):
            before = grades.history(db, "p")
            target = before[earlier % len(before)] if before and act == "undo" else None
            if act == "undo" and target is None:
                continue
            value = {"repeat": "pass", "undo": "undone", "criterion": "fail", "earlier": "fail"}.get(act, act)
            about = target or Grade(
                id="",
                project_id="p",
                output_id=f"o{which}",
                annotator=who,
                value="pass",
                source="repeat" if act == "repeat" else "person",
                criterion_id="c" if act in {"criterion", "earlier"} else None,
                criterion_version={"criterion": 2, "earlier": 1}.get(act),
            )
            event = about.model_copy(
                update={
                    "id": f"g{number}",
                    "value": value,
                    "note": note,
                    "at": now(),
                    "seconds": float(number),
                    "supersedes": target.id if target else None,
                    "judge_shown": number % 2 == 0,
                }
            )
            grades.record(db, [event])
        current = grades.current(db, "p", overall_only=True)
        assert grades.overall(db, "p") == [
            (grade.output_id, grade.annotator, grade.value, grade.note) for grade in current
        ]
        history = grades.history(db, "p")
        undone = {event.supersedes for event in history if event.value == "undone"}
        first: dict[tuple[str, str], tuple[str, bool]] = {}
        for event in history:
            judged = event.value in {"pass", "fail"} and event.is_overall and event.source != "repeat"
            if judged and event.id not in undone:
                first.setdefault((event.output_id, event.annotator), (event.value, event.judge_shown))
        assert {(o, who): (v, shown) for o, who, v, shown in grades.first_overall(db, "p")} == first
        given: dict[str, dict[str, list[Grade]]] = {}
        for grade in grades.current(db, "p"):
            given.setdefault(grade.annotator, {}).setdefault(grade.output_id, []).append(grade)
        for tally in grade_counts.tallies(db, "p"):
            mine = list(given[tally.annotator].values())
            assert tuple(dict(tally).values()) == (
                tally.annotator,
                sum(said(of) != "skipped" for of in mine),
                *(sum(said(of) == value for of in mine) for value in ("pass", "fail", "unsure")),
                sum(any(grade.note.strip() for grade in of) for of in mine),
                median(max(grade.seconds or 0 for grade in wholes(of) or of) for of in mine),
                max(grade.at for of in mine for grade in of),
            )
        tallied = grade_counts.tallies(db, "p")
        assert {tally.annotator for tally in tallied} == {*given}
        counted = [grade for grade in grades.current(db, "p") if grade.value != "skipped" and is_meant(grade)]
        assert grades.newest(db, "p")[0] == len(counted)
        assert project_table.counts(db, "p")["graded"] == len({grade.output_id for grade in counted})
        assert sum(tally.graded for tally in tallied) == len({(g.output_id, g.annotator) for g in counted})


def is_meant(grade: Grade) -> bool:
    """Whether it is of a whole, or of the criterion as it is meant now."""
    return grade.is_overall or grade.criterion_version == 2


def wholes(of: list[Grade]) -> list[Grade]:
    """A person's grade of an output as a whole."""
    return [grade for grade in of if grade.is_overall]


def said(of: list[Grade]) -> str:
    """What a person's grades of an output say: the whole, else fail for one fail on a criterion."""
    whole = [grade.value for grade in wholes(of) if grade.value != "skipped"]
    values = {grade.value for grade in of if is_meant(grade)}
    return whole[0] if whole else next((v for v in ("fail", "pass", "unsure") if v in values), "skipped")


def test_failing_wants_every_judge_and_one_that_fails(db: Database) -> None:
    def said(output: str, judge: str, value: str, repeat: int = 0) -> Verdict:
        return Verdict(
            output_id=output,
            judge_version_id=judge,
            project_id="p",
            run_id="r",
            repeat=repeat,
            decision=Decision(value=value),
        )

    verdicts.record(
        db,
        [
            said("a", "j", "pass"),
            said("a", "k", "fail"),
            said("b", "j", "pass"),
            said("b", "k", "abstain"),
            said("c", "j", "fail"),
            said("c", "j", "fail", repeat=1),
            said("b", "other", "fail"),
        ],
    )
    assert verdicts.failing(db, ["a", "b", "c", "d"], ["j", "k"]) == {"a": True, "b": False}
