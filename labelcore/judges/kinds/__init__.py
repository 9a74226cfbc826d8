"""The kinds of judges, one file each: whoever adds a kind adds a file here, and its test.

Every module of this package is read at the first question, and its classes register themselves. Nothing
else tells kinds apart: who wants to know asks the kind. Class attributes say what holds for all judges of
a kind; methods act on one specification. What a kind has not is nothing: no prompts, no parts, no file.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, ClassVar, Generic, Literal, NamedTuple, cast

from pydantic import ValidationError
from typing_extensions import TypeVar, override

from labelcore.arrays import Floats, Vectors
from labelcore.errors import LabelcoreError, ModelTrouble, NotFound
from labelcore.judges.candidates import Candidate, RefitTargets
from labelcore.judges.detectors.reference import embedded_texts
from labelcore.judges.judge_prompt import Prompt
from labelcore.models import Decision, Frozen, JudgeVersion, Output
from labelcore.text import embedding
from labelcore.wording import Wording

RESERVED = "library"  # the key of a specification that says where the judge comes from; no decision reads it

Embed = Callable[[list[str]], Vectors]
Shaped = Literal["as it is", "cross-fitted", "in-sample"]

SpecOf = TypeVar("SpecOf", bound=Frozen, default=Frozen, covariant=True)
REGISTERED: list[type[Kind]] = []

PROBE = Output(
    id="probe",
    project_id="probe",
    text="The train leaves at 9:40.",
    input="When does it leave?",
    context="It leaves at 9:40 from platform 2.",
)
"""What a judge that came by file is tried on before it is stored."""


class Limit(NamedTuple):
    """The number past which an output fails, and what it counts; ``percent``: it is a share, 0 to 1."""

    value: float
    quantity: Wording
    percent: bool


class Kind(ABC, Generic[SpecOf]):
    """One judge: what it decides, costs and is made of, whatever its kind.

    ``form``: what its specification is read as. ``stored``: the word in the store, in files and on the
    command line. Several kinds may share it: then ``mark`` is the key of a specification by which one is
    told from the others. ``place``: where the word is listed. ``decides_here``: it is a
    :class:`DecidingKind`. ``needs_model``: each decision asks a model. ``composed``:
    other judges decide for it. ``runs``: it can be run at all. ``free``: its verdicts cost nothing though
    nothing here makes them. ``chosen_by_users``: who gives its verdicts chose on which outputs. ``learns``:
    it is made again from grades as they come, and says what it looks at. ``written_by_model``: a model may
    write judges of this word. ``joins_panels``: it can be a member of a panel. ``turns_verdicts``: flipping
    it turns its stored verdicts. ``shaped``: what its verdicts are on outputs whose grades shaped it.
    ``heavy``: keys of a specification that nobody reads. ``travels``: what of it may be written to a file;
    None where nothing could run it elsewhere. ``came``: what its figures in a file are worth here.
    """

    form: ClassVar[type[Frozen]]
    stored: ClassVar[str]
    mark: ClassVar[str] = ""
    place: ClassVar[int] = 9
    decides_here: ClassVar[bool] = False
    needs_model: ClassVar[bool] = False
    composed: ClassVar[bool] = False
    runs: ClassVar[bool] = True
    free: ClassVar[bool] = False
    chosen_by_users: ClassVar[bool] = False
    learns: ClassVar[bool] = False
    gives_probabilities: ClassVar[bool] = False
    written_by_model: ClassVar[bool] = False
    joins_panels: ClassVar[bool] = False
    turns_verdicts: ClassVar[bool] = False
    shaped: ClassVar[Shaped] = "in-sample"
    heavy: ClassVar[frozenset[str]] = frozenset()
    travels: ClassVar[type[Frozen] | None] = None
    came: ClassVar[str] = ""
    no_prompt: ClassVar[tuple[Wording, Wording]] = (
        Wording("{name} is fitted to grades; no prompt of it could be refreshed."),
        Wording("`labelcore judge propose` fits judges again."),
    )
    no_flip: ClassVar[tuple[Wording, Wording]] = (
        Wording("A judge of the kind '{kind}' is not flipped."),
        Wording("`judge retrain` makes a learned judge again; an LLM judge needs a clearer criterion."),
    )

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    @cached_property
    def spec(self) -> SpecOf:
        """The specification, with its fields."""
        return cast("SpecOf", self.form.model_validate(dict(self.content)))

    @abstractmethod
    def describe(self) -> str:
        """The judge as a sentence."""

    @property
    def reads_vectors(self) -> bool:
        """Whether deciding wants the outputs' embeddings."""
        return False

    @property
    def reads_meaning(self) -> bool:
        """Whether it measures likeness in meaning, whose embeddings should be at hand."""
        return False

    def wordings(self, output: Output, probability: float | None) -> Iterable[Wording] | None:
        """What it may have given as the reason, as it can be said in any language; None where others word it.
        ``probability``: what it gave with it.
        """

    def reworded(self, reason: str) -> Sequence[Wording] | None:
        """A reason that it put together of others' words, line by line, as it can be said in any language;
        None where it is in no form that it puts together.
        """

    @property
    def parts(self) -> tuple[str, ...]:
        """The ids of the judge versions that decide for a composed one."""
        return ()

    @property
    def steady(self) -> str:
        """Why it has no flip rate; "" where it may change its mind."""
        return Wording("a {kind} judge decides the same text the same way", kind=self.stored)

    @property
    def prompts(self) -> Sequence[Prompt]:
        """What it asks models, in the order in which they are asked."""
        return ()

    @property
    def beside(self) -> dict[str, Any]:
        """What its specification has beside the words of prompts, for people to compare."""
        return self.prompts[0].beside if self.prompts else dict(self.content)

    def rewritten(self, change: Callable[[Prompt], dict[str, Any]]) -> dict[str, Any]:
        """The specification with each of its prompts changed, of which it has one at most."""
        return next(map(change, self.prompts), dict(self.content))

    def candidate(self, refitting: RefitTargets) -> Candidate | None:
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
        """The specification of the judge that says the opposite, described; None where none is flipped."""

    @property
    def limit(self) -> Limit | None:
        """What a person may move to make it stricter or milder."""

    def limited(self, value: float) -> dict[str, Any]:
        """The specification with another limit, where it has one."""
        return dict(self.content) | {"threshold": value}

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
        """A specification that came by file with all its fields, as the kind reads it; ValueError where it is
        not one of this kind (pydantic's names the place), LabelcoreError where it names something unknown.
        """
        if cls.travels is None:
            raise ValueError(f"judges of the kind '{cls.stored}' cannot be written to a file")
        text = json.dumps(dict(spec), allow_nan=False)
        return cls.travels.model_validate_json(text, strict=True).model_dump(mode="json")

    def try_once(self) -> None:
        """Try what can be tried here; whatever this raises is a fault of the specification."""


class DecidingKind(Kind[SpecOf]):
    """A judge that decides in this process, for nothing, the same text the same way."""

    decides_here = True

    @abstractmethod
    def decide(
        self, outputs: Sequence[Output], vectors: Floats | None = None, stop: threading.Event | None = None
    ) -> Sequence[Decision | ModelTrouble]:
        """The decisions; ``vectors`` (n, 512) where it reads them. A check's trouble stands in the decision's
        place, "stopped" where ``stop`` came before; NotFound for an unknown detector.
        """

    @override
    def try_once(self) -> None:
        """Decide a made-up output."""
        self.decide([PROBE])


def register(kind: type[Kind]) -> type[Kind]:
    """A class decorator: the kind is known from now on."""
    REGISTERED.append(kind)
    return kind


@cache
def every_kind() -> tuple[type[Kind], ...]:
    """All kinds, in the order in which people are told of them."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(sorted(REGISTERED, key=lambda kind: (kind.place, kind.mark)))


def words() -> tuple[str, ...]:
    """The words for kinds in the store, in files and on the command line."""
    return tuple(dict.fromkeys(kind.stored for kind in every_kind()))


def kind_named(word: str, spec: Mapping[str, Any] | None = None) -> type[Kind]:
    """A kind by its stored word and specification; without one, what all of the word share; or NotFound."""
    namesakes = [kind for kind in every_kind() if kind.stored == word]
    kinds = [kind for kind in namesakes if not kind.mark or kind.mark in (spec or ())]
    if not kinds:
        raise NotFound(
            "There is no kind of judges called '{word}'.",
            next_step="This version of labelcore knows {names}.",
            word=word,
            names=list(words()),
        )
    return kinds[-1]  # a marked one comes after what it is told from


def known_word(word: str) -> str:
    """A word for a kind, as it came, where a kind has it (see :func:`kind_named`)."""
    return kind_named(word).stored


def judge_of(word: str, spec: Mapping[str, Any]) -> Kind:
    """A judge from its stored word and specification."""
    return kind_named(word, spec)(spec)


def kind_of(version: JudgeVersion) -> Kind:
    """A judge version as an object of its kind; its specification is read when it is asked for."""
    return judge_of(version.kind, version.spec)


def deciding(version: JudgeVersion) -> DecidingKind:
    """A judge version that decides here; TypeError for any other."""
    if isinstance(kind := kind_of(version), DecidingKind):
        return kind
    raise TypeError(f"{version.kind} judges do not decide here")


def of_kind(versions: Iterable[JudgeVersion], word: str | None) -> list[JudgeVersion]:
    """Those that the store calls so, all for None; NotFound where no kind is called so."""
    stored = None if word is None else known_word(word)
    return [version for version in versions if stored in {None, version.kind}]


def read_meanings(judges: Iterable[Kind], outputs: Sequence[Output], embed: Embed) -> Floats | None:
    """The outputs' vectors, shape (n, 512), where one of the judges reads them; None elsewhere.

    What judges of likeness in meaning compare is kept at hand in this process.
    """
    kinds = list(judges)
    if any(judge.reads_meaning for judge in kinds):
        texts = list({text for output in outputs for text in embedded_texts(output)})
        embedding.remember(texts, embed(texts))
    if not any(judge.reads_vectors for judge in kinds):
        return None
    return embed([output.text for output in outputs]).astype(float)


def fault(word: str, spec: Mapping[str, Any]) -> str | None:
    """Why a judge that came by file cannot be used here, as the end of a sentence; None if it can.

    Somebody else wrote it, so all is checked: its shape, its names, and one decision on a made-up output.
    """
    kind = kind_named(word, spec) if word in words() else None
    if not kind or not kind.travels:
        return f"its kind '{word}' is not known here"
    if RESERVED in spec:
        return f"its spec has the reserved key '{RESERVED}'"
    try:
        kind(kind.checked(spec)).try_once()
    except ValidationError as trouble:
        first = trouble.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "spec"
        return f"its spec is not one of a {word} judge ({where}: {first['msg']})"
    except LabelcoreError as trouble:
        return trouble.what[0].lower() + trouble.what[1:].rstrip(".")
    except (ValueError, TypeError, LookupError, ArithmeticError) as trouble:
        return f"it cannot decide ({type(trouble).__name__})"
    return None
