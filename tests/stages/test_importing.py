"""Good rows come in, bad rows are kept apart with row, field and reason, nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput
from labelcore.judges.code_checks import CodeSpec
from labelcore.judges.kinds.code import decide
from labelcore.messages import sentence
from labelcore.stages import grading, importing, projects, sampling
from labelcore.store import grades, outputs
from labelcore.store.formats import base, every_format
from labelcore.store.formats.base import registered
from labelcore.store.outputs import content_id
from labelcore.workspace import Workspace

pytestmark = pytest.mark.whole

HEAD = "id,input,output,grade,note\n"


def bring(workspace: Workspace, path: Path, content: str | bytes) -> importing.ImportResult:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return importing.import_file(workspace, str(path))


def texts(workspace: Workspace) -> list[str]:
    found = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id))
    return [found[i].text for i in outputs.ids(workspace.db, workspace.project.id)]


def test_csv_with_grades_and_notes_comes_along(workspace: Workspace, tmp_path: Path) -> None:
    rows = HEAD + 'a,q1,first answer,pass,\nb,q2,"second, answer\nover lines",0,too long\nc,q3,third,,\n'
    result = bring(workspace, tmp_path / "a.csv", rows)
    assert (result.batch.rows_read, result.batch.outputs_new, result.batch.grades_new) == (3, 3, 2)
    assert texts(workspace) == ["first answer", "second, answer\nover lines", "third"]
    labels = grading.human_labels(workspace)
    assert sorted(labels.value.values()) == [False, True]
    assert list(labels.notes.values()) == [("too long",)]


def test_the_same_file_twice_adds_nothing(workspace: Workspace, tmp_path: Path) -> None:
    rows = HEAD + "a,q,one,pass,\nb,q,two,fail,bad\n"
    bring(workspace, tmp_path / "a.csv", rows)
    again = bring(workspace, tmp_path / "b.csv", rows).batch
    assert (again.outputs_new, again.outputs_known, again.grades_new) == (0, 2, 0)
    assert len(grades.history(workspace.db, workspace.project.id)) == 2


def test_duplicates_within_a_file_are_not_called_known(workspace: Workspace, tmp_path: Path) -> None:
    rows = "input,output\nq,one\nq,two\nq,one\nq,one\n"
    first = bring(workspace, tmp_path / "a.csv", rows).batch
    assert (first.outputs_new, first.outputs_known, first.duplicates) == (2, 0, 2)
    again = bring(workspace, tmp_path / "b.csv", rows + "q,three\n").batch
    assert (again.outputs_new, again.outputs_known, again.duplicates) == (1, 2, 2)
    assert {record.duplicates for record in importing.imports(workspace)} == {2}


def test_a_changed_grade_supersedes(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path / "a.csv", HEAD + "a,q,one,pass,\n")
    bring(workspace, tmp_path / "b.csv", HEAD + "a,q,one,fail,late\n")
    assert [g.value for g in grades.current(workspace.db, workspace.project.id)] == ["fail"]
    assert len(grades.history(workspace.db, workspace.project.id)) == 2


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_delimiters_are_found(workspace: Workspace, tmp_path: Path, mark: str) -> None:
    rows = (HEAD + "a,q,one,pass,\nb,q,two,fail,bad\n").replace(",", mark)
    assert bring(workspace, tmp_path / "a.csv", rows).batch.outputs_new == 2


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "好的，没问题"),
        ("utf-16", "好的 ok"),
        ("latin-1", "café déjà vu"),
        ("gb18030", "您好，订单已经发货，请查收。"),
    ],
)
def test_other_encodings_are_read(workspace: Workspace, tmp_path: Path, encoding: str, text: str) -> None:
    result = bring(workspace, tmp_path / "a.csv", f"id,output\na,{text}\n".encode(encoding))
    assert texts(workspace) == [text]
    assert bool(result.warnings) is True


def test_nul_characters_stay_visible(workspace: Workspace, tmp_path: Path) -> None:
    result = bring(workspace, tmp_path / "a.csv", b"id,output\na,x\x00y\n")
    assert texts(workspace) == ["x␀y"]
    assert "NUL" in sentence(result.warnings)


def test_ragged_rows_are_kept_apart(workspace: Workspace, tmp_path: Path) -> None:
    rows = "id,output\na,one\nb,two,surplus\nc\nd,four\n"
    result = bring(workspace, tmp_path / "a.csv", rows)
    assert texts(workspace) == ["one", "four"]
    assert [(bad.row, bad.reason) for bad in result.rejected] == [
        (3, "the row has 3 fields, the header has 2"),
        (4, "the row has 1 fields, the header has 2"),
    ]
    assert "b,two,surplus" in importing.rejected_csv(workspace.db, result.batch.id)


def test_malformed_json_lines_in_the_middle(workspace: Workspace, tmp_path: Path) -> None:
    rows = '{"output": "one"}\n{"output": "tw\n[1]\n{"output": "four", "extra": {"a": 1}}\n'
    result = bring(workspace, tmp_path / "a.jsonl", rows)
    assert texts(workspace) == ["one", "four"]
    assert [bad.row for bad in result.rejected] == [2, 3]
    assert result.batch.rows_rejected == 2
    found = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id))
    assert json.loads(next(o for o in found.values() if o.text == "four").metadata["extra"]) == {"a": 1}


def test_json_documents_and_nested_lists(workspace: Workspace, tmp_path: Path) -> None:
    array = json.dumps([{"output": "one", "input": "q"}, {"output": "two"}], indent=1)
    held = json.dumps({"name": "export", "data": [{"output": "three"}]}, indent=1)
    assert bring(workspace, tmp_path / "a.json", array).batch.outputs_new == 2
    assert bring(workspace, tmp_path / "b.json", held).batch.outputs_new == 1


def test_conversations_become_turns(workspace: Workspace, tmp_path: Path) -> None:
    line = json.dumps({"output": "bye", "messages": [{"role": "user", "content": "hi"}]})
    bring(workspace, tmp_path / "a.jsonl", line + "\n")
    (found,) = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    assert [(turn.role, turn.content) for turn in found.conversation] == [("user", "hi")]


def test_parquet(workspace: Workspace, tmp_path: Path) -> None:
    table = pa.table({"output": ["one", "two"], "score": [1, 0], "tags": [["a"], ["b"]]})
    pq.write_table(table, tmp_path / "a.parquet")
    batch = importing.import_file(workspace, str(tmp_path / "a.parquet")).batch
    assert (batch.outputs_new, batch.grades_new) == (2, 0)
    told = importing.Description(grades=("overall=score",), passes_from=("1",))
    batch = importing.import_file(workspace, str(tmp_path / "a.parquet"), described=told).batch
    assert (batch.outputs_known, batch.grades_new) == (2, 2)


def test_duplicated_ids_with_different_text(workspace: Workspace, tmp_path: Path) -> None:
    rows = "id,output,model\na,one,m1\na,two,m1\na,three,m2\na,one,m1\n"
    path = tmp_path / "a.csv"
    path.write_text(rows)
    wanted = importing.Mapping(output="output", id="id", model="model")
    result = importing.import_file(workspace, str(path), wanted)
    assert sorted(texts(workspace)) == ["one", "three"]
    assert [(bad.row, bad.field) for bad in result.rejected] == [(3, "id")]
    assert "stands already in row 2" in result.rejected[0].reason
    assert (result.batch.outputs_known, result.batch.duplicates) == (0, 1)


def test_empty_outputs_and_odd_grades_are_named(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,output,grade\na,  ,pass\nb,two,perhaps\nc,three,通过\n")
    with pytest.raises(BadInput, match="mean: 'perhaps'"):
        importing.import_file(workspace, str(path), importing.Mapping(output="output", grade="grade"))
    told = importing.Description(grades=("overall=grade",), no_grade=("perhaps",))
    result = importing.import_file(workspace, str(path), described=told)
    assert [(bad.row, bad.field, bad.reason) for bad in result.rejected] == [
        (2, "output", "the output is empty")
    ]
    assert (result.batch.outputs_new, result.batch.grades_new) == (2, 1)


def test_a_large_cell_comes_in(workspace: Workspace, tmp_path: Path) -> None:
    batch = bring(workspace, tmp_path / "a.csv", "id,output\na," + "x" * 10_000_000 + "\nb,small\n").batch
    assert batch.outputs_new == 2


def test_grades_alone_find_their_outputs(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path / "a.csv", "id,output\na,one\nb,two\n")
    path = tmp_path / "g.csv"
    path.write_text("id,annotator,grade,note\na,mira,fail,wrong\nz,mira,pass,\n")
    wanted = importing.Mapping(id="id", grade="grade", note="note", annotator="annotator")
    result = importing.import_file(workspace, str(path), wanted)
    assert result.batch.grades_new == 1
    assert [(bad.row, bad.reason) for bad in result.rejected] == [(3, "no output has the id 'z'")]
    assert grades.current(workspace.db, workspace.project.id)[0].annotator == "mira"


def test_verdicts_of_other_tools_become_a_judge(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("output,tool\none,pass\ntwo,fail\nthree,maybe\nfour,what\n")
    wanted = importing.Mapping(output="output", verdicts={"their judge": "tool"})
    with pytest.raises(BadInput, match="mean: 'what'"):
        importing.import_file(workspace, str(path), wanted)
    wanted = wanted.model_copy(update={"said": importing.GivenMeanings(no_grade=("what",))})
    assert importing.import_file(workspace, str(path), wanted).batch.verdicts_new == 3
    assert importing.import_file(workspace, str(path), wanted).batch.verdicts_new == 0


def test_a_column_that_does_not_exist_names_the_nearest(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,answer\na,one\n")
    with pytest.raises(BadInput, match="Did you mean 'answer'"):
        importing.import_file(
            workspace, str(path), described=importing.Description(columns={"output": "anwser"})
        )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "is empty"),
        ("book.xlsx", b"PK\x03\x04rest", "cannot be read"),
        ("cut.json", b'[{"output": "a"}, {"outp', "not valid JSON"),
        ("fake.parquet", b"hello there", "not a Parquet file"),
    ],
)
def test_files_that_cannot_be_read_get_a_sentence(
    workspace: Workspace, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        bring(workspace, tmp_path / name, content)


def test_a_folder_a_missing_file_and_a_header_alone(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is a folder without"):
        importing.import_file(workspace, str(tmp_path))
    (tmp_path / "outputs.csv").write_text("id,output\n")
    with pytest.raises(BadInput, match=r"Did you mean outputs\.csv"):
        importing.import_file(workspace, str(tmp_path / "outptus.csv"))
    result = importing.import_file(workspace, str(tmp_path / "outputs.csv"))
    assert "The file has a header but no rows." in sentence(result.warnings)


def test_a_glob_imports_every_file(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"output\n{name} text\n")
    batch = importing.import_file(workspace, str(tmp_path / "*.csv")).batch
    assert (batch.rows_read, batch.outputs_new) == (2, 2)


def test_the_first_line_may_be_no_header(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="looks like data"):
        bring(workspace, tmp_path / "a.csv", "1,3.5\n2,4.5\n")


def test_mapping_is_guessed_from_names_and_contents(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("doc_id,问题,回答,human_pass,备注\n1,q,long answer here,1,\n2,r,another answer,0,错\n")
    guessed = importing.preview(workspace, str(path)).guessed
    assert (guessed.input, guessed.output, guessed.grade, guessed.note, guessed.group) == (
        "问题",
        "回答",
        "human_pass",
        "备注",
        "doc_id",
    )


def test_short_answers_to_different_documents_are_different(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("doc,output\n1,yes\n2,yes\n")
    wanted = importing.Mapping(output="output", group="doc")
    assert importing.import_file(workspace, str(path), wanted).batch.outputs_new == 2


anything = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20
).filter(str.strip)


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(output=anything, question=anything)
def test_identity_is_the_same_in_sql_and_in_python(
    workspace: Workspace, tmp_path: Path, output: str, question: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"output": output, "input": question}) + "\n")
    importing.import_file(workspace, str(path), importing.Mapping(output="output", input="input"))
    assert outputs.existing(workspace.db, [content_id(workspace.project.id, output, input=question)])


def test_grades_find_the_output_of_a_row_whose_content_was_known(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = "id,input,output\na,why,same\nb,why,same\n"
    (tmp_path / "rows.csv").write_text(rows)
    first = importing.import_file(workspace, str(tmp_path / "rows.csv"))
    assert (first.batch.outputs_new, first.batch.outputs_known, first.batch.duplicates) == (1, 0, 1)
    again = importing.import_file(workspace, str(tmp_path / "rows.csv"))
    assert again.batch.outputs_new == 0
    (tmp_path / "grades.csv").write_text("id,grade,annotator\na,pass,x\nb,fail,y\n")
    mapping = importing.Mapping(id="id", grade="grade", annotator="annotator")
    graded = importing.import_file(workspace, str(tmp_path / "grades.csv"), mapping)
    assert (graded.batch.grades_new, graded.batch.rows_rejected) == (2, 0)
    assert workspace.db.rows("SELECT count(*) FROM output_alias") == [(1,)]


def test_row_numbers_hold_in_a_file_that_several_threads_read(workspace: Workspace, tmp_path: Path) -> None:
    bad = {7, 99_999, 150_000}
    lines = ["id,output", *(f"{i},{'' if i in bad else 'text ' * 8 + str(i)}" for i in range(1, 160_001))]
    (tmp_path / "long.csv").write_text("\n".join(lines) + "\n")
    result = importing.import_file(workspace, str(tmp_path / "long.csv"))
    assert {rejection.row for rejection in result.rejected} == {row + 1 for row in bad}, "below the header"
    assert result.batch.outputs_new == 160_000 - len(bad)


def test_what_a_person_maps_holds_and_texts_left_open_are_found_by_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("key,input,answer,doc_id,grade\n1,why,text,d1,pass\n2,how,more,d1,fail\n")
    described = importing.Description(columns={"id": "key"})
    result = importing.import_file(workspace, str(tmp_path / "a.csv"), described=described)
    found = importing.Mapping.model_validate(result.batch.mapping)
    assert (found.id, found.input, found.output, found.group) == ("key", "input", "answer", "doc_id")
    assert found.grade is None


def test_the_newest_rule_draws_from_the_last_import_alone(workspace: Workspace, tmp_path: Path) -> None:
    for name, rows in (("old", range(9)), ("new", range(100, 105))):
        (tmp_path / f"{name}.csv").write_text("output\n" + "\n".join(f"text {i}" for i in rows))
        importing.import_file(workspace, str(tmp_path / f"{name}.csv"))
    drawn = sampling.draw_sample(workspace, rule="newest", n=3, seed=1)
    found = outputs.many(workspace.db, [pick.output_id for pick in drawn.picks])
    assert {int(output.text.split()[1]) for output in found.values()} <= set(range(100, 105))
    assert [pick.probability for pick in drawn.picks] == [None] * 3


def test_a_reference_column_is_what_scorers_compare_with(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "refs.csv"
    file.write_text("input,output,reference\nask,the cat sat,the cat sat\nask more,a dog,the cat ran\n")
    importing.import_file(workspace, str(file))
    every = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id)).values()
    assert {output.reference for output in every} == {"the cat sat", "the cat ran"}
    assert {output.context for output in every} == {""}
    spec = CodeSpec(detector="no exact match", side="above", threshold=0.5)
    values = {output.text: decide(spec, output).value for output in every}
    assert values == {"the cat sat": "pass", "a dog": "fail"}
    other = projects.open_project(workspace.db, "mapped")
    described = importing.Description(columns={"context": "reference"})
    importing.import_file(workspace.with_project(other), str(file), described=described)
    every = outputs.many(workspace.db, outputs.ids(workspace.db, other.id)).values()
    assert {output.context for output in every} == {"the cat sat", "the cat ran"}, "what is said holds"


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read into the database's tables, each time that they were."""
    found: list[str] = []
    delimited = every_format()["csv"]

    def counted(cursor: duckdb.DuckDBPyConnection, path: Path, part: str) -> base.Staging:
        found.append(path.name)
        return delimited.stage(cursor, path, part)

    monkeypatch.setitem(registered(), "csv", delimited._replace(stage=counted))
    return found


def test_a_described_file_is_read_once(workspace: Workspace, tmp_path: Path, readings: list[str]) -> None:
    file = tmp_path / "a.csv"
    file.write_text("answer,good\none,yes\ntwo,no\n")
    arguments = {"file": str(file), "columns": {"output": "answer"}, "grades": ["overall=good"]}
    request = Request(operation="import", project=workspace.project.name, arguments=arguments)
    assert execute(workspace.db, request).document["grades_new"] == 2
    assert readings == ["a.csv"]


def test_a_preview_reads_a_file_again_only_when_it_has_changed(
    workspace: Workspace, tmp_path: Path, readings: list[str]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("output\none\n")
    seen = [importing.preview(workspace, str(file)).rows_read for _ in range(5)]
    uploaded = [importing.preview_bytes(workspace, "b.csv", b"output\nx\n").rows_read for _ in range(5)]
    assert (seen, uploaded, readings) == ([1] * 5, [1] * 5, ["a.csv", "b.csv"])
    file.write_text("output\none\ntwo\n")
    assert importing.preview(workspace, str(file)).rows_read == 2
    assert importing.preview_bytes(workspace, "b.csv", b"output\ny\n").rows[0]["output"] == "y"
    assert len(readings) == 4
