"""What points at a person is never stored, and whoever has the key gets it back."""

from __future__ import annotations

import csv
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.models import Output, RejectedRow, Role
from labelcore.stages import importing, projects
from labelcore.stages.importing import Description, ImportResult, keys, redacting
from labelcore.stages.importing.keys import Redaction
from labelcore.store import Database, batches, close_database, grades, open_database, outputs
from labelcore.workspace import Workspace
from tests.databases import empty_file

pytestmark = pytest.mark.whole

PLANTED = (
    "Zoe Quill",
    "zoe@quill.example",
    "13800138000",
    "4111 1111 1111 1111",
    "11010519491231002X",
    "张三丰",
)
NAMES = "# people\nZoe Quill\n\n张三丰\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return empty_file(tmp_path / "work.duckdb")


@pytest.fixture
def kept(place: Path) -> Iterator[Workspace]:
    db = open_database(place)
    yield Workspace(db, projects.open_project(db, "calls"))
    close_database(place)


def bring(workspace: Workspace, path: Path, **told: object) -> ImportResult:
    wanted = {"redact": ("all",), "redact_names": (NAMES,)} | told
    return importing.import_file(workspace, str(path), described=Description(**wanted))


def write_csv(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def whole(place: Path) -> Path:
    """A file with the planted values in every field that is stored."""
    some = " and ".join(PLANTED)
    chat = json.dumps([{"role": "user", "content": f"I am {PLANTED[5]}, {some}"}])
    row = {
        "id": PLANTED[1],
        "group": PLANTED[2],
        "question": f"Who is {some}?",
        "context": f"File on {some}.",
        "messages": chat,
        "answer": f"It is {some}, who is known to all of us for many good and long years of work and more, "
        "and who will be thanked for that by everybody here, as is right, on the first day of the month.",
        "grade": "pass",
        "note": f"Says {some}",
        "caller": some,
        "details of call": json.dumps({"phone": 13800138000, "name": PLANTED[5], "more": [some]}),
    }
    again = {**row, "answer": "Short.", "id": PLANTED[1]}
    return write_csv(place, row, again, {**row, "id": "7", "answer": PLANTED[0]})


def stored(workspace: Workspace) -> list[Output]:
    known = outputs.ids(workspace.db, workspace.project.id)
    return list(outputs.many(workspace.db, known).values())


def everything(db: Database) -> str:
    """Every cell of every table."""
    tables = [name for (name,) in db.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal")]
    return "\n".join(repr(db.rows(f'SELECT * FROM "{name}"')) for name in tables)


def test_no_planted_value_is_stored_anywhere(kept: Workspace, place: Path, tmp_path: Path) -> None:
    result = bring(
        kept,
        whole(tmp_path / "Zoe Quill.csv"),
        columns={"id": "id", "input": "question", "output": "answer"},
        grades=("overall=grade",),
        note="note",
    )
    assert result.batch.grades_new == 2 and result.batch.rows_rejected == 1
    cells = everything(kept.db)
    assert "[PERSON-1]" in cells and "[PHONE-" in cells
    kept.db.run("CHECKPOINT")
    close_database(place)
    held = b"".join(file.read_bytes() for file in place.parent.glob("work.duckdb*") if file.suffix != ".key")
    for value in (*PLANTED, "Quill", "1111 1111", "138001", "\\u5f20"):
        assert value not in cells and value.encode() not in held
    assert {
        "output",
        "input",
        "context",
        "conversation",
        "note",
        "id",
        "group",
        "metadata",
        "file name",
    } <= set(result.batch.redacted)


def test_the_same_file_twice_adds_nothing_and_a_value_keeps_its_stand_in(
    kept: Workspace, tmp_path: Path
) -> None:
    first = bring(kept, write_csv(tmp_path / "a.csv", {"output": "Ask Zoe Quill or ZOE QUILL, a@b.cn"}))
    again = bring(kept, tmp_path / "a.csv")
    assert (first.batch.outputs_new, again.batch.outputs_new, again.batch.outputs_known) == (1, 0, 1)
    bring(kept, write_csv(tmp_path / "b.csv", {"output": "张三丰 knows Zoe Quill", "input": "A@B.CN"}))
    texts = {output.text: output.input for output in stored(kept)}
    assert texts == {
        "Ask [PERSON-1] or [PERSON-1.2], [EMAIL-1]": "",
        "[PERSON-2] knows [PERSON-1]": "[EMAIL-1.2]",
    }


def test_only_the_owner_reads_the_key_and_a_line_cut_short_does_no_harm(
    kept: Workspace, tmp_path: Path
) -> None:
    key = Path(str(bring(kept, write_csv(tmp_path / "a.csv", {"output": "Ask Zoe Quill"})).key_file))
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with key.open("a") as file:
        file.write('["[PERSON-2]", "som')
    bring(kept, write_csv(tmp_path / "b.csv", {"output": "Ask 张三丰"}))
    assert {keys.read(key).restored(output.text) for output in stored(kept)} == {
        "Ask Zoe Quill",
        "Ask 张三丰",
    }


def test_a_file_that_is_no_key_is_left_alone(kept: Workspace, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", {"output": "Ask Zoe Quill"})
    before = file.read_bytes(), file.stat().st_mode
    with pytest.raises(BadInput, match="not a key"):
        bring(kept, file, redact_key=file)
    assert (file.read_bytes(), file.stat().st_mode) == before
    assert not stored(kept)


def test_a_device_is_no_place_for_a_key(kept: Workspace, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(BadInput, match="not an ordinary file"):
        bring(kept, write_csv(tmp_path / "a.csv", {"output": "Ask Zoe Quill"}), redact_key=pipe)
    with pytest.raises(BadInput, match="not an ordinary file"):
        keys.read(pipe)
    assert pipe.is_fifo()


def test_an_import_that_fails_leaves_no_key(kept: Workspace, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", {"x": "Ask Zoe Quill", "y": "b"})
    with pytest.raises(BadInput):
        bring(kept, file, redact_key=tmp_path / "k")
    assert not (tmp_path / "k").exists()


def test_restoring_gives_back_what_was_there_and_stores_nothing(kept: Workspace, tmp_path: Path) -> None:
    row = {
        "output": 'She said: "Zoe Quill".',
        "messages": json.dumps([{"role": "user", "content": "我是张三丰"}]),
        "call": json.dumps({"phone": 13800138000}),
        "plain": "13800138000",
    }
    key = Path(str(bring(kept, write_csv(tmp_path / "a.csv", row)).key_file))
    (output,) = stored(kept)
    assert "PERSON" in output.text and "PERSON" in output.conversation[0].content
    shown = redacting.restore(kept, (output.id,), key=key)
    assert shown.outputs[0]["text"] == row["output"] and shown.unknown == 0
    assert shown.outputs[0]["conversation"][0]["content"] == "我是张三丰"
    assert shown.outputs[0]["metadata"] == {"call": row["call"], "plain": row["plain"]}
    out = tmp_path / "all.jsonl"
    assert redacting.restore(kept, key=key, out=out).n == 1
    assert json.loads(out.read_text("utf-8"))["text"] == row["output"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "Zoe" not in everything(kept.db)
    with pytest.raises(BadInput, match="cannot be written"):
        redacting.restore(kept, key=key, out=out)
    with pytest.raises(NotFound):
        redacting.restore(kept, ("nothing",), key=key)
    with pytest.raises(NotAllowed):
        redacting.restore(Workspace(kept.db, kept.project, role=Role.ENGINEER), (output.id,), key=key)


def test_outputs_of_little_but_stand_ins_are_counted_and_said(kept: Workspace, tmp_path: Path) -> None:
    rows = [{"output": "Zoe Quill"}, {"output": "Zoe Quill is the name of the one who asked for it."}]
    result = bring(kept, write_csv(tmp_path / "a.csv", *rows))
    assert result.batch.mostly_redacted == 1
    assert [odd.values for odd in result.warnings if odd.code == "mostly_redacted"] == [{"n": 1}]
    (batch,) = batches.all_of(kept.db, kept.project.id)
    assert batch.redacted["output"] == {"PERSON": 2} and batch.mostly_redacted == 1


def test_notes_are_redacted_and_grades_keep_their_people(kept: Workspace, tmp_path: Path) -> None:
    row = {"output": "Yes.", "grade": "fail", "note": "Zoe Quill says no", "annotator": "Zoe Quill"}
    bring(kept, write_csv(tmp_path / "a.csv", row))
    (grade,) = grades.current(kept.db, kept.project.id)
    assert (grade.note, grade.annotator) == ("[PERSON-1] says no", "Zoe Quill")


def test_a_row_that_cannot_be_read_keeps_no_text(kept: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"output": "Fine."}\nZoe Quill is no JSON\n{"output": "Good."}\n', "utf-8")
    result = bring(kept, file)
    assert result.batch.rows_rejected == 1
    (row,) = batches.rejected(kept.db, result.batch.id)
    assert isinstance(row, RejectedRow) and row.raw == "" and row.row == 2


def test_a_tools_file_is_redacted_too(kept: Workspace, tmp_path: Path) -> None:
    score = {"id": "s", "name": "helpful", "value": 1, "dataType": "BOOLEAN", "comment": "张三丰 was glad"}
    trace = {
        "id": "t1",
        "name": "call",
        "userId": PLANTED[1],
        "input": {"q": "I am Zoe Quill"},
        "projectId": "p",
        "output": {"a": "Hello Zoe Quill!"},
        "timestamp": "2025-01-01T00:00:00Z",
        "scores": [score],
        "observations": [],
        "metadata": {"phone": 13800138000},
    }
    file = tmp_path / "traces.json"
    file.write_text(json.dumps([trace]), "utf-8")
    result = bring(kept, file)
    assert result.batch.format == "langfuse"
    cells = everything(kept.db)
    assert not [value for value in PLANTED if value in cells]


def test_patterns_of_people_and_wrong_ones(kept: Workspace, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", {"output": "Order no 77-12 came late."})
    for wrong in (
        {"redact_pattern": {"order": "("}},
        {"redact_pattern": {"no name": "x"}},
        {"redact": ("dna",)},
        {"redact_names": ("# nobody",)},
    ):
        with pytest.raises(BadInput):
            bring(kept, file, **wrong)
    bring(kept, file, redact_pattern={"order": r"no (\d+-\d+)"})
    assert [output.text for output in stored(kept)] == ["Order no [ORDER-1] came late."]


def test_a_scan_counts_what_a_redaction_would_find_and_changes_nothing(
    kept: Workspace, tmp_path: Path
) -> None:
    importing.import_file(
        kept,
        str(whole(tmp_path / "a.csv")),
        described=Description(
            columns={"id": "id", "input": "question", "output": "answer"},
            grades=("overall=grade",),
            note="note",
        ),
    )
    before = everything(kept.db)
    found = redacting.scan(kept, wanted=Redaction(redact=("all",), redact_names=(NAMES,)))
    assert found.outputs == found.touched == 2 and found.mostly_redacted == 1
    assert found.fields["output"] == {"PERSON": 3, "EMAIL": 1, "PHONE": 1, "CARD": 1, "ID": 1}
    assert found.fields["note"]["PERSON"] == 4  # two grades, two names in each note
    assert everything(kept.db) == before
    assert "PERSON" not in redacting.scan(kept).fields["output"]


def test_a_preview_shows_outputs_redacted_and_begins_no_key(kept: Workspace, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", {"output": "Ask Zoe Quill"})
    seen = importing.preview(kept, str(file), described=Description(redact_names=(NAMES,)))
    assert seen.outputs[0]["text"] == "Ask [PERSON-1]"
    described = Description(redact_names=(NAMES,))
    assert importing.preview_bytes(kept, "a.csv", file.read_bytes(), None, described).outputs == seen.outputs
    assert not list(tmp_path.glob("*.key"))


def test_a_database_in_memory_has_no_place_for_a_key(workspace: Workspace, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", {"output": "Ask Zoe Quill"})
    with pytest.raises(BadInput, match="no place for a key"):
        bring(workspace, file)
    bring(workspace, file, redact_key=tmp_path / "k")
    assert keys.read(tmp_path / "k").restored("[PERSON-1]") == "Zoe Quill"
