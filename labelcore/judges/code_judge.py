"""Code judges: a detector, its parameters, and the threshold past which an output fails."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from labelcore.errors import NotFound
from labelcore.judges.detectors import REGISTRY, Detector
from labelcore.judges.fields import at_pointer
from labelcore.models import Decision, Frozen, Output

Side = Literal["above", "below"]
_NOTHING = {
    "input": "There is no input or context to compare with.",
    "reference": "There is no reference to compare with.",
    "schema": "It cannot be checked: there is no schema, or it takes too long.",
}


class CodeSpec(Frozen):
    """Fails an output whose measured value lies on ``side`` of ``threshold``.

    ``parameters``: what the detector needs, and what every check may have: ``flipped`` (it says the
    opposite) and ``field`` (the JSON pointer of the only part of an output that it sees).
    ``guided``: the threshold was fitted to the fails whose own note talks about the quantity.
    ``library``: where a judge that came by file was measured before. It decides nothing, and stays
    out of what is written, so that the ids of all other judges are what they were.
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
        phrase = self.parameters.get("phrase")
        return f"{self.detector}:{' '.join(phrase)}" if phrase else self.detector


def detector_of(spec: CodeSpec) -> Detector:
    """The detector that a spec names.

    Raises:
        NotFound: this version of labelcore has no such detector.
    """
    if spec.detector not in REGISTRY:
        raise NotFound(
            f"There is no detector '{spec.detector}'.",
            next_step="The judge was made by another version of labelcore: propose judges again.",
        )
    return REGISTRY[spec.detector]


def decide(spec: CodeSpec, output: Output) -> Decision:
    """Measure an output and say pass or fail with the figure; abstain where it does not apply."""
    detector = detector_of(spec)
    pointer = spec.parameters.get("field")
    seen = at_pointer(output, pointer) if pointer else output
    if seen is None:
        return Decision(value="abstain", reason=f"The output has no field {pointer}.")
    value = detector.feature(seen, spec.parameters)
    if value is None:
        return Decision(value="abstain", reason=_NOTHING[detector.needs])
    decision = _decided(spec, detector, value)
    if detector.explain and value > 0:
        decision = decision.model_copy(update={"reason": detector.explain(seen, spec.parameters)})
    if spec.parameters.get("flipped"):
        opposite = "pass" if decision.value == "fail" else "fail"
        reason = f"{decision.reason} The check is flipped."
        return decision.model_copy(update={"value": opposite, "reason": reason})
    return decision


def _decided(spec: CodeSpec, detector: Detector, value: float) -> Decision:
    found = f"{_shown(detector, value)} {quantity(spec)}"
    if value > spec.threshold if spec.side == "above" else value < spec.threshold:
        limit = "more" if spec.side == "above" else "less"
        reason = f"{found}: {limit} than {_shown(detector, spec.threshold)}."
        return Decision(value="fail", reason=reason)
    limit = "not more" if spec.side == "above" else "not less"
    return Decision(value="pass", reason=f"{found}: {limit} than {_shown(detector, spec.threshold)}.")


def describe(spec: CodeSpec) -> str:
    """The check as a sentence."""
    detector = detector_of(spec)
    words = "Passes" if spec.parameters.get("flipped") else "Fails"
    field = spec.parameters.get("field")
    what = f"whose field {field} has" if field else "with"
    return f"{words} an output {what} {_too_much(spec, detector)}."


def _too_much(spec: CodeSpec, detector: Detector) -> str:
    limit = "more" if spec.side == "above" else "fewer"
    if detector.percent:
        limit = "over" if spec.side == "above" else "under"
        return f"{limit} {_shown(detector, spec.threshold)} {quantity(spec)}"
    return f"{limit} than {_shown(detector, spec.threshold)} {quantity(spec)}"


def embeds(spec: Mapping[str, Any]) -> bool:
    """Whether a code or learned judge measures likeness in meaning."""
    names = [spec.get("detector"), *(column[0] for column in spec.get("columns", ()))]
    return any(name in REGISTRY and REGISTRY[name].embeds for name in names)


def quantity(spec: CodeSpec) -> str:
    """What is measured, in words."""
    phrase = spec.parameters.get("phrase")
    if phrase:
        joined = "".join(phrase) if not "".join(phrase).isascii() else " ".join(phrase)
        return f"uses of “{joined}”"
    return detector_of(spec).quantity


def _shown(detector: Detector, value: float) -> str:
    if detector.percent:
        return f"{value:.0%}"
    return f"{value:.0f}" if math.isclose(value, round(value)) else f"{value:.1f}"
