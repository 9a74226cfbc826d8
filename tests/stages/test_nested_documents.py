"""Documents whose rows stand deep: the lists that may be the outputs are proposed, and can be chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.stages import importing
from labelcore.stages.importing import Description, SeveralParts
from labelcore.store import outputs
from labelcore.workspace import Workspace

ROWS = [{"question": f"q{n}", "answer": f"a{n}"} for n in range(3)]


def texts(workspace: Workspace) -> list[str]:
    known = outputs.ids(workspace.db, workspace.project.id)
    found = outputs.many(workspace.db, known)
    return [found[output_id].text for output_id in known]


def written(folder: Path, value: object) -> str:
    path = folder / "a.json"
    path.write_text(json.dumps(value))
    return str(path)


def test_rows_under_many_keys_come_in(workspace: Workspace, tmp_path: Path) -> None:
    value: object = ROWS
    for key in "abcdefgh":
        value = {key: value, "n": 1}
    importing.import_file(workspace, written(tmp_path, value))
    assert texts(workspace) == ["a0", "a1", "a2"]


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (
            {"runs": [{"name": "x", "results": ROWS[:2]}, {"name": "y", "results": ROWS[2:]}]},
            "runs[].results[]",
        ),
        ([{"run": {"cases": ROWS}}], "[].run.cases[]"),
        ({"a": [{"b": [{"c": ROWS}]}]}, "a[].b[].c[]"),
    ],
)
def test_lists_within_the_rows_of_others_are_proposed(
    workspace: Workspace, tmp_path: Path, value: object, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, value)
    with pytest.raises(SeveralParts) as refused:
        importing.import_file(workspace, file)
    assert part in refused.value.parts
    assert importing.preview(workspace, file, described=Description(part=part)).rows_read == 3
    monkeypatch.setattr("labelcore.store.formats.documents._WHOLE", 10)
    importing.import_file(workspace, file, described=Description(part=part))
    assert texts(workspace) == ["a0", "a1", "a2"]


def test_columns_that_a_person_names_decide_which_list_is_read(workspace: Workspace, tmp_path: Path) -> None:
    file = written(tmp_path, [{"title": "one", "steps": ROWS}, {"title": "two", "steps": []}])
    importing.import_file(workspace, file, described=Description(columns={"output": "title"}))
    assert texts(workspace) == ["one", "two"]


@pytest.mark.parametrize("deep", [2_000, 100_000])
def test_a_row_that_is_nested_too_deep_costs_just_itself(
    workspace: Workspace, tmp_path: Path, deep: int
) -> None:
    file = tmp_path / "a.json"
    odd = '{"answer": "odd", "meta": ' + "[" * deep + "]" * deep + "}"
    file.write_text('{"info": {"n": 1}, "rows": [{"answer": "one"}, ' + odd + ', {"answer": "two"}]}')
    result = importing.import_file(workspace, str(file))
    assert texts(workspace) == ["one", "two"]
    assert [(row.row, row.reason) for row in result.rejected] == [(2, "the record is nested too deep")]


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"a":['])
def test_nothing_but_nesting_is_refused(workspace: Workspace, tmp_path: Path, opening: str) -> None:
    closing = "".join({"[": "]", "{": "}"}.get(mark, "") for mark in reversed(opening))
    (tmp_path / "a.json").write_text(opening * 100_000 + "1" + closing * 100_000)
    with pytest.raises(BadInput):
        importing.import_file(workspace, str(tmp_path / "a.json"))


def test_keys_with_dots_lead_to_their_rows(workspace: Workspace, tmp_path: Path) -> None:
    importing.import_file(workspace, written(tmp_path, {"gen_ai.calls": {"v1.2": ROWS}, "app.name": "x"}))
    assert texts(workspace) == ["a0", "a1", "a2"]


@pytest.mark.parametrize(
    "value", [{"event": "17", "tags": ["a", "b"]}, {"n": 1, "meta": {"names": ["a", "b"]}}]
)
def test_words_that_describe_something_are_no_outputs(
    workspace: Workspace, tmp_path: Path, value: object
) -> None:
    with pytest.raises(BadInput):
        importing.import_file(workspace, written(tmp_path, value))
    assert texts(workspace) == []


def test_a_list_of_texts_is_outputs_by_its_key_or_where_it_is_all(
    workspace: Workspace, tmp_path: Path
) -> None:
    importing.import_file(workspace, written(tmp_path, {"model": "m", "responses": ["one", "two"]}))
    importing.import_file(workspace, written(tmp_path, ["three", "four"]))
    assert sorted(texts(workspace)) == ["four", "one", "three", "two"]


def test_what_a_summary_was_made_from_is_its_context(workspace: Workspace, tmp_path: Path) -> None:
    told = [{"dialogue": "#A#: Ill? #B#: Yes.", "summary": "B is ill."}, {"text": "Long.", "summary": "L."}]
    told.append({"dialog_history": "so , is it raining ?\nnot here .", "response": "Then I shall go out."})
    for row in told:
        importing.import_file(workspace, written(tmp_path, [row]))
    found = outputs.many(workspace.db, outputs.ids(workspace.db, workspace.project.id))
    assert {output.context for output in found.values()} == {
        "#A#: Ill? #B#: Yes.",
        "Long.",
        "so , is it raining ?\nnot here .",
    }
