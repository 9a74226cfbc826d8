"""What is read of a text sooner is what is read of it slowly: on the sample's outputs and on odd texts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import re2

from labelcore.judges.detectors import REGISTRY
from labelcore.judges.detectors.manner import PATTERNS
from labelcore.models import Output
from labelcore.text import pairing, reading
from labelcore.text.patterns import Patterns, bytes_of

ROOT = Path(__file__).parents[2]
SAMPLE = [
    json.loads(line) for line in (ROOT / "data" / "sample_outputs.jsonl").read_text("utf-8").splitlines()
]
ODD = [
    "",
    "\ud800 sorry",
    "İ’m Noé, don’t",
    "éen't know, no doubt; knot only",
    "不过差不多10天",
    "a" * 60_000,
]
TEXTS = [text for record in SAMPLE for text in (record["output"], record.get("input") or "")] + ODD


def test_a_pattern_that_is_counted_with_the_others_is_counted_as_by_itself() -> None:
    together = Patterns(PATTERNS)
    alone = {name: re2.compile(f"(?i){pattern}") for name, pattern in PATTERNS.items()}
    for text in TEXTS:
        plain = reading.well_formed(text[: reading.LONGEST])
        expected = {name: len(pattern.findall(plain)) for name, pattern in alone.items()}
        assert dict(together.counts(bytes_of(text))) == {name: n for name, n in expected.items() if n}


def test_patterns_are_found_one_by_one_where_their_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    together = Patterns(PATTERNS)
    expected = [together.counts(bytes_of(text)) for text in TEXTS]

    monkeypatch.setattr(together, "_set", SimpleNamespace(Match=lambda _: None))
    assert [together.counts(bytes_of(text)) for text in TEXTS] == expected


def test_words_and_shares_of_plain_texts_are_those_of_all_texts() -> None:
    for text in TEXTS:
        cut = text[: reading.LONGEST]
        assert reading.words(text) == tuple(word.lower() for word in reading._WORD.findall(cut))
        letters, han = re.findall(r"[^\W\d_]", cut), re.findall("[\u3400-\u9fff]", cut)
        assert reading.han_share(text) == (len(han) / len(letters) if letters else 0.0)


def test_no_sentence_that_denies_is_passed_over() -> None:
    for text in TEXTS:
        plain = pairing._NOT_NEGATED.sub("", text.lower())
        assert pairing.negations(text) == len(pairing._NEGATED.findall(plain))


@pytest.mark.parametrize("given", ["", "a b c", SAMPLE[0]["output"], " ".join(map(str, range(70)))])
def test_copies_are_the_runs_that_stand_in_both_texts(given: str) -> None:
    for text in (*TEXTS[:40], " ".join(map(str, range(3, 60)))):
        here, there = ({words[at : at + 5] for at in range(len(words) - 4)} for words in _both(text, given))
        share = len(here & there) / len(here) if here and there else None
        assert _measured("copied", text, given) == share
        longest = 0
        for size in (4, 8, 16, 32, 64):
            runs = [
                {words[at : at + size] for at in range(len(words) - size + 1)} for words in _both(text, given)
            ]
            if not runs[0] & runs[1]:
                break
            longest = size
        assert _measured("longest copy", text, given) == (longest if reading.words(given) else None)


def _both(text: str, given: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return reading.words(text), reading.words(given)


def _measured(name: str, text: str, given: str) -> float | None:
    return REGISTRY[name].feature(Output(id="o", project_id="p", text=text, input=given), {})
