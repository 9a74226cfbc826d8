"""Code judges: a detector, its parameters, and the threshold past which an output fails."""

from __future__ import annotations

import math
import threading
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from labelcore.arrays import Bools, Floats, Ints
from labelcore.judges import fitting
from labelcore.judges.candidates import Candidate, RefitTargets, Target
from labelcore.judges.code_checks import CodeSpec, detector_of, known_key
from labelcore.judges.detectors import REGISTRY, Detector
from labelcore.judges.detectors.phrases import written
from labelcore.judges.features import Column, TrainingData
from labelcore.judges.fields import at_pointer
from labelcore.judges.kinds import DecidingKind, Limit, register
from labelcore.models import Decision, Frozen, Output, VerdictValue
from labelcore.wording import Wording

_NOTHING = {
    "input": Wording("There is no input or context to compare with."),
    "reference": Wording("There is no reference to compare with."),
    "schema": Wording("It cannot be checked: there is no schema, or it takes too long."),
    "section": Wording("There is no such section, or nothing to compare it with."),
}


def decide(spec: CodeSpec, output: Output) -> Decision:
    """Measure an output and say pass or fail with the figure; abstain where it does not apply."""
    value, reason = judged(spec, output)
    return Decision(value=value, reason=reason)


def judged(spec: CodeSpec, output: Output) -> tuple[VerdictValue, Wording]:
    """The same with the reason as it can be said in any language."""
    detector, above = detector_of(spec), spec.side == "above"
    pointer = spec.parameters.get("field")
    part = at_pointer(output, pointer) if pointer else output
    if part is None:
        return "abstain", Wording("The output has no field {pointer}.", pointer=pointer)
    value = detector.feature(part, spec.parameters)
    if value is None:
        return "abstain", _NOTHING[detector.needs]
    fails = value > spec.threshold if above else value < spec.threshold
    reason = _why(spec, value, fails=fails)
    if detector.explain and value > 0:
        reason = Wording("{words}", words=detector.explain(part, spec.parameters))
    if spec.parameters.get("flipped"):
        fails, reason = not fails, Wording("{reason} The check is flipped.", reason=reason)
    return "fail" if fails else "pass", reason


def _why(spec: CodeSpec, value: float, *, fails: bool) -> Wording:
    detector = detector_of(spec)
    if phrases := detector.holds:
        return Wording(as_sentence(phrases[value > 0]), title=_title(spec))
    return Wording(
        (
            "{quantity}: {value}, more than {limit}."
            if fails
            else "{quantity}: {value}, not more than {limit}."
        )
        if spec.side == "above"
        else (
            "{quantity}: {value}, less than {limit}."
            if fails
            else "{quantity}: {value}, not less than {limit}."
        ),
        value=_shown(detector, value),
        quantity=quantity(spec),
        limit=_limit(spec),
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
        return what if fails else Wording("not {what}", what=what)
    if holding := holds(spec, true=(spec.side == "above") == fails):
        return holding
    detector = detector_of(spec)
    return _too_much(spec, detector) if fails else _within(spec)


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
    figure = f"{value:.0f}" if value == round(value) else f"{value:.2f}"
    return holds(spec, true=value > 0) or Wording("{value} {quantity}", value=figure, quantity=quantity(spec))


def _any_of(column: Column) -> CodeSpec:
    return CodeSpec(detector=column.detector, side="above", threshold=0, parameters=dict(column.parameters))


def holds(spec: CodeSpec, *, true: bool) -> Wording:
    """What holds of an output at 1, or at 0; "" where a detector has more values."""
    phrases = detector_of(spec).holds
    return Wording(phrases[true], title=_title(spec)) if phrases else Wording("")


def _too_much(spec: CodeSpec, detector: Detector) -> Wording:
    above = spec.side == "above"
    return Wording(
        ("over {limit} {quantity}" if above else "under {limit} {quantity}")
        if detector.percent
        else ("more than {limit} {quantity}" if above else "fewer than {limit} {quantity}"),
        limit=_limit(spec),
        quantity=quantity(spec),
    )


def _within(spec: CodeSpec) -> Wording:
    return Wording(
        "at most {limit} {quantity}" if spec.side == "above" else "at least {limit} {quantity}",
        limit=_limit(spec),
        quantity=quantity(spec),
    )


def embeds(names: Iterable[str]) -> bool:
    """Whether some of these detectors measure likeness in meaning."""
    return any(name in REGISTRY and REGISTRY[name].embeds for name in names)


def quantity(spec: CodeSpec) -> Wording:
    """What is measured, in words."""
    phrase = spec.parameters.get("phrase")
    if phrase:
        return Wording("uses of “{phrase}”", phrase=written(phrase))
    words = Wording(detector_of(spec).quantity)
    if spec.parameters.get("section"):
        return Wording("{quantity} in the section “{title}”", quantity=words, title=_title(spec))
    return words


def _limit(spec: CodeSpec) -> str:
    """The last number that passes, of what is counted: nobody makes half an apology."""
    detector, limit = detector_of(spec), spec.threshold
    if detector.whole and not detector.percent:
        limit = math.floor(limit) if spec.side == "above" else math.ceil(limit)
    return _shown(detector, limit)


def _shown(detector: Detector, value: float) -> str:
    if detector.percent:
        return f"{value:.0%}"
    return f"{value:.0f}" if math.isclose(value, round(value)) else f"{value:.1f}"


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

    def candidate(self, refitting: RefitTargets) -> Candidate | None:
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

    @property
    @override
    def limit(self) -> Limit | None:
        detector = detector_of(self.spec)
        if detector.holds:  # it has two values, between which there is nothing to move
            return None
        return Limit(self.spec.threshold, quantity(self.spec), detector.percent)

    def _with(self, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        spec = self.spec.model_copy(update={"parameters": {**self.spec.parameters, **parameters}})
        return spec.model_dump(), describe(spec)

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The JSON schema that it holds outputs against."""
        schema: Mapping[str, Any] | None = self.content.get("parameters", {}).get("schema")
        return schema  # read without the rest: it is asked of every judge, often

    @override
    def try_once(self) -> None:
        known_key(self.spec)
        super().try_once()


@dataclass(frozen=True)
class CodeCandidate(Candidate):
    """A threshold on one column of the data, refitted on the training rows."""

    data: TrainingData
    column: int
    side: str
    guided: bool
    target: Target

    @property
    def key(self) -> Hashable:
        """Thresholds on any columns are fitted to one target at once."""
        return id(self.data), id(self.target), self.guided

    @override
    def fails_together(self, candidates: Sequence[Candidate], train: Ints, test: Ints) -> Bools:
        votes = np.zeros((len(test), len(candidates)), dtype=bool)
        codes = [candidate for candidate in candidates if isinstance(candidate, CodeCandidate)]
        rows = self.target.of(train)
        if rows is None:
            return votes
        columns = np.array([code.column for code in codes])
        bad = ["high" if code.side == "above" else "low" for code in codes]
        stumps = fitting.fit_columns(self.data, columns, rows, guided=self.guided, bad=bad)
        for at, stump in enumerate(stumps):
            if stump is not None:
                values = self.data.table.values[test, stump.column]
                votes[:, at] = fitting.votes(stump.side, stump.threshold, values)
        return votes

    def silent(self) -> Bools:
        """Where its detector does not apply."""
        return np.isnan(self.data.table.values[:, self.column])


@dataclass(frozen=True)
class PhraseCandidate(Candidate):
    """The phrase of some rank, sought again in the training rows (and their notes)."""

    data: TrainingData
    rank: int
    guided: bool
    target: Target

    @override
    def fails(self, train: Ints, test: Ints) -> Bools:
        rows = self.target.of(train)
        best = fitting.phrases(self.data, rows, self.rank + 1, guided=self.guided) if rows else []
        if len(best) <= self.rank:
            return np.zeros(len(test), dtype=bool)
        return fitting.phrase_votes(best[self.rank], self.data, test)
