"""Notes that say the same in other words or another language belong to one family."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.models import Grade, Output
from labelcore.stages.deriving import coding, derivation
from labelcore.stages.deriving.clauses import clauses_of
from labelcore.stages.deriving.families import FAMILIES
from labelcore.stages.deriving.naming import LONGEST_NAME, family_scores, name_of, shortened
from labelcore.text.reading import han_share
from labelcore.workspace import Workspace


def spoken_of(note: str) -> set[str]:
    return {FAMILIES[i].name.english for i in family_scores(note).nonzero()[0]}


@pytest.mark.parametrize(
    ("family", "notes"),
    [
        (
            "Invents what is not in the source",
            (
                "It was not specifically stated that he agreed.",
                "There is no information on this.",
                "The price is invented",
                "原文没有这句话",
            ),
        ),
        ("States opinion as fact", ("This is the speaker's opinion, not a fact", "把观点当成事实")),
        ("Tense or certainty", ("The tense is wrong: the vote is still to come.", "说得太肯定了")),
        ("Contradicts the source", ("The source says the opposite", "contradicts the report", "与原文矛盾")),
        ("Harmful or biased", ("A stereotypical, dangerous answer", "带有偏见")),
        ("Wrong language", ("in French, must be English", "the reply is not in Chinese", "用日语回复")),
        ("Sounds like advertising", ("sounds like an advert", "大段推销，和问题无关", "答非所问，像广告")),
        ("Cut off or unfinished", ("advertises a broken clip, unfinished",)),
        ("Wrong facts", ("12 not 21 million", "Lille not Lyon", "one year, not two", "是12万，不是21万")),
        ("Too short or thin", ("没有具体时间", "太短了")),
        ("Placeholder left in", ("电话号码没有填",)),
        ("Leaves something out", ("没有给出年龄", "没解释规则")),
    ],
)
def test_notes_of_one_family_are_known_as_such(family: str, notes: tuple[str, ...]) -> None:
    for note in notes:
        assert family in spoken_of(note), note


@pytest.mark.parametrize(
    ("note", "families"),
    [
        ("'As an AI language model' has no place in a summary", set()),
        ('starts with "In other words, the price is wrong"', set()),
        ('"Bold Title:" printed', {"Wrong format or structure"}),
        ("“送货上门”是编的", {"Invents what is not in the source"}),
        ("the speaker's tone isn't the reader's", {"Wrong tone"}),
        ("Answer not OK.", set()),
        ("says it is an AI language model", set()),
        ("自称是大语言模型", set()),
        ("Summary not Good enough", set()),
        ("“too long”", {"Too long"}),  # where nothing but a quote is there it is what is said
    ],
)
def test_words_that_a_note_quotes_are_the_outputs_and_no_complaint(note: str, families: set[str]) -> None:
    assert spoken_of(note) == families


@pytest.mark.parametrize("note", ["Nicely stated", "", "It mentions no price of the parcel", "好"])
def test_a_negation_counts_only_before_what_it_negates(note: str) -> None:
    assert "Invents what is not in the source" not in spoken_of(note)


@pytest.mark.parametrize(
    ("note", "parts"),
    [
        ("1) too long 2) rude tone", ["too long", "rude tone"]),
        ("1. a is wrong\n2. b is wrong", ["a is wrong", "b is wrong"]),
        ("太长；没有来源。", ["太长", "没有来源"]),
        ("1、太长 2、有错误", ["太长", "有错误"]),
        ("It was Mr. Wood. He is not named.", ["It was Mr. Wood.", "He is not named."]),
        ("Scotland left the U.S. and the U.K. alone.", ["Scotland left the U.S. and the U.K. alone."]),
        ("There are 125 (agreement 1) + 15.", ["There are 125 (agreement 1) + 15."]),
        ("It is 0.13%, not 0.1%", ["It is 0.13%, not 0.1%"]),
        ("Too long, also rude", ["Too long", "rude"]),
        ("There is also no source", ["There is also no source"]),
        ("bad", ["bad"]),
    ],
)
def test_a_note_is_cut_between_faults_and_not_inside_them(note: str, parts: list[str]) -> None:
    found = clauses_of(note)
    assert found == parts
    assert all(word in note for word in found)


@pytest.mark.parametrize("text", ["short", "a word " * 20, "字" * 90, "x" * 90])
def test_a_name_is_cut_behind_a_word(text: str) -> None:
    name = shortened(text)
    assert len(name) <= LONGEST_NAME
    assert name == text or (name.endswith("…") and text.startswith(name[:-1]))
    assert " " not in text or text == name or text[len(name) - 1] == " "


def test_each_family_has_its_name_and_statement_in_both_languages() -> None:
    for words in (text for family in FAMILIES for text in (family.name, family.statement)):
        assert han_share(words.chinese) > 0.5 > han_share(words.english)
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


@pytest.mark.whole
def test_a_criterion_is_named_by_what_its_notes_say_and_not_by_one_case(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., list[Grade]]
) -> None:
    notes = [
        "invents a three-day delay for Nora's kettle",
        "“送货上门”是编的",
        "made-up protection from snow",
        "no word of the free replacement",
        "Omar's objection is gone",
        "the squeaking hinge of the blue lamp",
        "asks for the green cushion back",
    ]
    outputs = add_outputs(*(f"Output {number}: {note}" for number, note in enumerate(notes)))
    give_all(outputs, ["fail"] * len(notes), notes)
    found = derivation.derive(workspace, offline=True)
    quotes = {criterion.name: {item.quote for item in criterion.evidence} for criterion in found.criteria}
    assert quotes["Invents what is not in the source"] >= set(notes[:3])
    assert quotes["Leaves something out"] >= set(notes[3:5])
    assert not any(note in quotes for note in notes)
    assert all(quote not in criterion.statement for criterion in found.criteria for quote in notes)


@pytest.mark.whole
def test_a_criterion_that_is_named_by_one_note_rests_on_notes_that_say_the_same(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., list[Grade]]
) -> None:
    notes = ["greets the reader twice", "two greetings", "the verses do not rhyme", "starts an endless loop"]
    outputs = add_outputs(*(f"Output {number}" for number in range(len(notes))))
    give_all(outputs, ["fail"] * len(notes), notes)
    criteria = derivation.derive(workspace, offline=True).criteria
    quotes = [{item.quote for item in criterion.evidence} for criterion in criteria]
    assert quotes and all(some <= set(notes[:2]) or len(some) == 1 for some in quotes)


@pytest.mark.whole
def test_notes_in_chinese_give_a_criterion_a_chinese_name(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., list[Grade]]
) -> None:
    outputs = add_outputs("甲", "乙", "丙")
    give_all(outputs, ["fail"] * 3, ["太长了", "啰嗦，太长", "编造了价格"])
    found = derivation.derive(workspace, offline=True)
    assert {"太长", "编造原文没有的内容"} == {criterion.name for criterion in found.criteria}


@pytest.mark.whole
def test_notes_without_a_name_wait_for_a_person_to_say_it(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., list[Grade]]
) -> None:
    notes = [
        "the squeaking hinge of the blue lamp in the hall",
        "the squeaking hinge of the blue lamp at home",
    ]
    give_all(add_outputs(*notes), ["fail"] * 2, notes)
    found = derivation.derive(workspace, offline=True)
    assert not found.criteria
    [unnamed] = derivation.unnamed_codes(workspace)
    coding.criterion_from_codes(workspace, [unnamed.code], name="Prints the complaints")
    assert not derivation.unnamed_codes(workspace)


@pytest.mark.parametrize(
    ("note", "name"),
    [
        ("sounds like an advert", "sounds like an advert"),
        ("像广告", "像广告"),
        ("no", ""),
        ("差", ""),
        ("it is", ""),
        ("something is off", ""),
        ("I would not send this", ""),
        ("感觉不对", ""),
        ("有问题", ""),
        ("something is off in dates", "something is off in dates"),
        ("Fay sounds like an advert", ""),  # a word of the case
        ("this reads to me as if somebody had not slept", ""),
    ],
)
def test_a_note_names_a_criterion_only_where_it_says_something(note: str, name: str) -> None:
    assert name_of(note, frozenset({"fay"})) == name
