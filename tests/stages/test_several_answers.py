"""Several outputs in one row of a file: each reply of a chat, each answer of a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labelcore.stages import importing
from labelcore.stages.importing import Description
from labelcore.workspace import Workspace


def chat(*texts: str) -> list[dict[str, str]]:
    return [
        {"role": "user" if at % 2 == 0 else "assistant", "content": text} for at, text in enumerate(texts)
    ]


def written(path: Path, rows: list[Any]) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


def stored(workspace: Workspace) -> list[tuple[Any, ...]]:
    return workspace.db.rows(
        "SELECT row_number, text, input, conversation FROM output WHERE project_id = ? ORDER BY row_number",
        [workspace.project.id],
    )


def codes(result: importing.ImportResult) -> set[str]:
    return {warning.code for warning in result.warnings}


def test_each_reply_is_stored_once_with_what_came_before_it(workspace: Workspace, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "messages": chat("Hi", "Hello!", "Bye", "Bye.")},
        {"id": "b", "messages": chat("Anybody?")},
        {"id": "c", "messages": chat("Rain?", "Yes.")},
    ]
    path = written(tmp_path / "chats.jsonl", rows)
    result = importing.import_file(workspace, path, described=Description(replies="each"))
    assert (result.batch.outputs_new, result.batch.rows_rejected, result.batch.rows_read) == (3, 1, 4)
    assert [(row, text) for row, text, *_ in stored(workspace)] == [(1, "Hello!"), (2, "Bye."), (4, "Yes.")]
    assert [len(json.loads(before)) for *_, before in stored(workspace)] == [1, 3, 1]
    (ids,) = workspace.db.rows("SELECT count(DISTINCT output_id) FROM output")
    assert ids == (3,)
    assert [row.row for row in result.rejected] == [3]


def test_a_list_of_answers_is_an_output_for_each_of_one_source(workspace: Workspace, tmp_path: Path) -> None:
    rows = [
        {"prompt": "Rain?", "responses": ["Yes.", "No."], "correct": True},
        {"prompt": "Sun?", "responses": ["It shines."], "correct": False},
    ]
    result = importing.import_file(workspace, written(tmp_path / "samples.jsonl", rows))
    assert [(row, text, asked) for row, text, asked, _ in stored(workspace)] == [
        (1, "Yes.", "Rain?"),
        (2, "No.", "Rain?"),
        (3, "It shines.", "Sun?"),
    ]
    assert "lists_split" in codes(result) and result.batch.grades_new == 0
    assert workspace.db.rows("SELECT count(DISTINCT input_key) FROM output") == [(2,)]


def test_messages_of_a_model_in_a_list_are_its_words(workspace: Workspace, tmp_path: Path) -> None:
    answers = [{"message": {"role": "assistant", "content": "Yes."}}, {"text": "No."}]
    rows = [{"prompt": "Rain?", "outputs": answers}]
    importing.import_file(workspace, written(tmp_path / "samples.jsonl", rows))
    assert [text for _, text, *_ in stored(workspace)] == ["Yes.", "No."]


@pytest.mark.parametrize(
    "described",
    [Description(), Description(columns={"output": "responses"}, grades=("overall=good",))],
    ids=["one answer may be a list", "a grade says not of which"],
)
def test_a_list_that_may_be_one_answer_is_said_and_kept(
    workspace: Workspace, tmp_path: Path, described: Description
) -> None:
    name = described.columns.get("output", "response")
    rows = [{"prompt": "Three tags?", name: ["red", "big"], "good": "pass"}]
    path = written(tmp_path / "lists.jsonl", rows)
    result = importing.import_file(workspace, path, described=described)
    assert [text for _, text, *_ in stored(workspace)] == ['["red","big"]']
    assert "lists_kept" in codes(result)
    if not described.columns:
        importing.import_file(workspace, path, described=Description(replies="each"))
        assert {text for _, text, *_ in stored(workspace)} == {'["red","big"]', "red", "big"}


def test_lists_in_lists_and_lists_of_one_are_answers_too(workspace: Workspace, tmp_path: Path) -> None:
    nested = [{"prompt": "Rain?", "responses": [["Yes.", "No."], ["Maybe."]]}]
    result = importing.import_file(workspace, written(tmp_path / "nested.jsonl", nested))
    assert "lists_split" in codes(result)
    single = [{"prompt": f"Sun {n}?", "generations": [f"It shines {n}."]} for n in range(2)]
    importing.import_file(workspace, written(tmp_path / "single.jsonl", single))
    texts = {text for _, text, *_ in stored(workspace)}
    assert texts == {"Yes.", "No.", "Maybe.", "It shines 0.", "It shines 1."}
    kept = importing.preview(
        workspace, written(tmp_path / "one.jsonl", [{"prompt": "Hot?", "answer": ["No."]}])
    )
    assert "lists_kept" in [told.code for told in kept.warnings]


def test_a_grade_beside_lists_of_one_answer_is_of_that_answer(workspace: Workspace, tmp_path: Path) -> None:
    rows = [{"prompt": f"{n}?", "responses": [f"it is {n}"], "grade": "good"} for n in range(4)]
    result = importing.import_file(workspace, written(tmp_path / "graded.jsonl", rows))
    assert result.batch.grades_new == 4
    assert {text for _, text, *_ in stored(workspace)} == {f"it is {n}" for n in range(4)}


@pytest.mark.parametrize(
    "cell",
    [
        [["what is it", "it is red"], ["and now", "it is blue"]],
        [["what is it", "it is red"]],
        [chat("what is it", "it is red", "and now", "it is blue"), chat("what is it", "it is red")],
    ],
    ids=["pairs", "a pair", "lists of messages"],
)
def test_what_a_user_said_within_a_list_is_no_answer(
    workspace: Workspace, tmp_path: Path, cell: list[Any]
) -> None:
    rows = [{"prompt": f"{n}?", "answers": cell} for n in range(2)]
    importing.import_file(workspace, written(tmp_path / "pairs.jsonl", rows))
    assert [json.loads(text) for _, text, *_ in stored(workspace)] == [cell, cell]
