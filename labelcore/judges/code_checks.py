"""One check of a detector's value against a threshold: its specification, and how it is fitted to grades."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from pydantic import Field

from labelcore.arrays import Bools
from labelcore.errors import BadInput, NotFound
from labelcore.judges import fitting
from labelcore.judges.detectors import REGISTRY, Detector
from labelcore.judges.features import Column, GradedRows, TrainingData
from labelcore.judges.fitting import Side
from labelcore.models import Frozen


class CodeSpec(Frozen):
    """Fails an output whose measured value lies on ``side`` of ``threshold``.

    ``parameters``: what the detector needs, ``flipped`` (it says the opposite), ``field`` (the JSON pointer
    of the only part that it sees). ``guided``: fitted to the fails whose note talks about the quantity.
    ``library``: where a judge that came by file was measured before; it stays out of what is written.
    """

    detector: str
    side: Side
    threshold: float
    guided: bool = False
    parameters: dict[str, Any] = Field(default_factory=dict)
    library: dict[str, Any] | None = Field(default=None, exclude=True, repr=False)

    @property
    def key(self) -> str:
        """What is measured, apart from the threshold: one column of a feature table."""
        return Column(self.detector, self.parameters).key


def detector_of(spec: CodeSpec) -> Detector:
    """The detector that a spec names; NotFound where this version of labelcore has none such."""
    if spec.detector not in REGISTRY:
        raise NotFound(
            "There is no detector '{detector}'.",
            next_step="The judge was made by another version of labelcore: propose judges again.",
            detector=spec.detector,
        )
    return REGISTRY[spec.detector]


class FittedCheck(NamedTuple):
    """A check fitted to grades, with its shrunk gain and its votes on all n outputs."""

    spec: CodeSpec
    gain: float
    votes: Bools


def fitted_thresholds(
    data: TrainingData, graded: GradedRows, most: int, *, guided: bool
) -> list[FittedCheck]:
    """The best thresholds, by the grades or by what the notes talk about."""
    checks = []
    for stump in fitting.fit_all(data, graded, guided=guided)[:most]:
        column = data.table.columns[stump.column]
        spec = CodeSpec(
            detector=column.detector,
            parameters=dict(column.parameters),
            side=stump.side,
            threshold=stump.threshold,
            guided=stump.guided,
        )
        votes = fitting.votes(stump.side, stump.threshold, data.table.values[:, stump.column])
        checks.append(FittedCheck(spec, stump.gain, votes))
    return checks


def fitted_phrases(data: TrainingData, graded: GradedRows, most: int, *, guided: bool) -> list[FittedCheck]:
    """The phrases that tell most, by the grades alone or by the notes too."""
    checks, rows = [], np.arange(len(data.groups))
    for check in fitting.phrases(data, graded, most, guided=guided):
        spec = CodeSpec(
            detector="phrase",
            parameters={"phrase": list(data.incidence.phrases[check.phrase])},
            side="above" if check.bad_when_shown else "below",
            threshold=0.0 if check.bad_when_shown else 1.0,
            guided=guided,
        )
        checks.append(FittedCheck(spec, check.gain, fitting.phrase_votes(check, data, rows)))
    return checks


def _are_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


_PARAMETERS: dict[str, Callable[[object], bool]] = {
    "phrase": lambda given: bool(given) and _are_words(given),
    "section": lambda given: bool(given) and isinstance(given, str),
}


def known_key(spec: CodeSpec) -> str:
    """The key of a check that came by file; LabelcoreError where its detector or its phrase is none."""
    parameter = detector_of(spec).parameter
    for name, whole in _PARAMETERS.items():
        value = spec.parameters.get(name)
        if (parameter == name) != (value is not None):
            raise BadInput("only a detector of a {name} has a {name}, and it needs one", name=name)
        if value is not None and not whole(value):
            raise BadInput("a phrase is a list of words" if name == "phrase" else "a section is its label")
    parameters = spec.parameters
    lists = (parameters.get(name, []) for name in ("beside", "filler"))
    if not all(map(_are_words, lists)) or not isinstance(parameters.get("title", ""), str):
        raise BadInput("a section's labels and fillers are words")
    return spec.key
