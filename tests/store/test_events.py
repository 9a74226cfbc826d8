"""Grades are events: nothing is overwritten, and the views say what counts now."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.errors import StoreBusy, StoreDamaged
from labelcore.models import Decision, Grade, Output, Verdict, VerdictError, new_id, now
from labelcore.store import close_database, grades, open_database, outputs, verdicts
from labelcore.store.live import forget, live
from labelcore.store.live_grades import LiveGrades
from labelcore.store.transactions import Feed
from labelcore.workspace import Workspace
from tests.databases import empty_database
from tests.examples import examples


def event(output: Output, value: str, id_: str, annotator: str = "ann", **more: object) -> Grade:
    return Grade(
        id=id_, project_id=output.project_id, output_id=output.id, annotator=annotator, value=value, **more
    )


def test_the_same_event_sent_twice_is_stored_once(
    workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    (output,) = add_outputs("hello")
    press = event(output, "pass", "g1")
    assert grades.record(workspace.db, [press, press]) == ["g1"]
    assert grades.record(workspace.db, [press]) == ["g1"]
    assert grades.history(workspace.db, workspace.project.id) == [press]


def test_a_later_grade_supersedes_and_undo_restores(
    workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    (output,) = add_outputs("hello")
    first, second = event(output, "pass", "g1"), event(output, "fail", "g2", note="too long")
    grades.record(workspace.db, [first])
    grades.record(workspace.db, [second])
    assert grades.current(workspace.db, workspace.project.id) == [second]
    grades.record(workspace.db, [event(output, "undone", "g3", supersedes="g2")])
    assert grades.current(workspace.db, workspace.project.id) == [first]
    assert len(grades.history(workspace.db, workspace.project.id)) == 3


def test_order_is_the_order_of_arrival_not_of_a_clients_clock(
    workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    (output,) = add_outputs("hello")
    early = event(output, "pass", "g1")
    late = event(output, "fail", "g2").model_copy(update={"at": early.at.replace(year=1999)})
    grades.record(workspace.db, [early])
    grades.record(workspace.db, [late])
    assert [g.value for g in grades.current(workspace.db, workspace.project.id)] == ["fail"]


acts = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["ann", "bo"]), st.sampled_from(["pass", "fail", "undo"])),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(acts=acts)
def test_current_view_equals_a_plain_model_of_the_acts(acts: list[tuple[int, str, str]]) -> None:
    with empty_database() as db:
        made = [Output(id=f"o{i}", project_id="p", text=str(i)) for i in range(3)]
        outputs.add(db, made)
        stacks: dict[tuple[int, str], list[Grade]] = {}
        for number, (which, who, act) in enumerate(acts):
            stack = stacks.setdefault((which, who), [])
            if act == "undo":
                if stack:
                    taken = stack.pop()
                    grades.record(db, [event(made[which], "undone", f"g{number}", who, supersedes=taken.id)])
            else:
                stack.append(event(made[which], act, f"g{number}", who))
                grades.record(db, [stack[-1]])
        expected = {stack[-1].id for stack in stacks.values() if stack}
        assert {grade.id for grade in grades.current(db, "p")} == expected


mixed = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["ann", "bo"]),
        st.sampled_from(["pass", "fail", "skipped", "repeat", "undo"]),
        st.integers(0, 11),
        st.sampled_from([(None, None), (None, None), ("c", None), (None, "/f")]),
    ),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(acts=mixed)
def test_what_is_followed_in_memory_equals_the_tables(
    acts: list[tuple[int, str, str, int, tuple[str | None, str | None]]],
) -> None:
    with empty_database() as db:
        outputs.add(db, [Output(id=f"o{i}", project_id="p", text=str(i)) for i in range(3)])
        followed = live(db, "p")
        events: list[Grade] = []
        for number, (which, who, act, earlier, about) in enumerate(acts):
            value = {"repeat": "pass", "undo": "undone"}.get(act, act)
            target = events[earlier % len(events)] if events and act == "undo" else None
            if act == "undo" and target is None:
                continue
            events.append(
                Grade(
                    id=f"g{number}",
                    project_id="p",
                    output_id=target.output_id if target else f"o{which}",
                    annotator=target.annotator if target else who,
                    value=value,
                    source="repeat" if act == "repeat" else target.source if target else "person",
                    supersedes=target.id if target else None,
                    criterion_id=target.criterion_id if target else about[0],
                    field=target.field if target else about[1],
                )
            )
            grades.record(db, [events[-1]])
            grades.record(db, [events[-1]])  # a press that arrives twice
        forget(db)
        for state in (followed, live(db, "p")):
            for who in ("ann", "bo"):
                current = grades.current(db, "p", annotator=who, overall_only=True)
                assert state.graded(who) == {grade.output_id: (grade.id, grade.value) for grade in current}
                assert state.counts().get(who, 0) == sum(grade.value != "skipped" for grade in current)
                again = [grade for grade in grades.repeats(db, "p", who) if grade.is_overall]
                repeated = [apart.output_id for apart in state.apart(who, "repeat")]
                assert repeated == [grade.output_id for grade in again]
                parts = [grade for grade in grades.current(db, "p", annotator=who) if not grade.is_overall]
                few = grades.of_parts(db, "p", who, ["o0", "o1", "o2"])
                assert sorted(few, key=lambda grade: grade.id) == sorted(parts, key=lambda grade: grade.id)
                for i in range(3):
                    others = {
                        grade.annotator
                        for grade in grades.current(db, "p", overall_only=True)
                        if grade.output_id == f"o{i}" and grade.value != "skipped"
                    }
                    assert state.taken(f"o{i}", who, now().replace(tzinfo=None)) == len(others - {who})


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hold", "give back", "pass", "skipped", "undone", "later"]),
            st.sampled_from(["ann", "bo", "cy"]),
            st.sampled_from(["o1", "o2"]),
            st.integers(1, 20),
        ),
        max_size=30,
    )
)
def test_what_was_taken_is_remembered_no_longer_than_it_holds(acts: list[tuple[str, str, str, int]]) -> None:
    state, moment = LiveGrades(), datetime(2026, 1, 1)
    for number, (act, who, output, minutes) in enumerate(acts):
        if act == "later":
            moment += timedelta(minutes=minutes)
        elif act in {"hold", "give back"}:
            sign = 1 if act == "hold" else -1
            state.hold(who, [output], moment + sign * timedelta(minutes=minutes))
        elif act == "undone":
            if given := state.graded(who).get(output):
                state.follow(f"g{number}", output, who, "undone", given[0])
        else:
            state.follow(f"g{number}", output, who, act, None)
        for most in (1, 2):
            for other in ("ann", "bo", "cy"):
                for output in ("o1", "o2"):
                    now_open = state.is_open(output, other, most, moment)
                    assert now_open == (state.taken(output, other, moment) < most)


@settings(deadline=None)
@given(acts=st.lists(st.tuples(st.sampled_from(["tell", "read"]), st.integers(0, 700)), max_size=20))
def test_a_feed_gives_what_came_since_a_cursor_or_says_that_it_cannot(acts: list[tuple[str, int]]) -> None:
    feed, told, cursor, seen = Feed(), 0, 0, 0
    for act, count in acts:
        if act == "tell":
            feed.tell("grade", range(told, told + count))
            told += count
        elif (events := feed.since("grade", cursor)) is None:
            assert told - seen > 1_000
            cursor, seen = feed.cursor("grade"), told
        else:
            assert events == list(range(seen, told))
            cursor, seen = cursor + len(events), told
        assert feed.cursor("grade") == told
    assert feed.since("verdict", feed.cursor("verdict")) == []


def test_a_verdict_key_is_stored_exactly_once_and_errors_are_no_verdicts(workspace: Workspace) -> None:
    def verdict(value: str) -> Verdict:
        return Verdict(
            output_id="o",
            judge_version_id="j",
            project_id=workspace.project.id,
            run_id="r",
            decision=Decision(value=value),
        )

    error = VerdictError(
        output_id="o2",
        judge_version_id="j",
        project_id=workspace.project.id,
        run_id="r",
        kind="timeout",
        message="no answer",
    )
    assert verdicts.record(workspace.db, [verdict("pass")], [error]) == 1
    assert verdicts.record(workspace.db, [verdict("fail")]) == 0
    assert verdicts.counts(workspace.db, workspace.project.id) == {"j": {"pass": 1, "error": 1}}
    assert verdicts.missing(workspace.db, "j", ["o", "o2"]) == ["o2"]


@pytest.mark.slow
def test_a_second_process_gets_a_sentence_and_the_next_step(tmp_path: Path) -> None:
    import subprocess

    path = tmp_path / "held.duckdb"
    open_database(path)
    code = textwrap.dedent(
        f"""
        from labelcore.errors import StoreBusy
        from labelcore.store import open_database
        try:
            open_database({str(path)!r})
        except StoreBusy as busy:
            print(busy)
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    close_database(path)
    assert "is held by process" in done.stdout
    assert "Close that program" in done.stdout


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.duckdb"
    path.write_text("no database at all " * 100)
    with pytest.raises(StoreDamaged, match=r"notes\.duckdb"):
        open_database(path)


def test_busy_is_told_apart_from_damaged() -> None:
    assert not issubclass(StoreBusy, StoreDamaged)


@settings(max_examples=examples(60), deadline=None)
@given(
    fields=st.fixed_dictionaries(
        {name: st.text(max_size=12) for name in ("text", "input", "context", "model")}
    ),
    other=st.text(max_size=12),
)
def test_identity_is_the_content_and_nothing_else(fields: dict[str, str], other: str) -> None:
    same = outputs.content_id("p", **fields)
    assert same == outputs.content_id("p", **fields)
    if other != fields["text"]:
        assert same != outputs.content_id("p", **fields | {"text": other})
    moved = fields | {"text": fields["text"] + fields["input"], "input": ""}
    if moved != fields:
        assert same != outputs.content_id("p", **moved)


def test_ids_sort_by_time() -> None:
    made = [new_id("x") for _ in range(50)]
    assert made == sorted(made, key=lambda word: word[:18])
