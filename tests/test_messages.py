"""Facts become sentences in both languages; a document holds the English ones."""

from __future__ import annotations

import json

import pytest

from labelcore import messages
from labelcore.messages import telling
from labelcore.models import NOTHING, Frozen, fact
from labelcore.stats.rate import not_measurable, wilson


class Report(Frozen):
    rate: object
    warnings: tuple[object, ...]


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "WORDS", {})
    telling.learn({"met": "{name} met {others}.", "few": ("1 fail.", "{n:,} fails."), "is": "It is {rate}."})


@pytest.mark.usefixtures("words")
def test_a_fact_says_its_values_facts_within_it_and_those_after_it() -> None:
    few = fact("few", n=1)
    assert messages.sentence(few) == "1 fail."
    assert messages.sentence(fact("met", few, NOTHING, name="Ann", others=["Bo", "Cy"])) == (
        "Ann met Bo, Cy. 1 fail."
    )
    assert messages.sentence([few, NOTHING, fact("few", n=2000)]) == "1 fail. 2,000 fails."
    assert messages.sentence(fact("met", name=few, others=())) == "1 fail. met ."
    assert messages.sentence(fact("is", rate=wilson(83, 96))) == "It is 86% (78% to 92%, n = 96)."
    assert (
        messages.sentence(fact("is", rate=not_measurable("no grades"))) == "It is not measurable: no grades."
    )
    assert not NOTHING and messages.sentence(NOTHING) == ""


@pytest.mark.usefixtures("words")
def test_a_document_holds_english_sentences_whatever_is_spoken() -> None:
    report = Report(rate=wilson(1, 2), warnings=(fact("few", n=3),))
    with messages.speaking("zh"):
        assert messages.rate_words(report.rate) == "50%（9% 至 91%，n = 2）"  # type: ignore[arg-type]
        found = messages.document({"report": report, "next": NOTHING})
    assert json.loads(json.dumps(found)) == found
    assert (found["report"]["warnings"], found["next"]) == (["3 fails."], "")
    assert report.model_dump()["warnings"][0] == fact("few", n=3)


@pytest.mark.usefixtures("words")
def test_two_facts_never_share_a_code() -> None:
    with pytest.raises(ValueError, match="few"):
        telling.learn({"few": "Few."})


def test_each_language_is_spoken_where_it_is_asked_for() -> None:
    with messages.speaking("zh"):
        assert messages.say("not measurable") == "无法衡量"
        assert messages.say("not measurable", language="en") == "not measurable"
    assert messages.number_words(None) == "not measurable"
