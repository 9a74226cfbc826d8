"""Classic scorers give the figures of the libraries, and nothing without a reference."""

from __future__ import annotations

import time

import pytest

from labelcore.judges.code_checks import CodeSpec
from labelcore.judges.detectors import REGISTRY
from labelcore.judges.features import TrainingData, plain_columns
from labelcore.judges.kinds.code import decide
from labelcore.models import Output

SCORERS = [name for name, detector in REGISTRY.items() if detector.needs == "reference"]


def output(text: str, reference: object = None, **fields: str) -> Output:
    metadata = {} if reference is None else {"Expected": reference}
    return Output(id="o", project_id="p", text=text, metadata=metadata, **fields)


@pytest.mark.parametrize(
    ("text", "reference", "values"),
    [  # BLEU and chrF by sacrebleu 2.6, ROUGE by rouge-score 0.1.2, the ratio by rapidfuzz 3.14
        (
            "the cat sat on the mat",
            "the cat is on the mat",
            {
                "BLEU": 0.3799178,
                "chrF": 0.6457794,
                "ROUGE-1": 0.8333333,
                "ROUGE-L": 0.8333333,
                "fuzzy match": 0.9302326,
            },
        ),
        # ROUGE with each Chinese character as a word: rouge-score's words are English only
        (
            "今天天气很好，我们去公园。",
            "今天天气不错，我们去公园玩。",
            {
                "BLEU": 0.5484498,
                "chrF": 0.4364531,
                "ROUGE-1": 0.7826087,
                "ROUGE-L": 0.7826087,
                "fuzzy match": 0.8148148,
            },
        ),
    ],
)
def test_the_figures_are_the_libraries(text: str, reference: str, values: dict[str, float]) -> None:
    judged = output(text, reference)
    for name, value in values.items():
        assert REGISTRY[name].feature(judged, {}) == pytest.approx(value, abs=1e-6), name


def test_exact_match_forgives_case_and_spaces() -> None:
    assert REGISTRY["no exact match"].feature(output(" A  b\n", "a B"), {}) == 0
    assert REGISTRY["no exact match"].feature(output("a c", "a b"), {}) == 1


@pytest.mark.whole
def test_meaning_is_compared_across_languages() -> None:
    like, unlike = (
        REGISTRY["similar to the reference"].feature(output("The parcel is late.", other), {})
        for other in ("包裹晚到了。", "Bananas are yellow fruit.")
    )
    assert like is not None and unlike is not None
    assert like > unlike + 0.2
    assert REGISTRY["similar to the input"].feature(output("x"), {}) is None


@pytest.mark.parametrize("name", SCORERS)
def test_without_a_reference_they_abstain(name: str) -> None:
    for judged in (output("text"), output("text", ""), output("text", "  ")):
        decision = decide(CodeSpec(detector=name, side="below", threshold=0.5), judged)
        assert (decision.value, decision.reason) == ("abstain", "There is no reference to compare with.")


def test_they_are_candidates_only_where_there_are_references() -> None:
    with_one = [output("a", "b"), output("b")]
    assert not {c.detector for c in plain_columns()} & set(SCORERS)
    found = {column.detector for column in TrainingData.of(with_one, ["", ""]).table.columns}
    assert {"BLEU", "chrF", "ROUGE-L", "fuzzy match", "no exact match"} <= found
    assert "similar to the reference" not in found  # no embeddings were asked for


def test_long_texts_do_not_make_them_slow() -> None:
    long = "ab c中d. " * 20_000
    started = time.process_time()
    for name in SCORERS:
        if not REGISTRY[name].embeds:
            REGISTRY[name].feature(output(long, long[::-1]), {})
    assert time.process_time() - started < 5
