"""Code judges: a detector, its parameters, and the threshold past which an output fails."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from pydantic import Field
from typing_extensions import override

from labelcore.errors import BadInput, NotFound
from labelcore.judges import fitting
from labelcore.judges.candidates import Candidate, Refitting
from labelcore.judges.code_candidate import CodeCandidate, PhraseCandidate
from labelcore.judges.detectors import REGISTRY, Detector
from labelcore.judges.features import Bools, Column, Floats, Graded, TrainingData
from labelcore.judges.fields import at_pointer
from labelcore.judges.fitting import Side
from labelcore.judges.kinds import DecidingKind, register
from labelcore.models import Decision, Frozen, Output, VerdictValue
from labelcore.wording import Wording

_NOTHING = {
    "input": Wording("There is no input or context to compare with."),
    "reference": Wording("There is no reference to compare with."),
    "schema": Wording("It cannot be checked: there is no schema, or it takes too long."),
    "section": Wording("There is no such section, or nothing to compare it with."),
}


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


def decide(spec: CodeSpec, output: Output) -> Decision:
    """Measure an output and say pass or fail with the figure; abstain where it does not apply."""
    value, reason = judged(spec, output)
    return Decision(value=value, reason=reason)


def judged(spec: CodeSpec, output: Output) -> tuple[VerdictValue, Wording]:
    """The same with the reason as it can be said in any language."""
    detector, above = detector_of(spec), spec.side == "above"
    pointer = spec.parameters.get("field")
    seen = at_pointer(output, pointer) if pointer else output
    if seen is None:
        return "abstain", Wording("The output has no field {pointer}.", pointer=pointer)
    value = detector.feature(seen, spec.parameters)
    if value is None:
        return "abstain", _NOTHING[detector.needs]
    fails = value > spec.threshold if above else value < spec.threshold
    reason = _why(spec, value, fails=fails)
    if detector.explain and value > 0:
        reason = Wording("{words}", words=detector.explain(seen, spec.parameters))
    if spec.parameters.get("flipped"):
        fails, reason = not fails, Wording("{reason} The check is flipped.", reason=reason)
    return "fail" if fails else "pass", reason


def _why(spec: CodeSpec, value: float, *, fails: bool) -> Wording:
    detector = detector_of(spec)
    if told := detector.holds:
        return Wording(as_sentence(told[value > 0]), title=_title(spec))
    return Wording(
        ("{value} {quantity}: more than {limit}." if fails else "{value} {quantity}: not more than {limit}.")
        if spec.side == "above"
        else (
            "{value} {quantity}: less than {limit}."
            if fails
            else "{value} {quantity}: not less than {limit}."
        ),
        value=_shown(detector, value),
        quantity=quantity(spec),
        limit=_shown(detector, spec.threshold),
    )


def as_sentence(words: str) -> str:
    """A part of a sentence as one by itself."""
    return f"{words[0].upper()}{words[1:]}."


def _title(spec: CodeSpec) -> str:
    return str(spec.parameters.get("title") or spec.parameters["section"])


def describe(spec: CodeSpec) -> Wording:
    """The check as a sentence."""
    flips, field = spec.parameters.get("flipped"), spec.parameters.get("field")
    fields = {"field": field} if field else {}
    if holding := holds(spec, true=spec.side == "above"):
        return Wording(
            ("Passes an output where {what}." if flips else "Fails an output where {what}.")
            if not field
            else "Passes an output in whose field {field} {what}."
            if flips
            else "Fails an output in whose field {field} {what}.",
            what=holding,
            **fields,
        )
    return Wording(
        ("Passes an output with {what}." if flips else "Fails an output with {what}.")
        if not field
        else "Passes an output whose field {field} has {what}."
        if flips
        else "Fails an output whose field {field} has {what}.",
        what=_too_much(spec, detector_of(spec)),
        **fields,
    )


def check_words(spec: CodeSpec, *, fails: bool = True) -> Wording:
    """What it fails, else what it passes, as a part of a sentence: "more than 3 words"."""
    if {"flipped", "field"} & set(spec.parameters):
        what = Wording("{words}", words=describe(spec).rstrip("."))
    elif holding := holds(spec, true=(spec.side == "above") == fails):
        return holding
    else:
        what = _too_much(spec, detector_of(spec))
    return what if fails else Wording("not {what}", what=what)


def leaning(column: Column, *, up: bool) -> Wording:
    """A higher (or a lower) value of a column in words: "more words", "the section “Plan” is empty"."""
    spec = _any_of(column)
    return holds(spec, true=up) or Wording(
        ("a larger {quantity}" if up else "a smaller {quantity}")
        if detector_of(spec).percent
        else ("more {quantity}" if up else "fewer {quantity}"),
        quantity=quantity(spec),
    )


def measured(column: Column, value: float) -> Wording:
    """A value of a column in words: "12 words"."""
    spec = _any_of(column)
    shown = f"{value:.0f}" if value == round(value) else f"{value:.2f}"
    return holds(spec, true=value > 0) or Wording("{value} {quantity}", value=shown, quantity=quantity(spec))


def _any_of(column: Column) -> CodeSpec:
    return CodeSpec(detector=column.detector, side="above", threshold=0, parameters=dict(column.parameters))


def holds(spec: CodeSpec, *, true: bool) -> Wording:
    """What holds of an output at 1, or at 0; "" where a detector has more values."""
    told = detector_of(spec).holds
    return Wording(told[true], title=_title(spec)) if told else Wording("")


def _too_much(spec: CodeSpec, detector: Detector) -> Wording:
    above = spec.side == "above"
    return Wording(
        ("over {limit} {quantity}" if above else "under {limit} {quantity}")
        if detector.percent
        else ("more than {limit} {quantity}" if above else "fewer than {limit} {quantity}"),
        limit=_shown(detector, spec.threshold),
        quantity=quantity(spec),
    )


def embeds(names: Iterable[str]) -> bool:
    """Whether some of these detectors measure likeness in meaning."""
    return any(name in REGISTRY and REGISTRY[name].embeds for name in names)


def quantity(spec: CodeSpec) -> Wording:
    """What is measured, in words."""
    phrase = spec.parameters.get("phrase")
    if phrase:
        joined = "".join(phrase) if not "".join(phrase).isascii() else " ".join(phrase)
        return Wording("uses of “{phrase}”", phrase=joined)
    named = Wording(detector_of(spec).quantity)
    if spec.parameters.get("section"):
        return Wording("{quantity} in the section “{title}”", quantity=named, title=_title(spec))
    return named


def _shown(detector: Detector, value: float) -> str:
    if detector.percent:
        return f"{value:.0%}"
    return f"{value:.0f}" if math.isclose(value, round(value)) else f"{value:.1f}"


class FittedCheck(NamedTuple):
    """A check fitted to grades, with its shrunk gain and its votes on all n outputs."""

    spec: CodeSpec
    gain: float
    votes: Bools


def fitted_thresholds(data: TrainingData, graded: Graded, most: int, *, guided: bool) -> list[FittedCheck]:
    """The best thresholds, by the grades or by what the notes talk about."""
    found = []
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
        found.append(FittedCheck(spec, stump.gain, votes))
    return found


def fitted_phrases(data: TrainingData, graded: Graded, most: int, *, guided: bool) -> list[FittedCheck]:
    """The phrases that tell most, by the grades alone or by the notes too."""
    found, rows = [], np.arange(len(data.groups))
    for check in fitting.phrases(data, graded, most, guided=guided):
        spec = CodeSpec(
            detector="phrase",
            parameters={"phrase": list(data.incidence.phrases[check.phrase])},
            side="above" if check.bad_when_shown else "below",
            threshold=0.0 if check.bad_when_shown else 1.0,
            guided=guided,
        )
        found.append(FittedCheck(spec, check.gain, fitting.phrase_votes(check, data, rows)))
    return found


def _are_words(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(word, str) for word in given)


_PARAMETERS: dict[str, Callable[[object], bool]] = {
    "phrase": lambda given: bool(given) and _are_words(given),
    "section": lambda given: bool(given) and isinstance(given, str),
}


def known_key(spec: CodeSpec) -> str:
    """The key of a check that came by file; LabelcoreError where its detector or its phrase is none."""
    wanted = detector_of(spec).parameter
    for name, whole in _PARAMETERS.items():
        given = spec.parameters.get(name)
        if (wanted == name) != (given is not None):
            raise BadInput("only a detector of a {name} has a {name}, and it needs one", name=name)
        if given is not None and not whole(given):
            raise BadInput("a phrase is a list of words" if name == "phrase" else "a section is its label")
    parameters = spec.parameters
    lists = (parameters.get(name, []) for name in ("beside", "filler"))
    if not all(map(_are_words, lists)) or not isinstance(parameters.get("title", ""), str):
        raise BadInput("a section's labels and fillers are words")
    return spec.key


@register
class CodeKind(DecidingKind[CodeSpec]):
    """A threshold on what one detector measures."""

    form = CodeSpec
    stored = "code"
    place = 0
    written_by_model = True
    travels: ClassVar[type[Frozen]] = CodeSpec
    came = "its threshold was fitted there, to none of the grades here"

    def describe(self) -> Wording:
        """What it fails."""
        return describe(self.spec)

    @override
    def wordings(self, output: Output, probability: float | None) -> Iterator[Wording]:
        yield judged(self.spec, output)[1]

    @property
    @override
    def reads_meaning(self) -> bool:
        return embeds([self.spec.detector])

    @override
    def decide(
        self, outputs: Sequence[Output], vectors: Floats | None = None, stop: threading.Event | None = None
    ) -> list[Decision]:
        return [decide(self.spec, output) for output in outputs]

    def candidate(self, refitting: Refitting) -> Candidate | None:
        """A threshold on the same column, or the phrase of the same rank."""
        spec, data = self.spec, refitting.data
        if {"field", "flipped"} & set(spec.parameters):
            return None
        columns = {column.key: at for at, column in enumerate(data.table.columns)}
        if spec.key in columns:
            return CodeCandidate(data, columns[spec.key], spec.side, spec.guided, refitting.target)
        if detector_of(spec).parameter != "phrase":
            return None
        rank = refitting.rank(guided=spec.guided)
        return PhraseCandidate(data, rank, spec.guided, refitting.target)

    @override
    def of_field(self, pointer: str) -> tuple[dict[str, Any], str]:
        return self._with({"field": pointer})

    @override
    def flipped(self, version_id: str, name: str) -> tuple[dict[str, Any], str]:
        """The same threshold, that fails what lies on the other side."""
        return self._with({"flipped": True})

    def _with(self, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        changed = self.spec.model_copy(update={"parameters": {**self.spec.parameters, **parameters}})
        return changed.model_dump(), describe(changed)

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The JSON schema that it holds outputs against."""
        found: Mapping[str, Any] | None = self.content.get("parameters", {}).get("schema")
        return found  # read without the rest: it is asked of every judge, often

    @override
    def try_once(self) -> None:
        known_key(self.spec)
        super().try_once()
