"""What a learned judge looks at: its weights in words, and what tells in one output."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from labelcore.judges.features import FeatureTable, measure
from labelcore.judges.inputs import RANK_SCALE
from labelcore.judges.kinds import Embed
from labelcore.judges.kinds.code import check_words, leaning, measured
from labelcore.judges.kinds.learned import LearnedKind, mean_slopes
from labelcore.models import Frozen, Output
from labelcore.text.reading import sentences
from labelcore.wording import Wording

_LEAST = 0.01
_MOST_SENTENCES = 12
MEANING = Wording("what the text means as a whole (its embedding)")


class Weight(Frozen):
    """One thing that a judge looks at. ``weight`` is in log odds of a fail, above 0 towards fail: a quantity
    from the lowest to the highest among the graded outputs, a check from passing it to failing it, the
    meaning by one standard deviation, without a direction.
    """

    what: Wording
    weight: float


class SentencePull(Frozen):
    """A sentence, and how far it pulls the log odds towards a fail (below 0: towards a pass)."""

    text: str
    pull: float


class Explanation(Frozen):
    """What tells in one output, the strongest first, and its most telling sentences, by the model of all
    grades: the verdict on a graded output comes from one that did not see its grade, and may differ.
    """

    tells: tuple[Weight, ...]
    parts: tuple[SentencePull, ...]


def weights(judge: LearnedKind, limit: int = 12) -> list[Weight]:
    """A learned judge's weights in words, the strongest first."""
    model = judge.learned
    slopes, d = mean_slopes(model) * RANK_SCALE, len(model.reading.knots)
    parts = []
    columns = zip(judge.columns[:d], slopes[:d].tolist(), model.reading.knots, strict=True)
    for column, slope, (knots, _) in columns:
        if len(knots) > 1:
            parts.append(Weight(what=leaning(column, up=True), weight=round(slope, 4)))
    for head, share in zip((model.whole, *model.topics), model.shares, strict=True):
        pull = share * head.check_weight
        parts += [
            Weight(what=check_words(check), weight=round((bad - good) * pull, 4))
            for check, bad, good in head.checks
        ]
    if judge.spec.meaning:
        parts.append(
            Weight(what=Wording("{meaning}, either way", meaning=MEANING), weight=judge.spec.meaning)
        )
    return _strongest(_summed(parts), limit)


def _summed(parts: Iterable[Weight]) -> list[Weight]:
    """What several models look at counts once."""
    total: defaultdict[Wording, float] = defaultdict(float)
    for weight in parts:
        total[weight.what] += weight.weight
    return [Weight(what=what, weight=round(weight, 4)) for what, weight in total.items()]


def _strongest(parts: Iterable[Weight], limit: int) -> list[Weight]:
    strong = [weight for weight in parts if abs(weight.weight) >= _LEAST]
    return sorted(strong, key=lambda weight: -abs(weight.weight))[:limit]


def explain(judge: LearnedKind, output: Output, embed: Embed, limit: int = 6) -> Explanation:
    """What tells in one output, and which sentences: each is left out once, to see what changes."""
    texts = list(dict.fromkeys(sentences(output.text)))[:_MOST_SENTENCES]
    without = [output.model_copy(update={"text": output.text.replace(text, "", 1)}) for text in texts]
    variants = [output, *(without if len(texts) > 1 else [])]
    vectors = embed([part.text for part in variants]).astype(float) if judge.reads_vectors else None
    table = measure(variants, judge.columns, vectors)
    fail = np.clip(judge.learned.fail_probability(table), 1e-12, 1 - 1e-12)
    odds = np.log(fail / (1 - fail))
    pulls = [
        SentencePull(text=text, pull=round(float(odds[0] - value), 4))
        for text, value in zip(texts, odds[1:], strict=False)
    ]
    pulling = [pull for pull in pulls if abs(pull.pull) >= _LEAST]
    return Explanation(
        tells=tuple(_strongest(_summed(_tells(judge, table.rows(np.array([0])))), limit)),
        parts=tuple(sorted(pulling, key=lambda pull: -abs(pull.pull))[:limit]),
    )


def _tells(judge: LearnedKind, table: FeatureTable) -> Iterator[Weight]:
    """By the model of all grades and the topics', each topic as likely as it is here."""
    model, d = judge.learned, len(judge.learned.reading.knots)
    inputs = model.reading(table.values, table.vectors)
    chances = np.exp([float(odds[0]) for odds in model.log_odds(table)[1:]])
    of_all = model.shares[0]
    shares = [of_all, *((1 - of_all) * chances / max(float(chances.sum()), 1e-300)).tolist()]
    moved = np.zeros(inputs.shape[1])
    for head, share in zip((model.whole, *model.topics), shares, strict=True):
        moved += share * inputs[0] * head.slopes
        pull = share * head.check_weight
        for vote, (check, bad, good) in zip(head.check_votes(table), head.checks, strict=True):
            what = check_words(check, fails=bool(vote[0]))
            yield Weight(what=what, weight=round((bad if vote[0] else good) * pull, 4))
    columns = zip(judge.columns[:d], table.values[0, :d].tolist(), moved[:d].tolist(), strict=True)
    for column, value, pull in columns:
        if value == value:  # not a nan: a quantity that does not apply here tells nothing
            yield Weight(what=measured(column, value), weight=round(pull, 4))
    if len(moved) > d:
        yield Weight(what=MEANING, weight=round(float(moved[d:].sum()), 4))
