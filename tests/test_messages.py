"""Facts become sentences in both languages; a document holds the English ones."""

from __future__ import annotations

import copy
import json
import pickle
import re
import string
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from labelcore import messages
from labelcore.errors import BadInput
from labelcore.messages import catalogue, telling
from labelcore.messages.catalogue import calling, chinese, counted
from labelcore.messages.lines.aligning import finds_words
from labelcore.messages.numbers import agreed
from labelcore.models import NOTHING, CourtValue, Frozen, Noun, fact
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.wording import Wording


class Report(Frozen):
    rate: Rate
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


def test_a_sentence_takes_from_what_it_is_of_whatever_it_is_not_given() -> None:
    rate = proportion(83, 96)
    told = SimpleNamespace(judge="cites · short answers", rate=rate, n=1, left=2)
    assert messages.say("{judge}: {rate}, {left} left", told, left=3) == (
        "cites · short answers: 86% (78% to 92%, n = 96), 3 left"
    )
    assert counted("{n} output, {left} left", "{n} outputs, {left} left", told, n=2) == "2 outputs, 2 left"
    with pytest.raises(AttributeError):
        messages.say("{nothing}", told)


def test_a_judge_in_a_sentence_is_said_part_by_part() -> None:
    with messages.speaking("zh"):
        assert "Too long" not in messages.say("{judge}", SimpleNamespace(judge="Too long · words"))


class Figure(Rate):
    """A rate with more to it."""


def test_a_rate_of_any_kind_is_said_where_it_stands_in_the_subject() -> None:
    told = SimpleNamespace(rate=Figure(**proportion(83, 96).model_dump()))
    assert messages.say("{rate}", told) == "86% (78% to 92%, n = 96)"


def test_chinese_counts_with_what_either_english_form_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "chinese", lambda: {"One output.": "{all} 条中的 {n} 条。"})
    with messages.speaking("zh"):
        told = counted("One output.", "{n} of {all} outputs.", SimpleNamespace(all=3), n=1)
    assert told == "3 条中的 1 条。"


@pytest.mark.usefixtures("words")
def test_a_document_holds_english_sentences_whatever_is_spoken() -> None:
    report = Report(rate=proportion(1, 2), warnings=(fact("few", n=3),))
    with messages.speaking("zh"):
        assert messages.rate_words(report.rate) == "50%（9% 至 91%，n = 2）"
        found = messages.document({"report": report, "next": NOTHING})
    assert json.loads(json.dumps(found)) == found
    assert (found["report"]["warnings"], found["next"]) == (["3 fails."], "")
    assert report.model_dump()["warnings"][0] == fact("few", n=3)


def test_sentences_of_a_document_agree_with_their_numbers() -> None:
    sentence = Wording("{n} outputs are left.", n=1)
    assert messages.document({"why": [sentence], "plain": "1 outputs"}) == {
        "why": ["1 output is left."],
        "plain": "1 outputs",
    }
    rate = not_measurable(sentence)
    assert messages.document([rate, {"rate": rate}])[1]["rate"]["why_not"] == "1 output is left."
    assert json.loads(rate.model_dump_json())["why_not"] == str(sentence)


@pytest.mark.usefixtures("words")
def test_two_facts_never_share_a_code() -> None:
    with pytest.raises(ValueError, match="few"):
        telling.learn({"few": "Few."})


def test_each_language_is_spoken_where_it_is_asked_for() -> None:
    with messages.speaking("zh"):
        assert messages.say("not measurable") == "无法衡量"
        assert messages.say_in("en", "not measurable") == "not measurable"
    assert messages.number_words(None) == "not measurable"


def test_a_wording_is_english_to_everybody_and_keeps_what_it_is_made_of() -> None:
    few = Wording("too few outputs to tell ({n})", n=3)
    whole = Wording("the others have {few}", few=few)
    assert whole == "the others have too few outputs to tell (3)"
    assert json.dumps({"why": whole}) == '{"why": "the others have too few outputs to tell (3)"}'
    for again in (pickle.loads(pickle.dumps(whole)), copy.deepcopy(whole)):
        assert (again, again.template, again.values) == (whole, whole.template, whole.values)
    with messages.speaking("zh"):
        assert messages.say(whole) == "其余部分：输出太少，无法判断（3 条）"
        assert messages.say(Wording("Use {names}.", names=["a", "b"])) == "请用 a、b。"
    assert Wording("Use {names}.", names=["a", "b"]) == "Use a, b."
    assert Wording('Such as {"a": 1}.') == 'Such as {"a": 1}.'


def test_a_reason_travels_through_models_and_json_and_is_said_in_each_language() -> None:
    rate = proportion(0, 0, what="silent repeats")
    assert rate.model_dump(mode="json")["why_not"] == "there are no silent repeats"
    copied = Rate.model_validate(rate.model_dump())
    assert messages.rate_words(copied) == "not measurable: there are no silent repeats"
    with messages.speaking("zh"):
        assert messages.rate_words(copied) == "无法衡量：没有重复检查"
    assert Rate.model_validate_json(rate.model_dump_json()) == rate


def test_what_cannot_be_measured_of_a_judge_is_not_a_share_of_its_sentence() -> None:
    alarms = proportion(1, 4)
    row: Any = SimpleNamespace(catches=proportion(0, 0, what="bad outputs"), false_alarms=alarms)
    assert finds_words(row) == (
        "Bad outputs found: not measurable: there are no bad outputs; good ones wrongly failed: "
        f"{messages.rate_words(alarms)}."
    )


def test_an_error_is_said_in_each_language_with_the_next_step() -> None:
    trouble = BadInput(
        "There is no column '{column}'.{hint}",
        next_step='Such as {"type": "object"}.',
        column="{a}",
        hint=Wording(" Did you mean '{name}'?", name="b"),
    )
    assert str(trouble) == "There is no column '{a}'. Did you mean 'b'? Such as {\"type\": \"object\"}."
    assert messages.trouble_words(trouble) == str(trouble)
    with messages.speaking("zh"):
        assert messages.trouble_words(trouble) == ('没有“{a}”这一列。是不是“b”？例如 {"type": "object"}。')
        outer = Wording("it gives no verdict: {trouble}", trouble=trouble)
        assert messages.say(outer).startswith("它没有给出判定：没有“{a}”这一列。")


def test_what_was_ruled_is_said_in_chinese_on_the_command_line_too() -> None:
    with messages.speaking("zh"):
        english = [value for value in get_args(CourtValue) if messages.say(value.replace("_", " ")).isascii()]
    assert english == []


def test_money_is_written_in_one_way() -> None:
    catalogue = (Path(messages.__file__).parent / "locale" / "zh.po").read_text()
    assert re.findall(r"(?<!US)\$[{\d].*|US\$[{\d].*", catalogue) == []


def test_no_blank_stands_beside_a_chinese_mark_where_a_value_ends_in_one() -> None:
    with messages.speaking("zh"):
        told = messages.say("{first} and {second}", first="六成（50% 至 70%，n = 9）", second="八成")
    assert told == "六成（50% 至 70%，n = 9）和 八成"


@pytest.mark.parametrize(
    ("template", "values", "told"),
    [
        ("{n} outputs come first now.", {"n": 1}, "1 output comes first now."),
        ("{n} outputs come first now.", {"n": 2}, "2 outputs come first now."),
        ("{n:,} outputs picked by hand come first.", {"n": 1}, "1 output picked by hand comes first."),
        ("{n} of {of} failed outputs fit none.", {"n": 1, "of": 30}, "1 of 30 failed outputs fits none."),
        ("{n} of {of} failed outputs fit none.", {"n": 1, "of": 1}, "1 of 1 failed output fits none."),
        ("{n} of the {of} outputs are good.", {"n": 0, "of": 1}, "0 of the 1 output are good."),
        ("{criteria} criteria, {people} people", {"criteria": 1, "people": 1}, "1 criterion, 1 person"),
        (
            "{known} were known, {refused} were refused",
            {"known": 1, "refused": 2},
            "1 was known, 2 were refused",
        ),
        ("{n:,} grade", {"n": 1}, "1 grade"),
        ("with {n} grades ({fails} fails)", {"n": 12, "fails": 1}, "with 12 grades (1 fail)"),
        ("{second} passes {n:.0f} points more", {"second": "1", "n": 1.2}, "1 passes 1 point more"),
        ("{where} sends calls on.", {"where": "1"}, "1 sends calls on."),
        ("{rate} on all outputs", {"rate": "1"}, "1 on all outputs"),
        ("{n} citations without a note", {"n": 1}, "1 citation without a note"),
        ("{n} entries beyond", {"n": 1}, "1 entry beyond"),
        ("{n:+.0f} points", {"n": -1.2}, "-1 point"),
        ("by {caught} of {fails} bad ones", {"caught": 1, "fails": 1}, "by 1 of 1 bad one"),
        ("{n} of {all} fails are explained", {"n": 1, "all": 5}, "1 of 5 fails is explained"),
        ("the {n:,} that were asked of you", {"n": 1}, "the 1 that was asked of you"),
        ("of {n} pairs that are no tie", {"n": 1}, "of 1 pair that is no tie"),
        ("version {n} judges this", {"n": 11}, "version 11 judges this"),
    ],
)
def test_one_thing_is_never_one_things(template: str, values: dict[str, object], told: str) -> None:
    assert messages.say(template, **values) == told


def test_a_judge_is_said_part_by_part_and_a_person_a_column_and_a_kept_mapping_as_they_are_called() -> None:
    person = SimpleNamespace(name="judge · Ann", other="pass · fail")
    with messages.speaking("zh"):
        assert "judge · Ann" in messages.say("'{name}' is a judge.", person)
        assert "pass · fail" in messages.say("{one} and {other}", person, one="a")
        assert "评判器 · Ann" in messages.sentence(fact("fails_all", judge="judge · Ann", fails=3))
        for told in (
            fact("kept_fits", kept="pass · fail"),
            fact("score_contradicted", column="pass · fail", n=2, row=1),
            fact("not_taken", word="Grade", column="pass · fail", values=["a"]),
            fact("prompt_unknown_slot", name="pass · fail", known=["a"]),
            fact("never_failed", name="pass · fail"),
            fact("contradictory", first="a", other="pass · fail", phi=-0.5, n=9),
            fact("no_meaning", column="pass · fail", values=["a"]),
        ):
            assert "pass · fail" in messages.sentence(told)


def test_the_projects_own_word_for_outputs_agrees_with_its_number_too() -> None:
    with calling(Noun(one="reply", several="replies")):
        assert messages.say("{n} outputs are drawn.", n=1) == "1 reply is drawn."
        assert messages.say("{n} outputs are drawn.", n=3) == "3 replies are drawn."


@pytest.mark.parametrize(
    ("step", "on_page"),
    [
        ("`labelcore judge run` runs it.", ""),
        ("Use --graded-too.", ""),
        ("Such as: labelcore team assign anna", ""),
        ("Write `user:` on a line of its own.", "Write `user:` on a line of its own."),
        (
            "Install the newest labelcore and open it again.",
            "Install the newest labelcore and open it again.",
        ),
    ],
)
def test_a_page_asks_nobody_to_type_a_command(step: str, on_page: str) -> None:
    trouble = BadInput("It has decided nothing.", next_step=step)
    assert messages.trouble_words(trouble) == f"It has decided nothing. {step}"
    assert messages.trouble_words(trouble, on_page=True) == f"It has decided nothing. {on_page}".strip()


def _templates() -> list[str]:
    """Every sentence of the catalogue that has values."""
    return [
        template for template in chinese() if re.search(r"\{\w+[^{}]*\}", template) and '{"' not in template
    ]


def test_no_sentence_counts_one_thing_as_several() -> None:
    counts = {"n", "fails", "looks", "days", "seconds", "passes", "points", "worth", "left", "errors"}
    counts |= {name for template in _templates() for name in re.findall(r"\{(\w+):,\}", template)}
    counts -= {"first", "then", "value"}  # judges and words, in some sentences
    several = re.compile(
        r"(?<![\w.,:/])[-+]?1 (?:(?:graded|good|bad|failed|independent|training) ){0,2}"
        r"(?!is\b|was\b|has\b|of\b|as\b|pass\b|passes\b|fails\b|ms\b)(\w+(?:s|ies)|people|criteria)\b"
        r"|(?<!of )\b1 (?:that )?(?:\w+ )?(?:are|were|have)\b"
    )
    verbs = {
        "comes",
        "fits",
        "flips",
        "grades",
        "holds",
        "matches",
        "needs",
        "rests",
        "stands",
        "tells",
        "waits",
    }
    wrong = []
    for template in _templates():
        names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
        told = agreed(template, {name: _One(1) if name in counts else _Other("X") for name in names})
        wrong += [told for match in several.finditer(told) if match[1] not in verbs]
    assert not wrong


class _One(int):
    """One thing, however it is written."""

    def __format__(self, form: str) -> str:
        return "+1" if form.startswith("+") else "1"


class _Other(str):
    """What is no number, however it is written."""

    def __format__(self, form: str) -> str:
        return str(self)


def test_a_judge_in_an_error_is_called_as_on_the_pages() -> None:
    trouble = BadInput("'{name}' has no prompt.", name="overall · learned")
    assert catalogue.judge_words("overall · learned", "zh") in messages.trouble_words(trouble, "zh")
    assert "overall" not in messages.trouble_words(trouble, "zh")
    assert "'overall · learned'" in messages.trouble_words(trouble, "en")
    assert "'learned'" in messages.trouble_words(BadInput("'{name}'", name="learned"), "zh")  # may be a file
