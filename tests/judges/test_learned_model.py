"""Learned judges of recurring topics, and where their cut stands."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from labelcore.judges import cross_fitting, kinds
from labelcore.judges.calibration import HIGHEST, Aim, cut_of
from labelcore.judges.candidates import FoldedRows, Target
from labelcore.judges.cross_fitting import LearnedCandidate
from labelcore.judges.features import GradedRows, Topics, TrainingData
from labelcore.judges.kinds.learned import LearnedKind, make_spec
from labelcore.judges.learned_model import LearnedModel, _regression, joined
from labelcore.models import Output

WORDS = "order parcel window colour shop street paper garden bottle light".split()


def planted(n: int) -> tuple[list[Output], Target, list[str]]:
    """Outputs that fail for their length or for shouting, with notes of both topics."""
    chance = random.Random(5)
    outputs, fails, notes, topics = [], [], [], []
    for i in range(n):
        long, loud = i % 5 == 1, i % 5 == 3
        size = chance.randint(50, 80) if long else chance.randint(8, 30)
        text = " ".join(chance.choice(WORDS) for _ in range(size)) + ("!!!" if loud else ".")
        outputs.append(Output(id=f"o{i}", project_id="p", text=text))
        fails.append(long or loud)
        notes.append("far too long" if long else "too many exclamation marks" if loud else "")
        topics.append([long, loud])
    known = np.ones(n, dtype=bool)
    noted = Topics(("Too long", "Shouts"), ("far too long", "shouts!"), np.array(topics))
    return outputs, Target(np.array(fails), known, noted), notes


@pytest.fixture(scope="module")
def world() -> tuple[TrainingData, Target, list[Output]]:
    outputs, target, notes = planted(60)
    return TrainingData.of(outputs, notes), target, outputs


def graded_of(target: Target, rows: range) -> GradedRows:
    found = target.of(np.array(rows))
    assert found is not None
    return found


def test_each_recurring_topic_has_a_model_of_its_own(
    world: tuple[TrainingData, Target, list[Output]],
) -> None:
    data, target, _ = world
    model, chance = LearnedModel.fit(data, graded_of(target, range(60)))
    assert [(head.name, head.fails) for head in model.topics] == [("Too long", 12), ("Shouts", 12)]
    whole, long, loud = model.log_odds(data.table)
    assert long[1::5].min() > np.delete(long, slice(1, None, 5)).max(), "it speaks of length alone"
    assert loud[3::5].min() > np.delete(loud, slice(3, None, 5)).max()
    assert chance == pytest.approx(joined(whole, [long, loud]))
    assert sum(model.shares) == pytest.approx(1)


def test_fails_without_a_topic_are_pooled_and_rare_topics_get_no_model(
    world: tuple[TrainingData, Target, list[Output]],
) -> None:
    data, target, _ = world
    assert target.topics is not None
    noted = target.topics.noted.copy()
    noted[10:, 1] = False
    rare = Target(target.fails, target.known, Topics(target.topics.names, target.topics.quotes, noted))
    model, _ = LearnedModel.fit(data, graded_of(rare, range(60)))
    assert [head.name for head in model.topics] == ["Too long", ""]
    assert model.topics[1].fails == 12


def test_no_output_is_judged_by_a_model_or_a_cut_that_saw_its_grade(
    world: tuple[TrainingData, Target, list[Output]],
) -> None:
    data, target, _ = world
    folds = np.arange(60) % 4
    turned = Target(np.where(folds == 2, ~target.fails, target.fails), target.known, target.topics)
    before, after = (
        cross_fitting.by_folds(data, graded_of(some, range(60)), FoldedRows(np.arange(60), folds), HIGHEST)
        for some in (target, turned)
    )
    assert before is not None and after is not None
    out = folds == 2
    assert (before.scores[out] == after.scores[out]).all() and (before.scores != after.scores).any()
    # the cut of a fold hangs on the other folds' scores, whose models saw it, but on none of its grades
    assert before.cuts[out].min() == before.cuts[out].max()
    over = FoldedRows(np.arange(60), folds, lambda: True)
    assert cross_fitting.by_folds(data, graded_of(target, range(60)), over, HIGHEST) is None


def test_a_candidate_repeats_the_whole_of_it(world: tuple[TrainingData, Target, list[Output]]) -> None:
    data, target, _ = world
    train, test = np.arange(40), np.arange(40, 60)
    candidate = LearnedCandidate(data, target)
    assert (candidate.fails(train, test) == target.fails[test]).mean() > 0.9
    assert candidate.out_of_fold([candidate], FoldedRows(train, train % 4)) is not None
    assert (candidate.fails(train, test) == target.fails[test]).mean() > 0.9


def test_a_judge_travels_as_json_and_decides_the_same(
    world: tuple[TrainingData, Target, list[Output]],
) -> None:
    data, target, outputs = world
    spec = json.loads(json.dumps(make_spec(data, graded_of(target, range(40)))))
    judge = LearnedKind(spec)
    _, chance = LearnedModel.fit(data, graded_of(target, range(40)))
    fresh = judge.decide(outputs[40:])
    assert [found.value == "fail" for found in fresh] == (chance[40:] > spec["cut"]).tolist()
    assert "Most like “Too long”, learned from 8 notes such as “far too long”." in fresh[1].reason
    for output, found in zip(outputs, judge.decide(outputs), strict=True):  # also those it was made from
        assert found.reason in map(str, judge.wordings(output, found.probability))
    assert "the expected alignment is highest" in judge.describe()
    leaving = judge.leaving()
    assert kinds.fault("learned", leaving) is None and "far too long" not in json.dumps(leaving)
    abroad = LearnedKind(judge.checked(leaving)).decide(outputs[40:])
    assert [found.value for found in abroad] == [found.value for found in fresh]
    leaving["topics"][0]["slopes"] = leaving["topics"][0]["slopes"][1:]
    assert "do not fit" in str(kinds.fault("learned", leaving))


def test_the_regression_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    random_ = np.random.default_rng(3)
    for rows, columns in ((20, 50), (200, 8)):
        inputs = 3 * random_.normal(size=(rows, columns))
        fails = inputs[:, 0] + random_.normal(size=rows) > 1
        slopes, intercept = _regression(inputs, fails)
        known = LogisticRegression(C=0.05, class_weight="balanced", tol=1e-8).fit(inputs, fails)
        assert slopes == pytest.approx(known.coef_[0], abs=1e-3)
        assert intercept == pytest.approx(known.intercept_[0], abs=1e-3)


def test_the_cut_is_where_the_expected_alignment_is_highest_or_where_a_person_wants_it() -> None:
    random_ = np.random.default_rng(1)
    fails = random_.random(400) < 0.3
    scores = 1 / (1 + np.exp(-(random_.normal(size=400) + 2 * fails - 1.5)))
    others = 1 / (1 + np.exp(-(random_.normal(size=2000) + 2 * (random_.random(2000) < 0.3) - 1.5)))

    def figures(cut: float) -> tuple[float, float]:
        return float((scores[fails] > cut).mean()), float((scores[~fails] > cut).mean())

    coverage, wrong = figures(cut_of(scores, fails, others))
    assert 0.75 < coverage < 0.92 and 0.08 < wrong < 0.25
    assert figures(cut_of(scores, fails, others, Aim(min_coverage=0.95)))[0] > 0.92
    assert figures(cut_of(scores, fails, others, Aim(max_ffr=0.05)))[1] < 0.08
    assert Aim(max_ffr=0.05).words.endswith("wrongly fails at most 5% of the good ones")
