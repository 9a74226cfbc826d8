"""A key is found however it is written, and nothing else is."""

from __future__ import annotations

import json

import pytest

from labelcore.llm.blackout import black_out

KEY = "sk-a/b.c_12345678"


@pytest.mark.parametrize(
    "written",
    [
        KEY,
        f"Bearer {KEY}, {KEY}",
        json.dumps({"reason": KEY}),
        json.dumps({"text": json.dumps({"reason": KEY})}),
        json.dumps({"reason": f'"{KEY}" \\{KEY}\n{KEY}'}),
        '{"reason": "' + KEY.replace("/", "\\/") + '"}',
        '{"reason": "' + "".join(f"\\u{ord(sign):04X}" for sign in KEY) + '"}',
        json.dumps({"text": '{"reason": "\\u0073' + KEY[1:] + '"}'}),
    ],
)
def test_a_key_is_blacked_out_and_json_stays_json(written: str) -> None:
    clean = black_out(written, KEY)
    assert "[key]" in clean and "12345678" not in clean.encode().decode("unicode_escape")
    assert black_out(written.encode(), KEY) == clean.encode()
    if written.startswith("{"):
        assert KEY[1:] not in str(json.loads(clean))


@pytest.mark.parametrize("key", ["none", "ollama", "k", ""])
def test_what_is_no_secret_stays(key: str) -> None:
    assert black_out("none of ollama's keys \ud800", key) == "none of ollama's keys \ud800"
    assert black_out("\ud800 other", KEY) == "\ud800 other"
