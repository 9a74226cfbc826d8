"""Learned judges: models of the grades, with their answers on the outputs that they were made from.

The specification holds every coefficient, so that verdicts can be made again. No graded output is judged by
a model or a cut that saw its grade: for these the cross-fitted answers are kept. The score decides; the
probability that goes with a verdict is calibrated out of fold.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from typing import Any, ClassVar

import numpy as np
from pydantic import ConfigDict, Field
from typing_extensions import override

from labelcore.arrays import Bools, Floats
from labelcore.judges import calibration
from labelcore.judges.calibration import HIGHEST, Aim, Calibrator, Reliability
from labelcore.judges.candidates import Candidate, RefitTargets
from labelcore.judges.code_checks import CodeSpec
from labelcore.judges.cross_fitting import CrossFitted, LearnedCandidate, cross_fitted, final_cut
from labelcore.judges.features import Column, GradedRows, Topics, TrainingData, measure
from labelcore.judges.fields import at_pointer, no_field
from labelcore.judges.inputs import InputScaling
from labelcore.judges.kinds import PROBE, DecidingKind, register
from labelcore.judges.kinds.code import check_words, embeds, leaning
from labelcore.judges.learned_model import LearnedModel, LinearHead, joined
from labelcore.judges.learned_parts import TopicParts, TravellingModel, rounded
from labelcore.models import Decision, Frozen, Output
from labelcore.text.embedding import SIZE
from labelcore.wording import Wording

_SHOWN = 2
_LEAST = 1e-3  # a smaller weight moves no probability by anything that is shown


class LearnedSpec(Frozen):
    """A learned judge as the store has it; what earlier releases did not keep is None or empty. For each
    graded output ``cross_fitted`` is the fail probability by a model that did not see it, ``cuts`` the cut
    that did not, ``calibrated`` both calibrated; ``failed`` are those that people failed. ``model``,
    ``checks`` and ``prior`` are the model of all grades; ``aim`` is what the cut was chosen for.
    """

    model_config = ConfigDict(extra="ignore")

    columns: tuple[tuple[str, dict[str, Any]], ...]
    with_vectors: bool = False
    model: dict[str, Any]
    checks: tuple[tuple[CodeSpec, float, float], ...]
    cut: float
    cross_fitted: dict[str, float]
    looks_at: tuple[str, ...] = ()
    calibration: tuple[float, float] | None = None
    calibrated: dict[str, tuple[float, float]] = Field(default_factory=dict)
    failed: frozenset[str] | None = None
    meaning: float = 0.0
    reliability: Reliability | None = None
    digest: str | None = None
    field: str | None = None
    prior: float = 0.0
    topics: tuple[TopicParts, ...] = ()
    cuts: dict[str, float] = Field(default_factory=dict)
    aim: Aim | None = None


def make_spec(data: TrainingData, graded: GradedRows, seed: int = 0, aim: Aim = HIGHEST) -> dict[str, Any]:
    """The judge's specification: columns, models, checks, cut, and the cross-fitted answers."""
    crossed = cross_fitted(data, graded, aim, seed)
    model, everywhere = LearnedModel.fit(data, graded)
    cut = final_cut(graded, crossed.scores, everywhere, aim)
    plain, d = data.table.columns, len(data.table.columns)
    every = [check for head in (model.whole, *model.topics) for check in head.checks]
    keys = {column.key for column in plain}
    phrases = {c.key: Column(c.detector, c.parameters) for c, _, _ in every if c.key not in keys}
    return {
        "columns": [[column.detector, dict(column.parameters)] for column in (*plain, *phrases.values())],
        "with_vectors": data.table.vectors is not None,
        "model": _linear(model),
        "checks": [[spec.model_dump(), bad, good] for spec, bad, good in rounded(model.whole.checks)],
        "cut": round(cut, 6),
        "looks_at": list(map(str, looks_at(model, plain))),
        "meaning": round(model.whole.meaning_spread(data.inputs[graded.rows], d), 4),
        "prior": round(model.whole.prior, 6),
        "topics": [TopicParts.of(head).model_dump() for head in model.topics],
        "aim": aim.model_dump(),
        **_answers(data, graded, crossed),
    }


def _answers(data: TrainingData, graded: GradedRows, crossed: CrossFitted) -> dict[str, Any]:
    """What graded outputs get, and how far it can be believed."""
    rows, fails, scores = graded.rows, graded.fails, crossed.scores
    ids = [data.table.ids[int(i)] for i in rows]
    final = Calibrator.fit(scores, fails)
    pairs = np.round(np.column_stack([crossed.shown, crossed.limits]), 4).tolist()
    groups = [data.groups[int(i)] for i in rows]
    notes = [data.notes[int(i)] for i in rows]
    return {
        "cross_fitted": dict(zip(ids, np.round(scores, 6).tolist(), strict=True)),
        "cuts": dict(zip(ids, np.round(crossed.cuts, 6).tolist(), strict=True)),
        "calibration": [final.slope, final.intercept],
        "calibrated": dict(zip(ids, pairs, strict=True)),
        "failed": [output_id for output_id, bad in zip(ids, fails, strict=True) if bad],
        "reliability": calibration.reliability(scores, crossed.shown, fails, groups).model_dump(),
        "digest": digest(zip(ids, map(bool, fails), told(notes, graded.topics), strict=True)),
    }


def told(notes: Sequence[str], topics: Topics | None) -> Iterator[str]:
    """Notes with the names of their topics."""
    for at, note in enumerate(notes):
        names = [] if topics is None else [topics.names[k] for k in np.flatnonzero(topics.noted[at])]
        yield "\n".join([note, *sorted(names)])


def _linear(model: LearnedModel) -> dict[str, Any]:
    """What is read of outputs, and the model of all grades."""
    return model.reading.as_dict() | {
        "weight": [1.0] * len(model.reading.knots),
        "coefficients": np.round(model.whole.slopes, 6).tolist(),
        "intercept": [round(model.whole.intercept, 6)],
    }


def digest(grades: Iterable[tuple[str, bool, str]]) -> str:
    """What a judge is made of, in short, from (output id, failed, note) of each of its grades."""
    text = repr(sorted(grades))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def looks_at(model: LearnedModel, columns: Sequence[Column], limit: int = 4) -> list[Wording]:
    """What weighs most, in words, each quantity once: the checks, then "more words", "fewer names"; nothing
    where it answers the same for every output.
    """
    weights = mean_slopes(model)[: len(columns)]
    every = [
        (share * (good - bad), spec)
        for head, share in zip((model.whole, *model.topics), model.shares, strict=True)
        for spec, bad, good in head.checks
    ]
    strongest = [spec for _, spec in sorted(every, key=lambda check: check[0])[:limit]]
    parts: dict[tuple[str, bool], Wording] = {}
    for spec in strongest:
        parts.setdefault((spec.key, spec.side == "above"), check_words(spec))
    for at in np.argsort(-np.abs(weights))[:limit].tolist():
        if abs(weights[at]) > _LEAST:
            up = bool(weights[at] > 0)
            parts.setdefault((columns[at].key, up), leaning(columns[at], up=up))
    return list(parts.values())


def mean_slopes(model: LearnedModel) -> Floats:
    """The slopes of all models, each by its share, (d + k,)."""
    heads = zip((model.whole, *model.topics), model.shares, strict=True)
    return np.asarray(np.sum([share * head.slopes for head, share in heads], axis=0))


@register
class LearnedKind(DecidingKind[LearnedSpec]):
    """A linear model of the grades with a few checks."""

    form = LearnedSpec
    stored = "learned"
    place = 2
    learns = True
    gives_probabilities = True
    shaped = "cross-fitted"
    heavy = frozenset({"model", "cross_fitted", "calibrated", "cuts", "failed", "topics"})
    travels: ClassVar[type[Frozen]] = TravellingModel
    came = "it was fitted there, to none of the grades here"

    @cached_property
    def learned(self) -> LearnedModel:
        """The models that decide."""
        spec, parts = self.spec, self.spec.model
        slopes = np.array(parts["coefficients"], dtype=float)
        slopes[: len(parts["weight"])] *= parts["weight"]
        failed = len(spec.failed or ())
        whole = LinearHead(slopes, float(parts["intercept"][0]), spec.checks, spec.prior, failed)
        return LearnedModel(InputScaling.from_dict(parts), whole, tuple(topic.head for topic in spec.topics))

    @property
    def columns(self) -> list[Column]:
        """What it measures."""
        return [Column(name, parameters) for name, parameters in self.spec.columns]

    def describe(self) -> Wording:
        """What it was made from, what weighs most, and where it cuts."""
        spec, looks = self.spec, self._looks()
        n = len(spec.cross_fitted)
        says = [Wording("A linear model of {n} grades; it looks most at: {looks}.", n=n, looks=looks)]
        topics = sorted((topic for topic in spec.topics if topic.name), key=lambda topic: -topic.fails)
        if topics:
            sources = reduce(_then, (_learned_from(topic.head) for topic in topics[:_SHOWN]))
            if len(topics) > _SHOWN:
                sources = Wording("{topics} and {n} more topics", topics=sources, n=len(topics) - _SHOWN)
            says.append(
                Wording("With it go models of what notes say again and again: {topics}.", topics=sources)
            )
        if spec.aim is not None:
            says.append(
                Wording(
                    "It fails what is bad with a probability above {cut:.0%}, where {aim}.",
                    cut=self._cut,
                    aim=spec.aim.words,
                )
            )
        return reduce(lambda first, second: Wording("{first} {second}", first=first, second=second), says)

    def _looks(self) -> Sequence[str]:
        """What weighs most; as it is kept where another release would word it otherwise."""
        stored, d = self.spec.looks_at, len(self.learned.reading.knots)
        words = looks_at(self.learned, self.columns[:d])
        return words if list(map(str, words)) == list(stored) else stored

    @property
    @override
    def reads_vectors(self) -> bool:
        return self.spec.with_vectors

    @property
    @override
    def reads_meaning(self) -> bool:
        return embeds(name for name, _ in self.spec.columns)

    @override
    def decide(
        self, outputs: Sequence[Output], vectors: Floats | None = None, stop: threading.Event | None = None
    ) -> list[Decision]:
        spec, pointer = self.spec, self.spec.field
        parts = [at_pointer(output, pointer) for output in outputs] if pointer else list(outputs)
        present = [output for output in parts if output is not None]
        table = measure(present, self.columns, vectors if spec.with_vectors else None)
        whole, *topics = self.learned.log_odds(table)
        scores, likeliest = joined(whole, topics), self._likeliest(topics, len(table.ids))
        final = Calibrator(*spec.calibration or ())
        probabilities, cut = final(scores) if spec.calibration else scores, final.of(spec.cut)
        figures = zip(table.ids, scores.tolist(), probabilities.tolist(), likeliest, strict=True)
        decisions = iter([self._decision(*figure, cut) for figure in figures])
        no_part = Decision(value="abstain", reason=str(no_field(pointer)))
        return [no_part if output is None else next(decisions) for output in parts]

    def _likeliest(self, topics: Sequence[Floats], n: int) -> list[str]:
        """For each of n outputs what it would fail for, in words; "" for nothing that notes say often."""
        if not topics:
            return [""] * n
        words = [str(topic_words(head)) if head.name else "" for head in self.learned.topics]
        return [words[at] for at in np.argmax(topics, axis=0)]

    def _decision(
        self, output_id: str, score: float, probability: float, likeliest: str, cut: float
    ) -> Decision:
        has_grade = output_id in self.spec.cross_fitted
        raw = self.spec.cross_fitted.get(output_id, score)
        fail, limit = self.spec.calibrated.get(output_id, (raw if has_grade else probability, cut))
        failed = raw > self.spec.cuts.get(output_id, self.spec.cut)
        why = _probability(fail, limit, graded=has_grade)
        if failed and likeliest and not has_grade:
            why = _most_like(why, likeliest)
        return Decision(value="fail" if failed else "pass", probability=round(1 - fail, 4), reason=str(why))

    @override
    def wordings(self, output: Output, probability: float | None) -> Iterator[Wording]:
        """Each topic is tried for an output that it was not made from: that must be measured to find it."""
        raw = self.spec.cross_fitted.get(output.id)
        if raw is not None:
            fail, limit = self.spec.calibrated.get(output.id, (raw, self._cut))
            yield _probability(fail, limit, graded=True)
        elif probability is None:
            yield no_field(self.spec.field)
        else:
            plain = _probability(1 - probability, self._cut, graded=False)
            yield plain
            for head in self.learned.topics:
                yield _most_like(plain, topic_words(head))

    @property
    def _cut(self) -> float:
        """The cut as a probability."""
        return float(Calibrator(*self.spec.calibration or ()).of(self.spec.cut))

    def candidate(self, refitting: RefitTargets) -> Candidate | None:
        """The model, fitted again to what it looks at; one of a field alone stays as it is."""
        if self.spec.field is not None:
            return None
        data = refitting.data.only({column.key for column in self.columns})
        return LearnedCandidate(data, refitting.target, self.spec.aim or HIGHEST)

    @property
    def held_out_votes(self) -> Bools:
        """Which of its graded outputs it fails, by models and cuts that did not see the grade, (m,)."""
        spec = self.spec
        return np.array([score > spec.cuts.get(key, spec.cut) for key, score in spec.cross_fitted.items()])

    @property
    def made_of(self) -> str | None:
        """The digest of its grades, its field, and what it aims at."""
        spec = self.spec
        return spec.digest and f"{spec.digest} {spec.field or ''}{spec.aim.words if spec.aim else ''}"

    @override
    def leaving(self) -> dict[str, Any]:
        topics = [topic.model_copy(update={"quote": ""}) for topic in self.spec.topics]
        more = {"topics": [topic.model_dump(mode="json") for topic in topics]} if topics else {}
        return super().leaving() | {"cross_fitted": {}} | more

    @override
    def try_once(self) -> None:
        """Decide a made-up output with an embedding of nothing."""
        self.decide([PROBE], np.zeros((1, SIZE)))


def topic_words(head: LinearHead) -> Wording:
    """A topic with the notes that it was learned from."""
    if not head.quote:
        return _learned_from(head)
    names = {"name": head.name, "n": head.fails, "quote": head.quote}
    return Wording("“{name}”, learned from {n} notes such as “{quote}”", **names)


def _learned_from(head: LinearHead) -> Wording:
    return Wording("“{name}”, learned from {n} notes", name=head.name, n=head.fails)


def _then(first: Wording, second: Wording) -> Wording:
    return Wording("{first}; {second}", first=first, second=second)


def _most_like(why: Wording, topic: str) -> Wording:
    return Wording("{why} Most like {topic}.", why=why, topic=topic)


def _probability(fail: float, limit: float, *, graded: bool) -> Wording:
    return Wording(
        "Probability of a fail {fail:.0%} by a model that did not see its grade; that model's limit is "
        "{limit:.0%}."
        if graded
        else "Probability of a fail {fail:.0%}; the limit is {limit:.0%}.",
        fail=fail,
        limit=limit,
    )
