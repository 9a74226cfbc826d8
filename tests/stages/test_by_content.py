"""What a file's cells tell where the names of its columns do not, and documents that are one chat."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labelcore.errors import BadInput
from labelcore.stages import importing
from labelcore.workspace import Workspace

TALK = [{"role": "user", "content": "Rain?", "id": 1}, {"role": "assistant", "content": "Yes.", "id": 2}]
WIDE = [
    {"type": "user", "content": "Rain?", "id": "1", "timestamp": "x", "tokens": 1, "model": None, "a": 1},
    {"type": "gemini", "content": "Yes.", "id": "2", "timestamp": "y", "tokens": 2, "model": "m", "a": 1},
]


def stored(workspace: Workspace, path: Path, value: Any) -> list[tuple[Any, ...]]:
    text = value if isinstance(value, str) else json.dumps(value)
    path.write_text(text, encoding="utf-8")
    importing.import_file(workspace, str(path))
    return workspace.db.rows("SELECT text, input, json_array_length(conversation) FROM output ORDER BY 1")


@pytest.mark.parametrize(
    "value",
    [
        TALK,
        WIDE,
        {"messages": WIDE},
        {"info": {"a": 1, "b": 2}, "tools": [{"n": 1}, {"n": 2}], "trajectory": WIDE},
    ],
    ids=["a list", "wide turns", "under a name", "beside other lists"],
)
def test_a_document_that_is_one_chat_is_one_output(workspace: Workspace, tmp_path: Path, value: Any) -> None:
    assert stored(workspace, tmp_path / "chat.json", value) == [("Yes.", "", 1)]


def test_a_column_of_chats_is_known_by_what_it_holds(workspace: Workspace, tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"case": n, "steps_taken": TALK, "tools": [{"n": 1}]}) for n in range(2))
    assert stored(workspace, tmp_path / "runs.jsonl", lines) == [("Yes.", "", 1)]


def test_a_column_for_each_side_is_an_exchange(workspace: Workspace, tmp_path: Path) -> None:
    assert stored(workspace, tmp_path / "pairs.json", [{"user": "5 + 6?", "ai": "11"}]) == [
        ("11", "5 + 6?", 0)
    ]


def test_the_only_entry_of_an_object_is_a_row(workspace: Workspace, tmp_path: Path) -> None:
    patches = {"task-1": {"instance_id": "task-1", "model_name_or_path": "m-1", "model_patch": "+ a line"}}
    assert stored(workspace, tmp_path / "preds.json", patches) == [("+ a line", "", 0)]
    assert workspace.db.rows("SELECT external_id, model FROM output") == [("task-1", "m-1")]


@pytest.mark.parametrize(
    "rows",
    [
        [{"run": "r1", "summary": {"asked": 10, "right": 7}}],
        [{"blob": {"asked": 10, "right": 7}}],
        [{"text": "I like it.", "predicted_label": "positive", "manual_label": "positive"}],
        [{"id": 1, "text": "a page", "gold": 7, "predicted": 8}],
    ],
    ids=["figures of a run", "an object alone", "what was classified", "what was rated"],
)
def test_what_may_be_no_output_is_asked(workspace: Workspace, tmp_path: Path, rows: list[Any]) -> None:
    with pytest.raises(BadInput, match="not known which column holds the outputs"):
        stored(workspace, tmp_path / "rows.jsonl", "\n".join(map(json.dumps, rows * 2)))


def test_an_id_is_not_offered_as_a_grade(workspace: Workspace, tmp_path: Path) -> None:
    rows = [{"answer": f"a{n}", "question": "q", "issue_id": n, "experiment_id": n % 2} for n in range(4)]
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    assert importing.import_file(workspace, str(path)).seen == ()


STEPS = [
    {"role": "assistant", "content": [{"type": "tool_call", "name": "sky", "arguments": {"at": "Kiel"}}]},
    {"role": "tool", "content": [{"type": "tool_result", "tool_result": {"sky": "grey"}}]},
    {"role": "assistant", "content": [{"type": "text", "text": "It is grey."}]},
]


def agents(path: Path, answers: list[Any], asked: Any = "Rain?") -> str:
    path.write_text(
        "\n".join(json.dumps({"query": asked, "response": answer}) for answer in answers), "utf-8"
    )
    return str(path)


@pytest.mark.parametrize("place", [0, 5, 300], ids=["first", "among the first", "late"])
@pytest.mark.parametrize("asked", [TALK[:1], "Rain?"], ids=["a chat", "a text"])
def test_a_plain_answer_among_chats_is_an_answer_and_they_are_chats(
    workspace: Workspace, tmp_path: Path, place: int, asked: Any
) -> None:
    chats = [[*STEPS[:2], {"role": "assistant", "content": f"Grey {n}."}] for n in range(300)]
    answers: list[Any] = [*chats[:place], "User: as you said, it pours.", *chats[place:], STEPS[:2]]
    file = agents(tmp_path / "agents.jsonl", answers, asked)
    found = importing.preview(workspace, file)
    for mapping in (None, found.guessed):
        result = importing.import_file(workspace, file, mapping)
        assert [(row.row, row.reason) for row in result.rejected] == [(302, "nobody answers in this chat")]
    texts = {text for (text,) in workspace.db.rows("SELECT text FROM output")}
    assert texts == {f"Grey {n}." for n in range(300)} | {"User: as you said, it pours."}
    assert found.rows_read == 301


def test_one_chat_among_plain_answers_is_one(workspace: Workspace, tmp_path: Path) -> None:
    importing.import_file(workspace, agents(tmp_path / "a.jsonl", [*(f"Dry {n}." for n in range(99)), STEPS]))
    texts = {text for (text,) in workspace.db.rows("SELECT text FROM output")}
    assert texts == {f"Dry {n}." for n in range(99)} | {"It is grey."}


def test_what_an_answer_says_again_of_the_chat_before_it_stands_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    asked = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hi"}]
    answer = {"role": "assistant", "content": "Hello!"}
    for name, again in (("some", [asked[1], answer]), ("all", [*asked, answer])):
        steps = [*again[:-1], STEPS[0], STEPS[1], answer]
        importing.import_file(workspace, agents(tmp_path / f"{name}.jsonl", [steps], asked))
    ((chat,),) = workspace.db.rows("SELECT conversation::VARCHAR FROM output")
    assert [turn["role"] for turn in json.loads(chat)] == ["system", "user", "assistant", "tool"]


@pytest.mark.parametrize(("asked", "n"), [(TALK[:1], 3), ("Rain?", 2)], ids=["a chat", "a text"])
def test_an_answer_with_the_steps_that_led_to_it_is_a_chat(
    workspace: Workspace, tmp_path: Path, asked: Any, n: int
) -> None:
    rows = "\n".join(json.dumps({"case": case, "query": asked, "response": STEPS}) for case in range(2))
    question = asked if isinstance(asked, str) else ""
    assert stored(workspace, tmp_path / "agents.jsonl", rows) == [("It is grey.", question, n)]
    ((before,),) = workspace.db.rows("SELECT conversation::VARCHAR FROM output")
    assert "sky" in before and "grey" in before
    ((kept,),) = workspace.db.rows("SELECT metadata::VARCHAR FROM output")
    assert "grey" not in kept


@pytest.mark.parametrize(
    ("asked", "answers", "texts"),
    [
        ("Rain?", ["Dry.", *["It pours."] * 60, STEPS], {"Dry.", "It pours.", "It is grey."}),
        (TALK[:1], [STEPS], {"It is grey."}),
        ("Rain?", [{"choices": [{"message": {"role": "assistant", "content": "No."}}]}], {"No."}),
    ],
    ids=["late among texts", "beside a chat", "a response"],
)
def test_blanks_before_json_change_nothing(
    workspace: Workspace, tmp_path: Path, asked: Any, answers: list[Any], texts: set[str]
) -> None:
    lines = (
        {
            "query": json.dumps(asked),
            "response": text if isinstance(text, str) else f" \n\t{json.dumps(text)}",
        }
        for text in answers
    )
    stored(workspace, tmp_path / "blanks.jsonl", "\n".join(map(json.dumps, lines)))
    assert {text for (text,) in workspace.db.rows("SELECT text FROM output")} == texts


def test_blanks_before_a_list_of_answers_change_nothing(workspace: Workspace, tmp_path: Path) -> None:
    lines = "\n".join(
        json.dumps({"query": "Rain?", "responses": f"\n{cell}"}) for cell in ['["Yes.", "No."]']
    )
    assert [text for text, *_ in stored(workspace, tmp_path / "lists.jsonl", lines)] == ["No.", "Yes."]


@pytest.mark.parametrize("role", ["role", "sender"])
def test_messages_of_unnamed_conversations_are_asked_about_and_never_outputs(
    workspace: Workspace, tmp_path: Path, role: str
) -> None:
    talk = [{role: ("user", "bot")[at % 2], "text": f"line {at}", "label": "good"} for at in range(4)]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, talk)), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        importing.import_file(workspace, str(path))
    assert "message of a chat" in str(refused.value) and "chat_rows" in str(refused.value.next_step)
    importing.import_file(workspace, str(path), described=importing.Description(format="chat_rows"))
    rows = workspace.db.rows("SELECT text, json_array_length(conversation) FROM output ORDER BY 1")
    assert rows == [("line 1", 1), ("line 3", 3)]


@pytest.mark.parametrize("names", [{"conversation_id": 1}, {}], ids=["a named chat", "the only chat"])
@pytest.mark.parametrize("form", ["", "chat_rows"])
@pytest.mark.parametrize("time", ["timestamp", "sent_at"])
def test_a_log_whose_newest_message_stands_first_is_to_be_sorted(
    workspace: Workspace, tmp_path: Path, names: dict[str, int], form: str, time: str
) -> None:
    talk = [
        {**names, time: f"2026-05-01T10:0{at}", "role": ("user", "bot")[at % 2], "text": f"line {at}"}
        for at in reversed(range(6))
    ]
    path, described = tmp_path / "log.jsonl", importing.Description(format=form)
    path.write_text("\n".join(map(json.dumps, talk)), encoding="utf-8")
    assert "newest_first" in {
        told.code for told in importing.preview(workspace, str(path), described=described).warnings
    }
    with pytest.raises(BadInput, match="newer ones stand before older ones") as refused:
        importing.import_file(workspace, str(path), described=described)
    assert "oldest message first" in str(refused.value.next_step)
    path.write_text("\n".join(map(json.dumps, reversed(talk))), encoding="utf-8")
    sorted_now = importing.Description(format="chat_rows")
    assert importing.import_file(workspace, str(path), described=sorted_now).batch.outputs_new == 3


def test_messages_with_labels_are_a_chat_log_and_plain_tables_stay_tables(
    workspace: Workspace, tmp_path: Path
) -> None:
    talk = [
        {"chat_id": 1, "role": ("user", "bot")[at % 2], "text": f"line {at}", "label": "x"} for at in (0, 1)
    ]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, talk)), encoding="utf-8")
    assert importing.preview(workspace, str(path)).format == "chat_rows"
    plain = tmp_path / "plain.csv"
    plain.write_text("sender,question,answer,label\nuser,q1,a1,good\nbot,q2,a2,bad\n", encoding="utf-8")
    assert importing.import_file(workspace, str(plain)).batch.grades_new == 2
