"""Records of other people that share some names with a tool's are not taken for it."""

from __future__ import annotations

from typing import Any

import pytest

from labelcore.store.formats import every_tool
from tests.store.formats.source import lines

ASKED: dict[str, Any] = {"inputs": {"q": "Who pays?"}, "output": "The tenant."}


@pytest.mark.parametrize(
    "record",
    [
        {"op_name": "answer", "trace_id": "t", "started_at": "2026-01-01", **ASKED},
        {"config": {"model": "m"}, "feedback": [{"user": "u", "value": "good"}], **ASKED},
        {"source": {"name": "web"}, "conversation_parts": [{"role": "user", "text": "Who pays?"}]},
        {"displayed_text": "The tenant.", "label": "good"},
        {"prompt": "Who pays?", "response": "You.", "prediction": "x", "annotation": "y", "status": "done"},
        {"trace_id": "t", "name": "n", "value": 1, "source": "API", "text": "The tenant."},
        {"inputs.query": "Who pays?", "outputs.response": "The tenant.", "execution_time": 1},
        {"inputRecord": {"q": "Who pays?"}, "modelResponses": ["The tenant."]},
        {"data_row": {"id": 1}, "label": "good"},
        {"run_id": "r1", "key": "tone", "score": 1},
    ],
)
def test_records_that_only_look_like_a_tools_are_read_by_their_columns(record: dict[str, Any]) -> None:
    head = lines([record]).head
    assert {name for name, tool in every_tool().items() if tool.recognise(head) >= 0.5} == set()
