"""Feedback of a product's users: stored as what it is, read by a separate judge, and never a grade."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.stages import importing, judging, projects, selecting
from labelcore.stages.importing import Description, ImportResult, feedback
from labelcore.stages.importing.meanings import GivenMeanings
from labelcore.store import grades as grade_table
from labelcore.store.querying import query
from labelcore.store.remarks import Signal, Value
from labelcore.workspace import Workspace


def told(
    name: str, values: str, said: GivenMeanings | None = None, column: str = ""
) -> dict[str, str | None]:
    words = tuple(Value(value, 3, None, ()) for value in values.split("|"))
    reading = feedback.read(Signal("feedback", name, words, ()), said or GivenMeanings(), column)
    assert reading.known and {*reading.values, *reading.open} == {value.value for value in words}
    return {value.value: reading.values.get(value.value) for value in words}


@pytest.mark.parametrize(
    ("name", "values", "meanings"),
    [
        ("thumbs", "👍|👎|thumbs_up|thumbs-down|:+1:|:-1:", "pass fail pass fail pass fail"),
        ("thumbs", "1|0", "pass fail"),
        ("thumbs", "1|0|-1", "pass unsure fail"),
        ("user-feedback", "1|0", "pass fail"),
        ("user-feedback", "1", "none"),
        ("feedback", "1|2|3|4|5", "none none none none none"),
        ("stars", "1|5", "none none"),
        ("stars", "1|0", "none none"),
        ("accepted", "true|false", "pass fail"),
        ("AskedAgain", "yes|no", "fail unsure"),
        ("edited", "1|0", "fail unsure"),
        ("copied", "1|0", "pass unsure"),
        ("thumbs_down", "1|0", "fail unsure"),
        ("ignored", "true|false", "fail unsure"),
        ("not_helpful", "yes|no", "none none"),
        ("fate", "accepted|edited|ignored", "pass fail fail"),
        ("event", "copied|asked again|regenerate|dislike|opened", "pass fail fail fail none"),
        ("feedback", "up|down|ignored", "pass fail none"),
        ("反馈", "点赞|点踩|满意|不满意|重新生成", "pass fail pass fail fail"),
        ("reaction", "neutral|❤|😡", "unsure pass fail"),
    ],
)
def test_what_a_value_counts_as_is_known_by_its_words_or_its_name(
    name: str, values: str, meanings: str
) -> None:
    assert [found or "none" for found in told(name, values).values()] == meanings.split()


def test_what_somebody_says_comes_first() -> None:
    assert told("stars", "1|3|4", GivenMeanings(passes_from=("4",))) == {
        "1": "fail",
        "3": "fail",
        "4": "pass",
    }
    assert told("thumbs", "1|0", GivenMeanings(passes_from=("4",))) == {"1": "pass", "0": "fail"}
    assert told("thumbs", "1|0", GivenMeanings(passes_from=("thumbs=0",))) == {"1": "pass", "0": "pass"}
    assert told("c7", "1|0", column="thumbs") == {"1": "pass", "0": "fail"}
    assert told("event", "ignored|opened", GivenMeanings(fails=("event=ignored",), unsure=("opened",))) == {
        "ignored": "fail",
        "opened": "unsure",
    }


OUTPUTS = "id,question,answer\n" + "".join(f"t{n},Q{n}?,Answer {n}\n" for n in range(1, 7))


def bring(workspace: Workspace, folder: Path, text: str, **described: object) -> ImportResult:
    path = folder / f"file{len(list(folder.iterdir()))}.csv"
    path.write_text(text, encoding="utf-8")
    result = importing.import_file(workspace, str(path), described=Description(**described))
    batch = result.batch
    assert batch.rows_read == batch.outputs_new + batch.outputs_known + batch.duplicates + batch.rows_rejected
    return result


def verdicts(workspace: Workspace) -> dict[str, dict[str, str]]:
    rows = query(workspace.db, "SELECT judge, external_id, value FROM verdicts ORDER BY ALL").rows
    found: dict[str, dict[str, str]] = {}
    for judge, output, value in rows:
        found.setdefault(judge, {})[output] = value
    return found


@pytest.fixture
def filled(workspace: Workspace, tmp_path: Path) -> Workspace:
    bring(workspace, tmp_path, OUTPUTS)
    return workspace


def test_a_file_of_feedback_alone_finds_its_outputs_and_is_no_grade(
    filled: Workspace, tmp_path: Path
) -> None:
    text = "trace,thumb,stars\nt1,👍,5\nt2,👎,1\nt3,,3\nt9,👎,1\n"
    result = bring(
        filled, tmp_path, text, columns={"id": "trace"}, feedback={"thumbs": "thumb", "stars": "stars"}
    )
    assert (result.batch.feedback_new, result.batch.outputs_known, result.batch.rows_rejected) == (5, 3, 1)
    assert result.document()["feedback_new"] == 5
    assert result.batch.grades_new == 0 and grade_table.current(filled.db, filled.project.id) == []
    assert [warning.values["column"] for warning in result.warnings if warning.code == "no_meaning"] == [
        "stars"
    ]
    assert verdicts(filled) == {
        "thumbs": {"t1": "pass", "t2": "fail", **dict.fromkeys(("t3", "t4", "t5", "t6"), "abstain")}
    }
    rows = query(filled.db, "SELECT external_id, signal, value, meaning FROM feedback ORDER BY ALL").rows
    assert rows == [
        ("t1", "stars", "5", None),
        ("t1", "thumbs", "👍", "pass"),
        ("t2", "stars", "1", None),
        ("t2", "thumbs", "👎", "fail"),
        ("t3", "stars", "3", None),
    ]


@pytest.mark.whole
def test_a_meaning_that_is_said_later_counts_without_another_event(filled: Workspace, tmp_path: Path) -> None:
    text = "id,stars\nt1,5\nt2,1\n"
    bring(filled, tmp_path, text, feedback={"stars": "stars"})
    assert verdicts(filled) == {}
    again = bring(filled, tmp_path, text, feedback={"stars": "stars"}, passes_from=("4",))
    assert again.batch.feedback_new == 2
    assert verdicts(filled)["stars"]["t2"] == "fail" and verdicts(filled)["stars"]["t1"] == "pass"
    assert query(filled.db, "SELECT count(*) FROM feedback").rows == [(2,)]
    assert bring(filled, tmp_path, text, feedback={"stars": "stars"}).batch.feedback_new == 0
    assert verdicts(filled)["stars"]["t2"] == "fail"
    importing.undo(filled, again.batch.id)
    assert verdicts(filled) == {} and query(filled.db, "SELECT count(meaning) FROM feedback").rows == [(0,)]


def test_of_one_user_the_newest_counts_and_of_several_the_worst(filled: Workspace, tmp_path: Path) -> None:
    text = (
        "id,event,time,user,comment\n"
        "t1,thumbs_down,2026-11-01T10:00:00Z,ann,wrong\n"
        "t1,thumbs_up,2026-11-02T10:00:00Z,ann,\n"
        "t2,thumbs_up,2026-11-02T10:00:00Z,ann,\n"
        "t2,thumbs_down,2026-11-01T10:00:00Z,bo,made up\n"
        "t3,thumbs_up,2026-11-01T10:00:00Z,,\n"
        "t3,thumbs_down,2026-11-01T10:00:00Z,,\n"
        "t4,thumbs_down,2026-11-01T10:00:00Z,ann,\n"
        "t4,opened,2026-11-03T10:00:00Z,ann,\n"
    )
    described = {"feedback": {"thumbs": "event"}, "annotator": "user", "note": "comment"}
    result = bring(filled, tmp_path, text, **described)
    assert (result.batch.feedback_new, result.batch.outputs_known, result.batch.duplicates) == (8, 4, 4)
    found = verdicts(filled)["thumbs"]
    assert [found[f"t{n}"] for n in range(1, 7)] == ["pass", "fail", "fail", "fail", "abstain", "abstain"]
    why = query(filled.db, "SELECT reason FROM verdicts WHERE external_id = 't2'").rows[0][0]
    assert set(why.split("; ")) == {"thumbs_up", "thumbs_down: made up"}
    given = query(filled.db, "SELECT given_at, person FROM feedback WHERE value = 'opened'").rows
    assert [(f"{at:%d.%m}", person) for at, person in given] == [("03.11", "ann")]


@pytest.mark.whole
def test_newer_feedback_and_outputs_change_the_verdicts_and_undo_takes_them_back(
    filled: Workspace, tmp_path: Path
) -> None:
    first = bring(filled, tmp_path, "id,thumb\nt1,👍\n", feedback={"thumbs": "thumb"})
    second = bring(filled, tmp_path, "id,thumb\nt1,👎\n", feedback={"thumbs": "thumb"})
    bring(filled, tmp_path, "id,question,answer\nt7,Q7?,Answer 7\n")
    assert verdicts(filled)["thumbs"] == {"t1": "fail", **{f"t{n}": "abstain" for n in range(2, 8)}}
    assert importing.undo(filled, second.batch.id).feedback == 1
    assert verdicts(filled)["thumbs"]["t1"] == "pass"
    importing.undo(filled, first.batch.id)
    assert verdicts(filled) == {} and judging.active_judges(filled) == []


def test_feedback_beside_the_outputs_comes_in_with_them(workspace: Workspace, tmp_path: Path) -> None:
    text = "question,answer,copied,asked_again\nQ1?,A 1,yes,no\nQ2?,A 2,no,yes\n"
    signals = {"copied": "copied", "asked again": "asked_again"}
    result = bring(
        workspace, tmp_path, text, columns={"output": "answer", "input": "question"}, feedback=signals
    )
    assert (result.batch.outputs_new, result.batch.feedback_new) == (2, 4)
    rows = query(workspace.db, "SELECT judge, output, v.value FROM verdicts v JOIN outputs USING (output_id)")
    assert sorted(rows.rows) == [
        ("asked again", "A 1", "abstain"),
        ("asked again", "A 2", "fail"),
        ("copied", "A 1", "pass"),
        ("copied", "A 2", "abstain"),
    ]


def test_its_judges_are_proposed_where_there_is_feedback(filled: Workspace, tmp_path: Path) -> None:
    order = judging.ProposalOrder(kind="feedback")
    with pytest.raises(BadInput, match="no user feedback"):
        judging.propose(filled, order)
    bring(filled, tmp_path, "id,thumb\nt1,👎\n", feedback={"thumbs": "thumb"})
    assert [(judge.name, judge.kind) for judge in judging.propose(filled, order)] == [("thumbs", "feedback")]
    with pytest.raises(BadInput, match="no judge to run"):
        judging.run_judges(filled)


def test_a_column_that_looks_like_feedback_is_offered_as_feedback(
    workspace: Workspace, tmp_path: Path
) -> None:
    result = bring(workspace, tmp_path, "question,answer,copied\nQ1?,A 1,yes\nQ2?,A 2,no\n")
    assert (result.batch.feedback_new, result.batch.grades_new) == (0, 0)
    assert [fact.values["column"] for fact in result.warnings if fact.code == "offered_feedback"] == [
        "copied"
    ]


@pytest.mark.whole
def test_what_a_file_calls_its_signals_does_no_harm(filled: Workspace, tmp_path: Path) -> None:
    """Names and remarks are texts of strangers; two projects have nothing of each other."""
    other = filled.with_project(projects.open_project(filled.db, "test 2"))
    bring(other, tmp_path, OUTPUTS)
    names = {"<script>alert(1)</script>": "a", "x'; DROP TABLE signal; --": "b", "%_": "c", "反馈 " * 40: "d"}
    text = "id,a,b,c,d\nt1,👎,👍,👎,👎\nt2,👍,👎,👍,=1+1\n"
    bring(filled, tmp_path, text, feedback=names)
    batch = bring(other, tmp_path, "id,a\nt3,👎\n", feedback={"%_": "a"}).batch
    assert {name: found["t1"] for name, found in verdicts(filled).items()} == dict.fromkeys(names, "fail") | {
        "x'; DROP TABLE signal; --": "pass",
        "%_": "fail",
    }
    importing.undo(other, batch.id)
    assert judging.active_judges(other) == [] and len(judging.active_judges(filled)) == 4


def test_signals_of_a_tool_come_along_and_are_read(workspace: Workspace, tmp_path: Path) -> None:
    traces = [
        {
            "id": f"trace{n}",
            "timestamp": "2026-11-01T10:00:00Z",
            "userId": f"u{n}",
            "input": f"Q{n}?",
            "output": f"Answer {n}",
            "observations": [],
            "scores": [{"name": "user-feedback", "value": n, "dataType": "NUMERIC", "source": "API"}],
        }
        for n in (0, 1)
    ]
    (tmp_path / "traces.json").write_text(json.dumps(traces), encoding="utf-8")
    batch = importing.import_file(workspace, str(tmp_path / "traces.json")).batch
    assert (batch.outputs_new, batch.feedback_new, batch.verdicts_new) == (2, 2, 0)
    assert verdicts(workspace) == {"user-feedback": {"trace0": "fail", "trace1": "pass"}}


def test_beside_outputs_feedback_has_its_user_remark_and_time_where_nobody_graded(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = "id,answer,thumb,user,comment,timestamp\n1,One,down,u7,too long,2026-03-01T10:00:00Z\n2,Two,,,,\n"
    bring(
        workspace,
        tmp_path,
        rows,
        columns={"output": "answer"},
        feedback={"thumbs": "thumb"},
        annotator="user",
        note="comment",
    )
    (event,) = query(workspace.db, "SELECT value, person, reason, given_at::VARCHAR FROM feedback").rows
    assert list(event) == ["down", "u7", "too long", "2026-03-01 10:00:00"]
    known = selecting.show_output(workspace, "1")
    assert [(e.signal, e.value, e.meaning, e.person, e.reason) for e in known.feedback] == [
        ("thumbs", "down", "fail", "u7", "too long")
    ]


def test_where_somebody_graded_the_person_and_the_note_are_the_graders(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = "answer,grade,annotator,note,thumb\nOne,pass,ann,fine,down\n"
    bring(
        workspace,
        tmp_path,
        rows,
        columns={"output": "answer"},
        grades=("overall=grade",),
        annotator="annotator",
        note="note",
        feedback={"thumbs": "thumb"},
    )
    (event,) = query(workspace.db, "SELECT value, person, reason FROM feedback").rows
    assert list(event) == ["down", "", ""]
