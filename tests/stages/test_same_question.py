"""One question is one source, in whatever form it comes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labelcore.stages import importing
from labelcore.store import outputs
from labelcore.workspace import Workspace

QUESTION = "Where is  my parcel?"


def sources(workspace: Workspace, folder: Path, *records: dict[str, Any]) -> int:
    """How many sources records are that come in one file each."""
    for number, record in enumerate(records):
        path = folder / f"{number}.jsonl"
        path.write_text(json.dumps({"output": f"answer {number}", **record}))
        importing.import_file(workspace, str(path))
    groups = outputs.groups(workspace.db, workspace.project.id)
    assert len(groups) == len(records)
    return len(set(groups.values()))


@pytest.mark.whole
@pytest.mark.parametrize(
    "chat",
    [
        [{"role": "user", "content": "where is my parcel?"}],
        [{"content": QUESTION, "role": "user"}],
        [{"role": "user", "content": [{"type": "text", "text": QUESTION}]}],
        [{"from": "human", "value": QUESTION}],
        [{"role": "user", "parts": [{"text": QUESTION}]}],
        {"messages": [{"role": "user", "content": QUESTION}]},
    ],
)
def test_a_chat_of_one_message_asks_what_a_text_asks(
    workspace: Workspace, tmp_path: Path, chat: object
) -> None:
    records = [{"input": QUESTION}, {"messages": chat}, {"messages": chat, "input": ""}]
    assert sources(workspace, tmp_path, *records) == 1


@pytest.mark.whole
def test_a_chat_without_an_output_column_asks_what_a_text_asks(workspace: Workspace, tmp_path: Path) -> None:
    asked = {"role": "user", "content": QUESTION}
    path = tmp_path / "chats.jsonl"
    path.write_text(json.dumps({"messages": [asked, {"role": "assistant", "content": "an answer"}]}))
    importing.import_file(workspace, str(path))
    path.write_text(json.dumps({"input": QUESTION, "output": "another"}))
    importing.import_file(workspace, str(path))
    assert len(set(outputs.groups(workspace.db, workspace.project.id).values())) == 1


@pytest.mark.whole
def test_another_context_or_an_earlier_turn_is_another_source(workspace: Workspace, tmp_path: Path) -> None:
    asked = {"role": "user", "content": QUESTION}
    records = [
        {"input": QUESTION},
        {"input": QUESTION, "context": "The shop is closed."},
        {"messages": [asked], "context": "The shop is closed."},
        {"messages": [{"role": "system", "content": "Be brief."}, asked]},
        {"messages": [asked], "input": "In one word."},
        {"messages": [{"role": "assistant", "content": QUESTION}]},
    ]
    assert sources(workspace, tmp_path, *records) == 5


def test_a_question_without_a_group_joins_the_group_that_asked_it_before(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert sources(workspace, tmp_path, {"input": QUESTION, "group": "parcels"}, {"input": QUESTION}) == 1


def test_two_groups_that_ask_the_same_are_one_source(workspace: Workspace, tmp_path: Path) -> None:
    grouped = [{"input": QUESTION, "group": "parcels"}, {"input": QUESTION, "group": "shipping"}]
    other = {"input": "And my refund?", "group": "shipping"}
    assert sources(workspace, tmp_path, *grouped) == 1
    path = tmp_path / "several.jsonl"
    path.write_text(
        "\n".join(json.dumps({"output": f"{n}", **row}) for n, row in enumerate([*grouped, other]))
    )
    importing.import_file(workspace, str(path))
    assert len(set(outputs.groups(workspace.db, workspace.project.id).values())) == 1
