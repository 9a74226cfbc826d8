"""What a kind of judge is: one class, whose objects are judges read from their specifications.

Class attributes say what holds for all judges of the kind; methods act on one specification. What
a kind has not is nothing here: no prompts, no parts, no file that it travels by.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import ValidationError

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.candidates import Candidate, Refitting
from labelcore.judges.features import Floats
from labelcore.judges.judge_prompt import Prompt
from labelcore.llm import ModelClient
from labelcore.models import Decision, Frozen, Output

RESERVED = "library"
"""The key of a specification that says where the judge comes from; no decision reads it."""

Shaped = Literal["as it is", "cross-fitted", "in-sample"]

PROBE = Output(
    id="probe",
    project_id="probe",
    text="The train leaves at 9:40.",
    input="When does it leave?",
    context="It leaves at 9:40 from platform 2.",
)
"""What a judge that came by file is tried on before it is stored."""


class Kind:
    """One judge: what it decides, costs and is made of, whatever its kind.

    ``stored`` is the word in the store, in files and on the command line. Several kinds may share it:
    then ``mark`` is the key of a specification by which one is told from the others. ``place`` is
    where the word is listed. ``decides_here``: it decides in this process, for nothing, the same
    text the same way. ``needs_model``: each decision asks a model. ``composed``: other judges decide
    for it. ``runs``: it can be run at all. ``learns``: it is made again from grades as they come, and
    says what it looks at. ``written_by_model``: a model may write judges of this word.
    ``joins_panels``: it can be a member of a panel. ``turns_verdicts``: flipping it turns its stored
    verdicts. ``shaped``: what its verdicts are on outputs whose grades shaped it. ``heavy``: keys of a
    specification that nobody reads. ``travels``: what of it may be written to a file; None where
    nothing could run it elsewhere. ``came``: what its figures in a file are worth here.
    """

    stored: ClassVar[str]
    mark: ClassVar[str] = ""
    place: ClassVar[int] = 9
    decides_here: ClassVar[bool] = False
    needs_model: ClassVar[bool] = False
    composed: ClassVar[bool] = False
    runs: ClassVar[bool] = True
    learns: ClassVar[bool] = False
    gives_probabilities: ClassVar[bool] = False
    written_by_model: ClassVar[bool] = False
    joins_panels: ClassVar[bool] = False
    turns_verdicts: ClassVar[bool] = False
    shaped: ClassVar[Shaped] = "in-sample"
    heavy: ClassVar[frozenset[str]] = frozenset()
    travels: ClassVar[type[Frozen] | None] = None
    came: ClassVar[str] = ""
    no_prompt: ClassVar[tuple[str, str]] = (
        "{name} is fitted to grades; no prompt of it could be refreshed.",
        "`labelcore judge propose` fits judges anew.",
    )
    no_flip: ClassVar[tuple[str, str]] = (
        "A {kind} judge is not flipped.",
        "`judge retrain` makes a learned judge again; an LLM judge needs a clearer criterion.",
    )

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    @property
    def spec(self) -> Frozen:
        """The specification, with its fields."""
        raise NotImplementedError

    def describe(self) -> str:
        """The judge as a sentence."""
        raise NotImplementedError

    # Deciding ----------------------------------------------------------------------------------

    @property
    def reads_vectors(self) -> bool:
        """Whether :meth:`decide` wants the outputs' embeddings."""
        return False

    @property
    def reads_meaning(self) -> bool:
        """Whether it measures likeness in meaning, whose embeddings should be at hand."""
        return False

    def decide(
        self, outputs: Sequence[Output], vectors: Floats | None = None, stop: threading.Event | None = None
    ) -> Sequence[Decision | ModelTrouble]:
        """The decisions of a judge that decides here; ``vectors`` (n, 512) where it reads them.

        Where a check stops on an output, its trouble stands in the decision's place; those that
        ``stop`` came before have the trouble "stopped".

        Raises:
            NotFound: the judge uses a detector that this labelcore does not have.
        """
        raise NotImplementedError

    async def ask(self, output: Output, client: ModelClient) -> tuple[Decision, int]:
        """One output's decision of a judge that needs a model, and how many requests it took.

        Raises:
            ModelTrouble: the endpoint gives no usable answer, or the model refuses (kind "refusal").
                That is an error, never a verdict.
        """
        raise NotImplementedError

    @property
    def parts(self) -> tuple[str, ...]:
        """The ids of the judge versions that decide for a composed one."""
        return ()

    @property
    def steady(self) -> str:
        """Why it has no flip rate; "" where it may change its mind."""
        return f"a {self.stored} judge decides the same text the same way"

    # Prompts -----------------------------------------------------------------------------------

    @property
    def prompts(self) -> Sequence[Prompt]:
        """What it asks models, in the order in which they are asked."""
        return ()

    def rewritten(self, change: Callable[[Prompt], dict[str, Any]]) -> dict[str, Any]:
        """The specification with each of its prompts changed."""
        raise NotImplementedError

    # Fitting -----------------------------------------------------------------------------------

    def candidate(self, refitting: Refitting) -> Candidate | None:
        """Itself to be fitted again on some of the grades; None where fitting gives another judge."""

    @property
    def made_of(self) -> str | None:
        """What it was fitted to, in short: two alike are the same judge. None where nobody knows."""

    def of_field(self, pointer: str) -> tuple[dict[str, Any], str]:
        """The specification that sees only the field at a JSON pointer, and its description."""
        return {**self.content, "field": pointer}, f"It sees only the field {pointer}. {self.describe()}"

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The JSON schema that it holds outputs against."""

    def flipped(self, version_id: str, name: str) -> tuple[dict[str, Any], str] | None:
        """The specification of the judge that says the opposite, with its description; None where
        judges of this kind are not flipped.
        """

    # Travelling by file ------------------------------------------------------------------------

    @property
    def stays(self) -> str:
        """Why it cannot leave by file, as the end of a sentence; "" where its kind does."""
        return "" if self.travels else f"judges of the kind '{self.stored}' cannot be written to a file"

    def leaving(self) -> dict[str, Any]:
        """The part of the specification that may be written to a file: only fields that are known.

        Ids of outputs never leave; texts of outputs leave as examples of an LLM judge.
        """
        fields = self.travels.model_fields if self.travels else {}
        return {name: self.content[name] for name in fields if name in self.content and name != RESERVED}

    def leaving_bare(self) -> dict[str, Any]:
        """The same without any text of an output."""
        return self.leaving()

    @classmethod
    def checked(cls, spec: Mapping[str, Any]) -> dict[str, Any]:
        """A specification that came by file with all its fields, in the form that the kind reads.

        Raises:
            ValueError: it is not one of this kind (pydantic's error names the place).
            LabelcoreError: it names something that is not known here.
        """
        assert cls.travels is not None  # noqa: S101 - others are refused before
        text = json.dumps(dict(spec), allow_nan=False)
        return cls.travels.model_validate_json(text, strict=True).model_dump(mode="json")

    @classmethod
    def fault(cls, spec: Mapping[str, Any]) -> str | None:
        """Why a judge that came by file cannot be used here, as the end of a sentence; None if it can.

        Somebody else wrote it, so all is checked: its shape, its names, and one decision on a made-up
        output.
        """
        if RESERVED in spec:
            return f"its spec has the reserved key '{RESERVED}'"
        try:
            cls(cls.checked(spec)).try_once()
        except ValidationError as trouble:
            first = trouble.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "spec"
            return f"its spec is not one of a {cls.stored} judge ({where}: {first['msg']})"
        except LabelcoreError as trouble:
            return trouble.what[0].lower() + trouble.what[1:].rstrip(".")
        except (ValueError, TypeError, LookupError, ArithmeticError) as trouble:
            return f"it cannot decide ({type(trouble).__name__})"
        return None

    def try_once(self) -> None:
        """Decide a made-up output; whatever this raises is a fault of the specification."""
        self.decide([PROBE])


_registered: list[type[Kind]] = []


def register(kind: type[Kind]) -> type[Kind]:
    """A class decorator: the kind is known from now on."""
    _registered.append(kind)
    return kind


def registered() -> Sequence[type[Kind]]:
    """The kinds whose modules were read so far."""
    return tuple(_registered)
