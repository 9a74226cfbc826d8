"""Planted defects: in English and Chinese, the same by the same seed, never on a text without place."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import example, given, settings, strategies as st

from labelcore.text.planting import DEFECTS, PlantedText
from labelcore.text.reading import language_of, sentences_at

EN = """The tower is 330 metres tall and was finished in 1889 (Smith 2020). It can hold 5,000 visitors [1]. \
Dr. Lee says it isn't the tallest. Does it open at 9:30?

1. Mix 2.5 kg of flour.
2. Add water.
3. Bake it for 40 minutes.

Source: the City of Paris."""
ZH = (
    "铁塔高330米，是1889年3月建成的【1】。它能容纳5000名游客，但是不会在夜间开放。"
    "门票是25元吗？共有三个入口。来源：巴黎市政府。"
)
JSON = '{"price": 12.5, "note": "It is new. It was sold."}'


def plants(defect: str, text: str, seeds: int = 30) -> list[PlantedText]:
    found = [DEFECTS[defect](text, random.Random(seed)) for seed in range(seeds)]
    return [plant for plant in found if plant is not None]


def results(defect: str, text: str) -> set[str]:
    return {plant.text for plant in plants(defect, text)}


def test_there_are_nine_defects_and_each_fits_both_languages() -> None:
    assert len(DEFECTS) == 9
    for defect in DEFECTS:
        for text in (EN, ZH):
            assert len(plants(defect, text)) == 30, (defect, text[:10])


pieces = st.sampled_from(
    [
        EN,
        ZH,
        JSON,
        "is ",
        "不是",
        "1. ",
        "\n",
        "[1]",
        "12",
        ". ",
        "。",
        " ",
        "第一步：",
        "…",
        "http://a.b",
        "can't ",
    ]
)
texts = st.one_of(st.text(), st.lists(st.one_of(pieces, st.text(max_size=8)), max_size=12).map("".join))


@pytest.mark.whole
@settings(max_examples=300, deadline=None)
@given(text=texts, seed=st.integers(0, 99))
@example(text="", seed=0)
@example(text="[" * 3_000, seed=0)
@example(text="9" * 6_000, seed=0)
@example(text="0.0 0 00", seed=0)
@example(text="\ud800 is \udfff not. It is.", seed=0)
def test_any_text_is_taken_and_what_is_planted_differs(text: str, seed: int) -> None:
    for defect, plant in DEFECTS.items():
        found = plant(text, random.Random(seed))
        assert found == plant(text, random.Random(seed))
        if found is not None:
            assert found.defect == defect
            assert found.text != text and found.text.strip()
            assert found.where.strip()
            assert found.where in found.text or found.where in text


@pytest.mark.parametrize(
    ("defect", "text", "wanted"),
    [
        ("citation dropped", "It is tall [1, 2]. Yes.", {"It is tall. Yes."}),
        ("citation dropped", "So it is (Smith et al., 2020).", {"So it is."}),
        ("citation dropped", "See [the site](https://a.org/x) for more.", {"See the site for more."}),
        ("citation dropped", "See https://a.org/x?y=1.", {"See."}),
        ("citation dropped", "很高。（来源：市政府）", {"很高。"}),
        (
            "citation dropped",
            "据《日报》报道，塔很高（张三等，2019）。",
            {"塔很高（张三等，2019）。", "据《日报》报道，塔很高。"},
        ),
        ("fact negated", "The sky is blue.", {"The sky is not blue."}),
        ("fact negated", "It can also swim.", {"It cannot also swim."}),
        ("fact negated", "It isn't new.", {"It is new."}),
        (
            "fact negated",
            "Won’t you come in now, it cannot rain.",
            {"Will you come in now, it cannot rain.", "Won’t you come in now, it can rain."},
        ),
        ("fact negated", "这是真的。", {"这不是真的。"}),
        ("fact negated", "但是他可能不会参加社会会议。", {"但是他可能会参加社会会议。"}),
        ("fact negated", "他没有来，不能说话。", {"他有来，不能说话。", "他没有来，能说话。"}),
        ("reordered", "First this. Then that.", {"Then that. First this."}),
        ("reordered", "1. Mix.\n2. Bake.\n3. Eat.", {"1. Eat.\n2. Bake.\n3. Mix."}),
        ("reordered", "第一步：和面。\n第二步：烘烤。", {"第一步：烘烤。\n第二步：和面。"}),
        ("reordered", "先说一。再说二。", {"再说二。先说一。"}),
        ("sentence repeated", "The sky is blue.", {"The sky is blue. The sky is blue."}),
        ("sentence repeated", "天空很蓝。", {"天空很蓝。天空很蓝。"}),
        (
            "truncated",
            "The sky over Rome is blue.",
            {"The sky", "The sky over", "The sky over Rome", "The sky over Rome is"},
        ),
    ],
)
def test_what_a_defect_makes_of_a_text(defect: str, text: str, wanted: set[str]) -> None:
    found = results(defect, text)
    assert found and found <= wanted
    if defect != "truncated":
        assert found == wanted


@pytest.mark.parametrize(
    ("defect", "text"),
    [
        ("citation dropped", "It opened (June 2020) with 3 rooms."),
        ("citation dropped", "[1]"),
        ("fact negated", "Is the sky blue, or was it grey?"),
        ("fact negated", "Ich weiß nicht, was genau da neu war, denn es kam erst heute bei mir an."),
        ("fact negated", "他是不是学生？"),
        ("number swapped", "GPT-4 met v1.2.3 at 10:30 on 2024-01-15, see [12] (Smith 2020)."),
        ("number swapped", "No number here."),
        ("padded", "これはペンです。"),
        ("padded", JSON),
        ("instruction inserted", JSON),
        ("reordered", "One sentence only."),
        ("language changed", "One sentence only."),
        ("truncated", "Yes."),
        ("sentence repeated", "Yes."),
    ],
)
def test_a_text_without_a_place_for_a_defect_stays_without(defect: str, text: str) -> None:
    assert results(defect, text) == set()


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("It weighs 250 kg.", 100, 999),
        ("It grew by 90% today.", 10, 99),
        ("门票25元。", 10, 99),
        ("It opened in 1889 there.", 1877, 1901),
        ("12月的天气。", 10, 11),
        ("We are 7.", 1, 9),
    ],
)
def test_another_number_is_of_like_size(text: str, low: int, high: int) -> None:
    for plant in plants("number swapped", text):
        assert low <= int(plant.where) <= high
        assert len(plant.text) == len(text)


@pytest.mark.parametrize(
    ("text", "like"),
    [("About 5,000,000 people.", "d,ddd,ddd"), ("It is 3.14 long.", "d.dd"), ("Only 0.05 g.", "d.dd")],
)
def test_a_swapped_number_keeps_its_format(text: str, like: str) -> None:
    for plant in plants("number swapped", text):
        assert "".join("d" if c.isdigit() else c for c in plant.where) == like


def test_small_numbers_in_words_are_swapped_too() -> None:
    assert all(plant.where != "three" for plant in plants("number swapped", "It has three doors."))
    assert len(results("number swapped", "It has three doors.")) > 3
    assert len(results("number swapped", "这里有三个入口。")) > 3


def test_what_is_put_in_speaks_the_language_of_the_text_or_the_other_one() -> None:
    for text, spoken, other in ((EN, "en", "zh"), (ZH, "zh", "en")):
        for defect, language in (
            ("padded", spoken),
            ("instruction inserted", spoken),
            ("language changed", other),
        ):
            for planted in plants(defect, text):
                assert language_of(planted.where) == language
                assert planted.where in planted.text and planted.where not in text


def test_padding_is_at_least_three_sentences_and_nothing_is_lost() -> None:
    for text in (EN, ZH):
        for plant in plants("padded", text):
            assert len(sentences_at(plant.where)) >= 3
            assert plant.text.replace(plant.where, "").replace(" ", "") == text.replace(" ", "")


def test_sentences_do_not_end_at_abbreviations_and_list_numbers() -> None:
    text = "1. Dr. Lee (b. 1960) came, e.g. by car. He left.\n- Bye! 再见。走吧"
    found = [text[begin:end] for begin, end in sentences_at(text)]
    assert found == ["Dr. Lee (b. 1960) came, e.g. by car.", "He left.", "Bye!", "再见。", "走吧"]


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    "text",
    [
        " " * 50_000,
        "." * 50_000 + "x",
        "[1] 5 " * 8_000,
        "is " * 16_000,
        "(A" * 25_000,
        "来源：" * 16_000,
        "1. " * 16_000,
        "\n" * 50_000,
        "a.b" * 16_000,
    ],
)
def test_hostile_texts_take_no_longer_than_their_length_asks(text: str) -> None:
    started = time.process_time()
    for plant in DEFECTS.values():
        plant(text, random.Random(0))
    assert time.process_time() - started < 5
