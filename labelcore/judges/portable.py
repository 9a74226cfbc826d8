"""Judges that travel by file: what of a specification may leave, and whether one that came works.

A specification that came by file was written by somebody else, so it is checked whole before it is
stored: its shape, its names, and one decision on a made-up output.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field, ValidationError, model_validator

from labelcore.errors import BadInput, LabelcoreError
from labelcore.judges import code_judge, learned_judge, llm_judge, prompts, script_judge
from labelcore.judges.code_judge import CodeSpec
from labelcore.judges.features import measure
from labelcore.judges.panel import Rule, is_panel, members
from labelcore.judges.script_judge import ScriptSpec, is_script
from labelcore.models import Frozen, Output
from labelcore.text.embedding import SIZE

RESERVED = "library"
"""The key of a specification that says where the judge comes from; no decision reads it."""

Number = Annotated[float, Field(ge=-1e9, le=1e9)]
"""Small enough that no product of two runs over."""

_PROBE = Output(
    id="probe",
    project_id="probe",
    text="The train leaves at 9:40.",
    input="When does it leave?",
    context="It leaves at 9:40 from platform 2.",
)


class ScopedTerm(Frozen):
    """A term of the domain that holds where the metadata has these values."""

    term: str
    meaning: str
    scope: dict[str, str] = Field(default_factory=dict)


def _is_empty(value: object) -> bool:
    """Left out where it is not used, so that older specifications stay as they are."""
    return not value


class LlmSpec(Frozen):
    """What an LLM judge is made of; keys and addresses of an endpoint have no place in it."""

    prompt_version: str
    name: str
    statement: str
    pass_examples: tuple[str, ...] = ()
    fail_examples: tuple[str, ...] = ()
    glossary: dict[str, str] | tuple[ScopedTerm, ...] = Field(default_factory=dict)
    model: str = ""
    probability: bool = Field(default=False, exclude_if=_is_empty)
    variant: str = Field(default="", exclude_if=_is_empty)
    field: str = Field(default="", exclude_if=_is_empty)

    @model_validator(mode="after")
    def _prompt_is_ours(self) -> LlmSpec:
        if self.prompt_version not in prompts.VERSIONS:
            raise ValueError(f"prompt '{self.prompt_version}' is none of {', '.join(prompts.VERSIONS)}")
        if self.variant and self.variant not in prompts.VARIANTS:
            raise ValueError(f"there is no variant '{self.variant}' of the prompt")
        return self


class PanelSpec(Frozen):
    """What a panel is made of: its members in full, their names, and how their votes count."""

    panel: tuple[LlmSpec, ...] = Field(min_length=2, max_length=9)
    names: tuple[str, ...]
    rule: Rule

    @model_validator(mode="after")
    def _each_has_a_name(self) -> PanelSpec:
        if len(self.names) != len(self.panel):
            raise ValueError("the panel needs a name for each member")
        return self


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


class LearnedSpec(Frozen):
    """What a learned judge is made of. ``cross_fitted`` names outputs, so it never leaves."""

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
    def _parts_fit(self) -> LearnedSpec:
        keys = {_key(*column) for column in self.columns}
        if any(spec.key not in keys for spec, _, _ in self.checks):
            raise ValueError("a check has no column")
        if len(self.model.knots) > len(self.columns):
            raise ValueError("there are more detectors than columns")
        if self.with_vectors and self.model.axes and len(self.model.mean) != SIZE:
            raise ValueError(f"the axes are not those of embeddings of {SIZE} numbers")
        return self


_SPECS: dict[str, type[Frozen]] = {"code": CodeSpec, "llm": LlmSpec, "learned": LearnedSpec}
TRAVELLING = frozenset(_SPECS)
"""The kinds of judges that another project can run; imported verdicts have no judge to send."""


def leaving(kind: str, spec: Mapping[str, Any], *, with_examples: bool) -> dict[str, Any]:
    """The part of a specification that may be written to a file: only fields that are known.

    Ids of outputs never leave; texts of outputs leave as examples of an LLM judge if they may.
    """
    kept = {name: spec[name] for name in _shape(kind, spec).model_fields if name in spec}
    kept.pop(RESERVED, None)
    if kind == "learned":
        kept["cross_fitted"] = {}
    if "panel" in kept:
        travelling = (leaving("llm", member, with_examples=with_examples) for member in kept["panel"])
        kept["panel"] = list(travelling)
    elif kind == "llm":
        kept |= _examples(spec, with_examples=with_examples)
    return kept


def _examples(spec: Mapping[str, Any], *, with_examples: bool) -> dict[str, list[str]]:
    """The texts of examples by verdict, without the ids and the notes that stand beside them."""
    found: dict[str, list[str]] = {}
    for verdict in ("pass", "fail"):
        teaching = [example for example in spec.get("examples", ()) if example["verdict"] == verdict]
        texts = [example["text"] for example in teaching[: spec.get("shown")]]
        found[f"{verdict}_examples"] = [*spec[f"{verdict}_examples"], *texts]
    return found if with_examples else {verdict: [] for verdict in found}


def has_examples(kind: str, spec: Mapping[str, Any]) -> bool:
    """Whether texts of outputs are part of the specification of an LLM judge."""
    return kind == "llm" and bool(llm_judge.example_texts(spec))


def _shape(kind: str, spec: Mapping[str, Any]) -> type[Frozen]:
    if kind == "llm" and is_panel(spec):
        return PanelSpec
    return ScriptSpec if kind == "code" and is_script(spec) else _SPECS[kind]


def checked(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The specification with all its fields, in the form that a judge of this kind reads.

    Raises:
        ValueError: it is not one of this kind (pydantic's error names the place).
        LabelcoreError: it names something that is not known here.
    """
    text = json.dumps(dict(spec), allow_nan=False)
    return _shape(kind, spec).model_validate_json(text, strict=True).model_dump(mode="json")


def fault(kind: str, spec: Mapping[str, Any]) -> str | None:
    """Why a judge that came by file cannot be used here, as the end of a sentence; None if it can."""
    if kind not in _SPECS:
        return f"its kind '{kind}' is not known here"
    if RESERVED in spec:
        return f"its spec has the reserved key '{RESERVED}'"
    try:
        _TRIALS[kind](checked(kind, spec))
    except ValidationError as trouble:
        first = trouble.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "spec"
        return f"its spec is not one of a {kind} judge ({place}: {first['msg']})"
    except LabelcoreError as trouble:
        return trouble.what[0].lower() + trouble.what[1:].rstrip(".")
    except (ValueError, TypeError, LookupError, ArithmeticError) as trouble:
        return f"it cannot decide ({type(trouble).__name__})"
    return None


def _key(detector: str, parameters: Mapping[str, Any]) -> str:
    """The name of a column, checked: a phrase is some words, a detector is one of ours."""
    spec = CodeSpec(detector=detector, side="above", threshold=0, parameters=dict(parameters))
    _check_code(spec)
    return spec.key


def _check_code(spec: CodeSpec) -> None:
    code_judge.detector_of(spec)
    phrase = spec.parameters.get("phrase")
    if (spec.detector == "phrase") != (phrase is not None):
        raise BadInput("only the detector 'phrase' has a phrase, and it needs one")
    if phrase is not None and not (
        isinstance(phrase, list) and phrase and all(isinstance(word, str) for word in phrase)
    ):
        raise BadInput("a phrase is a list of words")


def _try_code(spec: dict[str, Any]) -> None:
    if is_script(spec):
        script_judge.make_spec(spec["source"], field=spec.get("field", ""))
        return
    check = CodeSpec.model_validate(spec)
    _check_code(check)
    code_judge.decide(check, _PROBE)


def _try_learned(spec: dict[str, Any]) -> None:
    vectors = np.zeros((1, SIZE)) if spec["with_vectors"] else None
    table = measure([_PROBE], learned_judge.spec_columns(spec), vectors)
    learned_judge.decide_all(spec, table)


def _try_llm(spec: dict[str, Any]) -> None:
    for member in members(spec):
        llm_judge.messages_for(member, _PROBE)


_TRIALS: dict[str, Callable[[dict[str, Any]], None]] = {
    "code": _try_code,
    "learned": _try_learned,
    "llm": _try_llm,
}
