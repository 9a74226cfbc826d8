"""What differs between two versions of a judge is said in words, never by the names that are stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from labelcore.messages import say, speaking
from labelcore.messages.lines.refining.prompts import history, why_words
from labelcore.messages.lines.refining.settings import setting_words
from labelcore.stages.refining.candidates import Kind
from labelcore.stages.refining.history import PromptHistory, Use, VersionRow
from labelcore.stats.rate import not_measurable

CHANGES: list[tuple[str, Any, Any, str, str]] = [
    ("pass_from", 0.5, 0.7, "passes from this probability: 0.5 → 0.7", "通过概率下限：0.5 → 0.7"),
    ("fail_option_first", None, True, "fail is listed first: not set → yes", "先列“不通过”选项：未设置 → 是"),
    ("side", "above", "below", "fails on this side of the limit: above → below", "：高于 → 低于"),
    ("rule", "majority", "all", "how votes count: majority → one fail fails", "表决规则：多数"),
    ("variant", "plain", "strict", "emphasis of the prompt: no emphasis → fail when in doubt", "不作强调"),
    ("variant", ["plain", "strict"], "strict", "1: no emphasis; 2: fail when in doubt", "1：不作强调；2："),
    ("parameters", {"field": "/a"}, {}, "only this field is read: /a", "只读取的字段：/a"),
]


@pytest.mark.parametrize(("name", "before", "after", "english", "chinese"), CHANGES)
def test_a_setting_is_told_in_words(name: str, before: Any, after: Any, english: str, chinese: str) -> None:
    assert english in setting_words(name, before, after)
    with speaking("zh"):
        assert chinese in setting_words(name, before, after)


def test_a_pattern_that_changed_is_seen() -> None:
    before, after = ({"kind": "pattern", "pattern": f"{word}: (\\d)"} for word in ("score", "mark"))
    told = setting_words("answer", before, after)
    assert "score: (\\d) →" in told and told.endswith("mark: (\\d)")


def test_a_criterion_is_not_called_as_a_setting_is() -> None:
    with speaking("zh"):
        for name in ("answer", "question", "rule", "variant", "shown", "address", "marked"):
            assert say(name) == name


def test_why_a_suggestion_became_a_version_is_told_in_words() -> None:
    assert why_words("suggested: model") == "suggested: a model's proposal"
    with speaking("zh"):
        assert why_words("suggested: model") == "采纳的建议：模型的提议"


def test_why_a_suggestion_was_put_in_use_again_is_told_in_words() -> None:
    at, rate = datetime(2026, 1, 2, tzinfo=UTC), not_measurable("")
    use = Use(author="Ann", at=at, why="suggested: threshold")
    named = {"version": 1, "judge_version_id": "v", "in_use": True, "author": "", "at": at, "why": ""}
    row = VersionRow(**named, model="", changed=None, uses=(use,), tpr=rate, tnr=rate)
    with speaking("zh"):
        *_, told = history(PromptHistory(judge="Facts", in_use=1, n=0, versions=(row,)))
    assert told.endswith("采纳的建议：换一个阈值"), told


def test_every_kind_of_suggestion_has_words_for_its_version() -> None:
    told = [why_words(f"suggested: {kind}") for kind in get_args(Kind)]
    assert not any(words.endswith(f": {kind}") for words, kind in zip(told, get_args(Kind), strict=True))
    assert why_words("goodwill counts") == "goodwill counts"
    assert why_words("wording") == "wording" and why_words("suggested: a rest") == "suggested: a rest"
