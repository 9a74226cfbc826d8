"""Outputs of an online shop as a corpus, English and Chinese mixed: marks are counted off the text.

They are 252 of Qwen2.5-Coder-1.5B-Instruct, under two instructions at two temperatures; the sample project
has half of them still. They stay as they are, so that figures of different days can be compared.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.bench.corpora import Item

OUTPUTS = Path(__file__).parent / "shop_outputs.jsonl"
_HAN = re.compile(r"[\u4e00-\u9fff]")


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[.!?。！？\n]+", text) if len(part.strip()) > 6]


def _han(text: str) -> bool:
    return len(_HAN.findall(text)) > len(re.findall(r"[A-Za-z]{2,}", text))


def _size(text: str) -> float:
    """About how many words."""
    return len(re.findall(r"[A-Za-z0-9]+", text)) + len(_HAN.findall(text)) / 1.7


def shop_marks(text: str, given: str) -> Iterator[str]:
    """What holds of one of the outputs, read off by code that the product does not have."""
    numbers, known = set(re.findall(r"\d+", text)), set(re.findall(r"\d+", given))
    long = {number for number in known if len(number) > 1}
    repeated = Counter(_sentences(text)).most_common(1)
    tests = {
        "placeholder": bool(re.search(r"\[[^\]\d]{3,}\]|（(姓名|公司|您的)[^）]*）", text)),
        "refuses": bool(re.search(r"(can't|cannot|unable to) (assist|help)|无法|不能提供", text)),
        "too long": _size(text) > 105,
        "too short": _size(text) < 25,
        "concession": bool(
            re.search(r"however|unfortunately|although|但是|然而|不过|遗憾", text, re.IGNORECASE)
        ),
        "cut off": bool(text.strip()) and text.strip()[-1] not in '.!?。！？”")）',
        "leaves out numbers": len(long) > 1 and len(long - numbers) / len(long) > 0.7,
        "wrong number": any(len(number) > 1 for number in numbers - known),
        "other language": _han(text) != _han(given),
        "repeats": bool(repeated) and repeated[0][1] > 1,
        "no thanks": not re.search(r"thank|sorry|apolog|感谢|抱歉|谢谢", text, re.IGNORECASE),
        "bullets": len(re.findall(r"(?m)^\s*(?:[-*•]|\d+[.)、])", text)) > 2,
        "shouts": len(re.findall(r"[!！]", text)) > 1,
        "unaddressed": not re.match(r"\s*(dear|hi|hello|尊敬|亲爱|您好|你好)", text, re.IGNORECASE),
    }
    yield from (mark for mark, holds in tests.items() if holds)


def shop() -> list[Item]:
    """The outputs with their marks."""
    lines = OUTPUTS.read_text("utf-8").splitlines()
    found = []
    for record in map(json.loads, lines):
        given = f"{record['input']}\n{record.get('context', '')}"
        marks = dict.fromkeys(shop_marks(record["output"], given), "")
        language = "zh" if _han(record["output"]) else "en"
        context = record.get("context", "")
        found.append(Item(record["output"], record["input"], language, record["group"], marks, context))
    return found
