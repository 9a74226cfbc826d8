"""Facts become sentences in both languages; a document holds the English ones."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelcore import messages
from labelcore.messages import telling
from labelcore.models import NOTHING, Frozen, fact
from labelcore.stats.rate import not_measurable, proportion


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
    assert messages.sentence(fact("is", rate=proportion(83, 96))) == "It is 86% (78% to 92%, n = 96)."
    assert (
        messages.sentence(fact("is", rate=not_measurable("no grades"))) == "It is not measurable: no grades."
    )
    assert not NOTHING and messages.sentence(NOTHING) == ""


@pytest.mark.usefixtures("words")
def test_a_document_holds_english_sentences_whatever_is_spoken() -> None:
    report = Report(rate=proportion(1, 2), warnings=(fact("few", n=3),))
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
        assert messages.say_in("en", "not measurable") == "not measurable"
    assert messages.number_words(None) == "not measurable"


def facts_of_the_code() -> Iterator[tuple[str, set[str]]]:
    """Each call of `fact` with a code that stands there, and the names of the values it is given."""
    for path in (Path(messages.__file__).parents[1]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "fact":
                known = [code for code in (codes(node.args[0]) if node.args else ()) if code]
                names = {keyword.arg or "*" for keyword in node.keywords}
                yield from ((code, names) for code in known)


def codes(node: ast.expr) -> list[str]:
    """The codes that an expression may be; an f-string stands for all of its form."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return codes(node.body) + codes(node.orelse)
    if isinstance(node, ast.JoinedStr):
        pattern = "".join(str(p.value) if isinstance(p, ast.Constant) else ".*" for p in node.values)
        return [code for code in telling.WORDS if re.fullmatch(pattern, code)]
    return []


def test_every_fact_has_its_sentence_with_places_for_what_it_is_given() -> None:
    for code, names in facts_of_the_code():
        words = telling.WORDS[code]
        wanted = set(re.findall(r"{(\w+)", "".join(words)))
        assert "*" in names or wanted <= names, (code, wanted, names)


def test_no_sentence_waits_for_a_fact_that_nobody_finds() -> None:
    source = "".join(
        path.read_text("utf-8")
        for path in (Path(messages.__file__).parents[1]).rglob("*.py")
        if path.parent.name != "messages"
    )
    found = {code for code, _ in facts_of_the_code()}
    assert [code for code in telling.WORDS if code not in found and f'"{code}"' not in source] == []
