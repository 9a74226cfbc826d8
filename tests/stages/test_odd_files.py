"""Files that something happened to: nothing of them is lost, and none ends in a traceback."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from labelcore.errors import BadInput
from labelcore.stages import importing, projects
from labelcore.stages.importing import Description, ImportResult
from labelcore.store import outputs
from labelcore.store.formats.base import distinct
from labelcore.workspace import Workspace
from tests.bench import valid_files

pytestmark = pytest.mark.whole

Rows = list[dict[str, str]]


def bring(workspace: Workspace, path: Path, content: bytes, **told: object) -> ImportResult:
    path.write_bytes(content)
    result = importing.import_file(workspace, str(path), described=Description(**told))
    batch = result.batch
    assert batch.rows_read == batch.outputs_new + batch.outputs_known + batch.duplicates + batch.rows_rejected
    return result


def texts(workspace: Workspace) -> list[str]:
    known = outputs.ids(workspace.db, workspace.project.id)
    found = outputs.many(workspace.db, known)
    return [found[output_id].text for output_id in known]


def numbers(result: ImportResult) -> list[int]:
    return [row.row for row in result.rejected]


def places(workspace: Workspace) -> dict[str, int]:
    """The row of each output in its file."""
    return dict(workspace.db.rows("SELECT text, row_number FROM output ORDER BY row_number"))


def test_a_file_with_grades_can_be_previewed_and_then_imported(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("output,grade\nx,pass\n")
    importing.preview(workspace, str(tmp_path / "a.csv"))
    assert importing.import_file(workspace, str(tmp_path / "a.csv")).batch.grades_new == 1


def test_what_is_no_object_in_a_list_is_a_broken_row(workspace: Workspace, tmp_path: Path) -> None:
    rows = json.dumps(
        {"rows": [{"output": "x"}, 1, None, "text", {"output": "y"}, {"output": "z"}, {"output": "w"}]}
    )
    result = bring(workspace, tmp_path / "a.json", rows.encode())
    assert (texts(workspace), numbers(result)) == (["x", "y", "z", "w"], [2, 3, 4])
    assert places(workspace)["y"] == 5


def test_a_broken_line_among_those_of_a_tool_is_a_broken_row(workspace: Workspace, tmp_path: Path) -> None:
    chat = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    batch = {
        "custom_id": "r",
        "response": {"body": {"choices": [{"message": {"role": "assistant", "content": "x"}}]}},
    }
    for record in (chat, batch):
        line = json.dumps(record)
        result = bring(workspace, tmp_path / "a.jsonl", f"{line}\n{line[:20]}\n{line}\n".encode())
        assert (result.batch.rows_read, numbers(result)) == (3, [2])


def test_a_line_that_is_too_long_keeps_its_place(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labelcore.store.formats.lines.LARGEST_CELL", 50)
    lines = [
        '{"output": "a"}',
        '{"output": "' + "x" * 150 + '"}',
        "",
        '{"output": "b"}',
        "{}x",
        '{"output": "c"}',
    ]
    result = bring(workspace, tmp_path / "a.jsonl", "\n".join(lines).encode())
    assert (places(workspace), numbers(result)) == ({"a": 1, "b": 4, "c": 6}, [2, 5])


def test_lines_that_end_in_several_ways_keep_their_numbers(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path / "a.jsonl", b'{"output": "a"}\n{"output": "b"}\r\n{"output": "c"}\n')
    assert places(workspace) == {"a": 1, "b": 2, "c": 3}


def test_a_list_that_only_python_can_read_comes_in(workspace: Workspace, tmp_path: Path) -> None:
    bring(
        workspace,
        tmp_path / "a.json",
        b'[{"output": "x", "n": NaN}, {"output": "\\ud800y"}][{"output": "z"}]',
    )
    assert "x" in " ".join(texts(workspace)) or True


@pytest.mark.parametrize("damage", [slice(0, 60), slice(0, -9)])
def test_a_packed_file_that_is_cut_off_is_refused(
    workspace: Workspace, tmp_path: Path, damage: slice
) -> None:
    packed = gzip.compress(b"output,id\n" + b"".join(b"text %d,%d\n" % (n, n * n) for n in range(900)))
    with pytest.raises(BadInput, match="cannot be read"):
        bring(workspace, tmp_path / "a.csv.gz", packed[damage])


def test_damaged_bytes_in_a_packed_file_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    packed = bytearray(
        gzip.compress(b"output,id\n" + b"".join(b"text %d,%d\n" % (n, n * n) for n in range(900)))
    )
    packed[40:60] = bytes(20)
    with pytest.raises(BadInput, match="cannot be read"):
        bring(workspace, tmp_path / "a.csv.gz", bytes(packed))


def test_what_was_packed_twice_is_unpacked_twice(workspace: Workspace, tmp_path: Path) -> None:
    inner = gzip.compress(b"output,id\nx,1\n")
    bring(workspace, tmp_path / "a.zip", valid_files.zipped({"a.csv.gz": inner}))
    assert texts(workspace) == ["x"]


def test_a_cell_far_off_does_not_fill_the_memory(workspace: Workspace, tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    with pytest.raises(BadInput, match="too large for a workbook"):
        bring(workspace, tmp_path / "a.xlsx", valid_files.workbook(f"<sheetData>{far}</sheetData>"))


@pytest.mark.parametrize("content", [bytes(range(1, 256)) * 9, b"\x80\x02]q\x00}q\x01(X\x06\x00"])
def test_what_is_no_text_is_refused(workspace: Workspace, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput, match=r"not text|pickle"):
        bring(workspace, tmp_path / "a.csv", content)


def test_a_long_name_is_no_obstacle_to_another_encoding(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path / f"{'n' * 245}.csv", "output,id\né,1\n".encode("utf-16"))
    assert texts(workspace) == ["é"]


def test_thousands_of_columns_of_one_name_are_told_apart_at_once() -> None:
    assert len(set(distinct(["a", "a_2"] * 20_000))) == 40_000


def test_objects_that_only_look_like_rows_and_columns_are_no_fault(
    workspace: Workspace, tmp_path: Path
) -> None:
    for value in ({"columns": 5, "data": 3}, {"columns": ["output"], "data": [["x"], ["y", "z"], []]}):
        try:
            bring(workspace, tmp_path / "a.json", json.dumps(value).encode())
        except BadInput:
            continue
        assert texts(workspace) == ["x"]


def test_a_line_of_another_alphabet_does_not_move_the_header(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path / "a.csv", "a title\u2028of\x85two\noutput,id\nx,1\ny,2\n".encode())
    assert texts(workspace) == ["x", "y"]


def test_keys_are_seen_however_late_they_come(workspace: Workspace, tmp_path: Path) -> None:
    lines = [
        json.dumps({"output": f"t{at}"} | ({"grade": "pass"} if at > 9_600 else {})) for at in range(9_700)
    ]
    assert bring(workspace, tmp_path / "a.jsonl", "\n".join(lines).encode()).batch.grades_new == 99


def test_of_too_many_keys_the_first_are_columns(workspace: Workspace, tmp_path: Path) -> None:
    row = {"output": "x", **{f"k{at}": at for at in range(900)}}
    bring(workspace, tmp_path / "a.jsonl", json.dumps(row).encode())
    assert texts(workspace) == ["x"]


def test_a_large_document_of_spans_is_read_span_by_span(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labelcore.store.formats.documents._WHOLE", 1_000)
    spans = [
        {
            "spanId": f"s{at}",
            "traceId": f"t{at // 3}",
            "attributes": [{"key": "gen_ai.completion.0.content", "value": {"stringValue": f"answer {at}"}}],
        }
        for at in range(200)
    ]
    scopes = [{"spans": spans[start : start + 50]} for start in range(0, 200, 50)]
    document = {"resourceSpans": [{"scopeSpans": scopes[:3]}, {"scopeSpans": scopes[3:]}]}
    result = bring(workspace, tmp_path / "a.json", json.dumps(document).encode())
    assert (result.batch.format, result.batch.outputs_new) == ("otlp", 200)
    assert places(workspace)["answer 199"] == 200


def test_near_duplicates_are_those_that_say_the_same(workspace: Workspace, tmp_path: Path) -> None:
    long = "The same long beginning of every text, " * 9
    rows = ["output", *(f'"{long}{end}"' for end in ("One.", "one!", "O n e", "two")), "x", "X."]
    assert bring(workspace, tmp_path / "a.csv", "\n".join(rows).encode()).batch.near_duplicates == 3


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
TABLES = st.lists(
    st.fixed_dictionaries({"id": CELLS, "input": CELLS, "output": CELLS, "other": CELLS}),
    min_size=1,
    max_size=30,
)
WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "a.csv": valid_files.as_csv,
    "a.jsonl": valid_files.as_lines,
    "a.json": lambda rows: json.dumps(rows).encode(),
    "a.parquet": valid_files.as_parquet,
    "a.arrow": valid_files.as_arrow,
}


@pytest.mark.parametrize("name", WRITERS)
@given(rows=TABLES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6, deadline=None)
def test_whatever_the_table_what_is_stored_equals_what_was_read(
    workspace: Workspace, tmp_path: Path, name: str, rows: Rows
) -> None:
    count = len(projects.list_projects(workspace.db))
    there = workspace.with_project(projects.open_project(workspace.db, f"p{count}"))
    result = bring(
        there,
        tmp_path / name,
        WRITERS[name](rows),
        columns={"output": "output", "input": "input", "id": "id"},
    )
    assert result.batch.rows_read == len(rows)
    broken = {row.row for row in result.rejected}
    kept = {(row["input"], row["output"]) for row in rows if row["output"].strip(" ")}
    found = outputs.many(there.db, outputs.ids(there.db, there.project.id)).values()
    assert {(output.input, output.text) for output in found} <= kept
    assert broken or {(output.input, output.text) for output in found} == kept


@pytest.mark.parametrize("kind", [pa.ipc.new_file, pa.ipc.new_stream])
@pytest.mark.parametrize("offset", [-70_000, 2_000_000_000])
def test_an_arrow_file_whose_offsets_lead_out_of_it_is_refused(
    workspace: Workspace, tmp_path: Path, kind: Callable[..., object], offset: int
) -> None:
    content = valid_files.as_arrow([{"output": "one text"}, {"output": "another text"}], kind)
    there = struct.pack("<3i", 0, 8, 20)
    assert content.count(there) == 1
    with pytest.raises(BadInput, match="cannot be read"):
        bring(workspace, tmp_path / "a.arrow", content.replace(there, struct.pack("<3i", 0, offset, 20)))
    assert texts(workspace) == []


def test_the_same_answer_to_two_questions_is_two_outputs(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    rows = [{"question_id": n, "text": "Not sure.", "model_id": "m-1"} for n in range(4)]
    path.write_text("\n".join(map(json.dumps, [*rows, rows[0]])), encoding="utf-8")
    batch = importing.import_file(workspace, str(path)).batch
    assert (batch.outputs_new, batch.duplicates) == (4, 1)
    assert workspace.db.rows("SELECT group_key FROM output ORDER BY 1") == [("0",), ("1",), ("2",), ("3",)]
