"""A learned judge: a calibrated linear model on detectors and embeddings, cross-fitted.

Regularised logistic regression with balanced classes on the detectors' numbers (signed logarithm,
standardised, larger where the notes talk about a detector) and a few principal components of the
embeddings. No graded output is judged by a model that saw its grade: for these the judge answers
from a model fitted without their group. The specification holds the coefficients, so that verdicts
can be made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from labelcore.judges.features import Column, FeatureTable, Floats
from labelcore.judges.fitting import Bools
from labelcore.models import Decision

NEEDED_GRADES = 40
NEEDED_FAILS = 8
_COMPONENTS = 12
_CLIP = 3.0
_VECTOR_SCALE = 4.0
_UNNAMED = 0.5  # the scale of detectors that no note talks about
_STRENGTH = 0.05
_FOLDS = 5


def too_few(fails: Bools) -> str | None:
    """Why the learned judge must abstain, or None when there are enough grades."""
    n, failed = len(fails), int(fails.sum())
    if n < NEEDED_GRADES or failed < NEEDED_FAILS or n - failed < NEEDED_FAILS:
        return (
            f"A learned judge needs about {NEEDED_GRADES} grades with at least {NEEDED_FAILS} "
            f"passes and {NEEDED_FAILS} fails; here are {n} grades with {failed} fails."
        )
    return None


class LinearModel:
    """Standardisation, projection and coefficients, with a plain dictionary form."""

    def __init__(self, parts: dict[str, Any]) -> None:
        self.parts = {key: np.asarray(value, dtype=float) for key, value in parts.items()}

    @classmethod
    def fit(cls, table: FeatureTable, fails: Bools, topics: Floats) -> LinearModel:
        """Fit to graded outputs; both classes must be there."""
        from sklearn.linear_model import LogisticRegression

        squeezed = _squeeze(table.values)
        known = np.logical_not(np.isnan(squeezed)).any(axis=0)
        width = squeezed.shape[1]
        centre, spread = np.zeros(width), np.zeros(width)
        centre[known] = np.nanmedian(squeezed[:, known], axis=0)
        spread[known] = np.nanstd(squeezed[:, known], axis=0)
        weight = np.where(spread > 1e-9, _UNNAMED + topics, 0.0)
        mean, axes = _principal(table.vectors)
        parts = {
            "centre": centre, "spread": np.where(spread > 1e-9, spread, 1.0), "weight": weight,
            "mean": mean, "axes": axes,
        }  # fmt: skip
        model = cls(parts)
        fitted = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=500)
        fitted.fit(model.inputs(table), fails)
        model.parts |= {"coefficients": fitted.coef_[0], "intercept": fitted.intercept_}
        return model

    def inputs(self, table: FeatureTable) -> Floats:
        """What the regression sees, shape (n, d + k)."""
        p = self.parts
        scaled = (_squeeze(table.values) - p["centre"]) / p["spread"]
        plain = np.clip(np.nan_to_num(scaled), -_CLIP, _CLIP) * p["weight"]
        if table.vectors is None or p["axes"].size == 0:
            return np.asarray(plain)
        projected = (table.vectors - p["mean"]) @ p["axes"].T * _VECTOR_SCALE
        return np.hstack([plain, projected])

    def fail_probability(self, table: FeatureTable) -> Floats:
        """Probability that an expert fails each output, classes balanced, shape (n,)."""
        scores = self.inputs(table) @ self.parts["coefficients"] + self.parts["intercept"]
        return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))))

    def as_dict(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        return {key: np.round(value, 6).tolist() for key, value in self.parts.items()}


def _squeeze(values: Floats) -> Floats:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _principal(vectors: Floats | None) -> tuple[Floats, Floats]:
    if vectors is None or len(vectors) < 2:
        return np.zeros(0), np.zeros((0, 0))
    mean = vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(vectors - mean, full_matrices=False)
    return mean, axes[: min(_COMPONENTS, len(vectors) // 4)]


def folds_by_group(groups: Sequence[str], count: int, seed: int) -> npt.NDArray[np.int64]:
    """A fold number for each item; items of one group share it, sizes are even."""
    names = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    number = {names[int(where)]: place % count for place, where in enumerate(order)}
    return np.array([number[group] for group in groups])


def cross_fitted(
    table: FeatureTable, fails: Bools, groups: Sequence[str], topics: Floats, seed: int = 0
) -> Floats:
    """Fail probabilities, each from a model that did not see the output's group, shape (n,)."""
    folds = folds_by_group(groups, _FOLDS, seed)
    found = np.full(len(fails), float(fails.mean()) if len(fails) else 0.5)
    for fold in range(_FOLDS):
        out, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if len(out) and 0 < fails[rest].sum() < len(rest):
            model = LinearModel.fit(table.rows(rest), fails[rest], topics)
            found[out] = model.fail_probability(table.rows(out))
    return found


def best_cut(probabilities: Floats, fails: Bools) -> float:
    """The cut in (0.3, 0.7) that balances both classes best, drawn towards one half."""
    cuts = np.linspace(0.3, 0.7, 41)
    failed = probabilities[None, :] > cuts[:, None]
    caught = (failed & fails).sum(axis=1) / max(1, int(fails.sum()))
    kept = (~failed & ~fails).sum(axis=1) / max(1, int((~fails).sum()))
    both = 2 * caught * kept / np.maximum(caught + kept, 1e-9)
    return float(cuts[int(np.argmax(both - 0.5 * np.abs(cuts - 0.5)))])


def make_spec(
    table: FeatureTable, fails: Bools, groups: Sequence[str], topics: Floats, seed: int = 0
) -> dict[str, Any]:
    """The judge's specification: columns, model, cut, and the cross-fitted answers."""
    held_out = cross_fitted(table, fails, groups, topics, seed)
    model = LinearModel.fit(table, fails, topics)
    return {
        "columns": [[column.detector, dict(column.parameters)] for column in table.columns],
        "with_vectors": table.vectors is not None,
        "model": model.as_dict(),
        "cut": round(best_cut(held_out, fails), 3),
        "cross_fitted": dict(zip(table.ids, np.round(held_out, 4).tolist(), strict=True)),
        "looks_at": looks_at(model, table.columns),
    }


def looks_at(model: LinearModel, columns: Sequence[Column], limit: int = 6) -> list[str]:
    """What weighs most, in words: "more words", "less covered words"."""
    weights = model.parts["coefficients"][: len(columns)] * model.parts["weight"]
    order = np.argsort(-np.abs(weights))[:limit]
    return [
        f"{'more' if weights[i] > 0 else 'less'} {columns[int(i)].key}"
        for i in order
        if weights[i] != 0
    ]


def spec_columns(spec: dict[str, Any]) -> list[Column]:
    """The columns that a specification measures."""
    return [Column(name, parameters) for name, parameters in spec["columns"]]


def decide_all(spec: dict[str, Any], table: FeatureTable) -> list[Decision]:
    """Decisions for outputs measured by ``spec_columns(spec)``, with vectors if it wants them."""
    fresh = LinearModel(spec["model"]).fail_probability(table)
    known: dict[str, float] = spec["cross_fitted"]
    return [
        _decision(known.get(output_id, float(p)), spec["cut"], cross=output_id in known)
        for output_id, p in zip(table.ids, fresh, strict=True)
    ]


def _decision(fail: float, cut: float, *, cross: bool) -> Decision:
    how = " by a model that did not see its grade" if cross else ""
    return Decision(
        value="fail" if fail > cut else "pass", probability=round(1 - fail, 4),
        reason=f"Probability of a fail {fail:.0%}{how}; the limit is {cut:.0%}.",
    )  # fmt: skip
