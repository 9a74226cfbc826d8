"""Inspect: a log as JSON, and the zip that it is written in."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from labelcore.store.formats.inspect_zip import is_log, write_document
from tests.store.formats.source import contents, document, read, said

EVAL = {"task": "triage", "model": "openai/gpt-4.1", "created": "2026-10-01T08:00:00+00:00"}
PLAIN = {
    "id": 7,
    "epoch": 2,
    "input": "Is 91 prime?",
    "target": "no",
    "messages": [
        {"role": "user", "content": "Is 91 prime?", "source": "input"},
        {"role": "assistant", "content": "No, it is 7 times 13.", "source": "generate"},
    ],
    "output": {
        "model": "gpt-4.1-2026",
        "choices": [
            {"message": {"role": "assistant", "content": "No, it is 7 times 13."}, "stop_reason": "stop"}
        ],
    },
    "scores": {
        "match": {"value": "C", "answer": "no", "explanation": None},
        "quality": {"value": {"clear": "P", "short": 0.5}, "explanation": "fair"},
    },
    "metadata": {"topic": "numbers"},
}
EDITED = {
    "id": "s2",
    "epoch": 1,
    "input": [{"role": "system", "content": "Use tools."}, {"role": "user", "content": "Rain?"}],
    "target": ["yes"],
    "messages": [
        {"role": "system", "content": "Use tools."},
        {"role": "user", "content": "Rain?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": "weather", "arguments": {"city": "Oslo"}}
            ],
        },
        {"role": "tool", "content": "wet", "function": "weather", "tool_call_id": "c1"},
        {
            "role": "assistant",
            "content": [{"type": "reasoning", "reasoning": "…"}, {"type": "text", "text": "Yes."}],
        },
    ],
    "output": {"completion": "Yes.", "choices": [{"message": {"role": "assistant", "content": "Yes."}}]},
    "scores": {
        "judge": {
            "value": "C",
            "history": [
                {"value": "I", "explanation": "no umbrella"},
                {
                    "value": "C",
                    "explanation": "it is right",
                    "provenance": {
                        "author": "cy",
                        "timestamp": "2026-10-02T08:00:00+00:00",
                        "reason": "reread",
                    },
                },
            ],
        }
    },
}
FAILED = {"id": "s3", "epoch": 1, "input": "x", "target": "", "output": {"choices": []}, "scores": {}}


def test_a_sample_is_an_output_its_epoch_a_repeat_and_c_a_pass() -> None:
    (row,) = read("inspect", document({"version": 2, "eval": EVAL, "samples": [PLAIN]}))
    assert (row.output, row.input, row.conversation) == ("No, it is 7 times 13.", "Is 91 prime?", [])
    assert (row.id, row.group, row.model, row.at) == ("7/2", "7", "gpt-4.1-2026", EVAL["created"])
    assert row.details == {"target": "no", "epoch": 2, "task": "triage", "metadata": {"topic": "numbers"}}
    assert said(row) == [
        ("verdict", "match", "C", "pass", ""),
        ("verdict", "quality/clear", "P", "", ""),
        ("verdict", "quality/short", "0.5", "", ""),
    ]


def test_a_persons_edit_of_a_score_is_that_persons_grade() -> None:
    rows = read("inspect", document({"eval": EVAL, "samples": [EDITED, FAILED]}), whole=False)
    (row,) = rows
    assert (row.output, row.input, row.model) == ("Yes.", "", "openai/gpt-4.1")
    assert contents(row)[-2:] == [("assistant", ""), ("tool", "wet")]
    assert row.conversation[2]["tool_calls"] == [{"name": "weather", "arguments": '{"city":"Oslo"}'}]
    assert said(row) == [("verdict", "judge", "I", "fail", ""), ("grade", "judge", "C", "pass", "cy")]
    assert [found.reason for found in row.remarks] == ["no umbrella", "reread"]


def test_the_zip_becomes_the_document_that_it_is(tmp_path: Path) -> None:
    path, target = tmp_path / "log.eval", tmp_path / "log.json"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as log:
        log.writestr("header.json", json.dumps({"version": 2, "eval": EVAL}))
        log.writestr("samples/7_epoch_2.json", json.dumps(PLAIN))
        log.writestr("samples/s2_epoch_1.json", json.dumps(EDITED))
        log.writestr("summaries.json", "[]")
    assert is_log(path)
    write_document(path, target)
    assert json.loads(target.read_text()) == {"eval": EVAL, "samples": [PLAIN, EDITED]}
    assert not is_log(target)
