"""Learned judges: a model of the grades, with its answers on the outputs that it was made from.

The specification holds every coefficient, so that verdicts can be made again. No graded output is judged by
a model that saw its grade: for these the cross-fitted answers are kept. The score decides; the probability
that goes with a verdict is calibrated out of fold.
"""

from __future__ import annotations

import hashlib
import importlib
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import ConfigDict, Field, model_validator
from typing_extensions import override

from labelcore.judges import calibration
from labelcore.judges.calibration import Calibrator, Reliability
from labelcore.judges.candidates import Candidate, Refitting, Target
from labelcore.judges.features import Bools, Column, Floats, Graded, Ints, TrainingData, measure
from labelcore.judges.fields import at_pointer
from labelcore.judges.kinds import PROBE, Kind, register
from labelcore.judges.kinds.code import CodeSpec, check_words, embeds, known_key, leaning
from labelcore.judges.learned_model import CUT, LearnedModel, LinearModel, cross_fitted
from labelcore.models import Decision, Frozen, Output
from labelcore.text.embedding import SIZE

Number = Annotated[float, Field(ge=-1e9, le=1e9)]
"""Small enough that no product of two runs over."""


class LinearParts(Frozen):
    """The numbers of a linear model on d detectors and k axes of c-dimensional embeddings."""

    knots: tuple[tuple[tuple[Number, ...], tuple[Number, ...]], ...]
    weight: tuple[Number, ...]
    mean: tuple[Number, ...]
    axes: tuple[tuple[Number, ...], ...]
    coefficients: tuple[Number, ...]
    intercept: tuple[Number]

    @model_validator(mode="after")
    def _sizes_fit(self) -> LinearParts:
        d, k = len(self.knots), len(self.axes)
        if any(len(x) != len(y) or not x for x, y in self.knots):
            raise ValueError("each detector needs as many values as ranks")
        if (len(self.weight), len(self.coefficients)) != (d, d + k):
            raise ValueError("the coefficients do not fit the detectors and axes")
        if any(len(axis) != len(self.mean) for axis in self.axes):
            raise ValueError("the axes do not fit the mean")
        return self


class TravellingModel(Frozen):
    """What of a learned judge leaves. ``cross_fitted`` names outputs, so it never does."""

    columns: tuple[tuple[str, dict[str, Any]], ...]
    with_vectors: bool
    model: LinearParts
    checks: tuple[tuple[CodeSpec, Number, Number], ...]
    cut: float = Field(ge=0, le=1)
    cross_fitted: dict[str, float] = Field(default_factory=dict, max_length=0)
    looks_at: tuple[str, ...] = ()
    calibration: tuple[Number, Number] | None = None
    meaning: Number = 0.0

    @model_validator(mode="after")
    def _parts_fit(self) -> TravellingModel:
        measured = [
            CodeSpec(detector=name, side="above", threshold=0, parameters=with_)
            for name, with_ in self.columns
        ]
        keys = set(map(known_key, measured))
        if any(spec.key not in keys for spec, _, _ in self.checks):
            raise ValueError("a check has no column")
        if len(self.model.knots) > len(self.columns):
            raise ValueError("there are more detectors than columns")
        if self.with_vectors and self.model.axes and len(self.model.mean) != SIZE:
            raise ValueError(f"the axes are not those of embeddings of {SIZE} numbers")
        return self


class LearnedSpec(Frozen):
    """A learned judge as the store has it; what earlier releases did not keep is None or empty. For each
    graded output ``cross_fitted`` is the fail probability by a model that did not see it, ``calibrated`` the
    same calibrated with the calibrated cut; ``failed`` are those that people failed.
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


def make_spec(data: TrainingData, graded: Graded, seed: int = 0) -> dict[str, Any]:
    """The judge's specification: columns, model, checks, cut, and the cross-fitted answers."""
    rows, fails = graded.rows, graded.fails
    held_out, folds = cross_fitted(data, graded, seed)
    calibrated, cuts = calibration.out_of_fold(held_out, fails, folds, CUT)
    groups = [data.groups[int(i)] for i in rows]
    model, _ = LearnedModel.fit(data, graded)
    plain = data.table.columns
    known = {column.key for column in plain}
    phrases = [Column(c.detector, c.parameters) for c, _, _ in model.checks if c.key not in known]
    ids = [data.table.ids[int(i)] for i in rows]
    final = Calibrator.fit(held_out, fails)
    pairs = np.round(np.column_stack([calibrated, cuts]), 4).tolist()
    return {
        "columns": [[column.detector, dict(column.parameters)] for column in (*plain, *phrases)],
        "with_vectors": data.table.vectors is not None,
        "model": model.linear.as_dict(),
        "checks": [[spec.model_dump(), round(bad, 6), round(good, 6)] for spec, bad, good in model.checks],
        "cut": CUT,
        "cross_fitted": dict(zip(ids, np.round(held_out, 4).tolist(), strict=True)),
        "looks_at": looks_at(model, plain),
        "calibration": [final.slope, final.intercept],
        "calibrated": dict(zip(ids, pairs, strict=True)),
        "failed": [output_id for output_id, bad in zip(ids, fails, strict=True) if bad],
        "meaning": round(model.linear.meaning_spread(data.table.rows(rows)), 4),
        "reliability": calibration.reliability(held_out, calibrated, fails, groups).model_dump(),
        "digest": digest(zip(ids, map(bool, fails), (data.notes[int(i)] for i in rows), strict=True)),
    }


def digest(seen: Iterable[tuple[str, bool, str]]) -> str:
    """What a judge is made of, in short, from (output id, failed, note) of each of its grades."""
    text = repr(sorted(seen))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def looks_at(model: LearnedModel, columns: Sequence[Column], limit: int = 4) -> list[str]:
    """What weighs most, in words: the checks, then "more words", "fewer names"."""
    parts = model.linear.parts
    weights = parts["coefficients"][: len(columns)] * parts["weight"]
    order = np.argsort(-np.abs(weights))[:limit]
    plain = [leaning(columns[int(i)], up=bool(weights[i] > 0)) for i in order if weights[i] != 0]
    strongest = sorted(model.checks, key=lambda check: check[2] - check[1])[:limit]
    return list(dict.fromkeys([*(check_words(spec) for spec, _, _ in strongest), *plain]))


@register
class LearnedKind(Kind[LearnedSpec]):
    """A linear model of the grades with a few checks."""

    form = LearnedSpec
    stored = "learned"
    place = 2
    decides_here = True
    learns = True
    gives_probabilities = True
    shaped = "cross-fitted"
    heavy = frozenset({"model", "cross_fitted", "calibrated", "failed"})
    travels: ClassVar[type[Frozen]] = TravellingModel
    came = "it was fitted there, to none of the grades here"

    @cached_property
    def learned(self) -> LearnedModel:
        """The model that decides."""
        return LearnedModel(LinearModel(self.spec.model), self.spec.checks)

    @property
    def columns(self) -> list[Column]:
        """What it measures."""
        return [Column(name, parameters) for name, parameters in self.spec.columns]

    def describe(self) -> str:
        """How many grades it was made from, and what weighs most."""
        looks = ", ".join(self.spec.looks_at)
        return f"A linear model of {len(self.spec.cross_fitted)} grades; it looks most at: {looks}."

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
        seen = [at_pointer(output, pointer) for output in outputs] if pointer else list(outputs)
        known = [output for output in seen if output is not None]
        table = measure(known, self.columns, vectors if spec.with_vectors else None)
        scores = self.learned.fail_probability(table)
        final = Calibrator(*spec.calibration or ())
        shown, cut = final(scores) if spec.calibration else scores, final.of(spec.cut)
        figures = zip(table.ids, scores.tolist(), shown.tolist(), strict=True)
        made = iter([self._decision(*figure, cut) for figure in figures])
        missing = Decision(value="abstain", reason=f"The output has no field {pointer}.")
        return [missing if output is None else next(made) for output in seen]

    def _decision(self, output_id: str, score: float, shown: float, cut: float) -> Decision:
        graded = output_id in self.spec.cross_fitted
        raw = self.spec.cross_fitted.get(output_id, score)
        fail, limit = self.spec.calibrated.get(output_id, (raw if graded else shown, cut))
        how = " by a model that did not see its grade" if graded else ""
        return Decision(
            value="fail" if raw > self.spec.cut else "pass",
            probability=round(1 - fail, 4),
            reason=f"Probability of a fail {fail:.0%}{how}; the limit is {limit:.0%}.",
        )

    def candidate(self, refitting: Refitting) -> Candidate | None:
        """The model, fitted again; one of a field alone stays as it is."""
        return None if self.spec.field is not None else LearnedCandidate(refitting.data, refitting.target)

    @property
    def made_of(self) -> str | None:
        """The digest of its grades, and its field."""
        return self.spec.digest and f"{self.spec.digest} {self.spec.field or ''}"

    @override
    def leaving(self) -> dict[str, Any]:
        return super().leaving() | {"cross_fitted": {}}

    def try_once(self) -> None:
        """Decide a made-up output with an embedding of nothing."""
        self.decide([PROBE], np.zeros((1, SIZE)))


@dataclass(frozen=True)
class LearnedCandidate(Candidate):
    """A learned judge, refitted on the training rows."""

    slow: ClassVar[bool] = True
    data: TrainingData
    target: Target

    @override
    def fails(self, train: Ints, test: Ints) -> Bools:
        seen = self.target.of(train)
        if seen is None:
            return np.zeros(len(test), dtype=bool)
        return np.asarray(LearnedModel.fit(self.data, seen)[1][test] > CUT)

    @override
    def prepare(self) -> None:
        importlib.import_module("sklearn.linear_model")
