"""What an LLM judge is told to ask: its specification, and the messages that it makes of an output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import not_
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from labelcore.judges import prompts
from labelcore.judges.answer_formats import AnswerFormat, is_none
from labelcore.judges.prompts import Example, JudgeWording
from labelcore.judges.templates import DEFAULT, Filling, Template
from labelcore.llm import Answerer, Message
from labelcore.models import Criterion, Frozen, Output, Term
from labelcore.text.terms import occurring

Order = Literal["fail_examples_first", "fail_option_first"]
_SAME = 120  # texts that begin alike over so many characters are taken for one and the same


class TrainExample(Frozen):
    """An example of the train split with an expert's note; not for ``output_id`` nor its ``group``."""

    verdict: Literal["pass", "fail"]
    text: str
    note: str = ""
    output_id: str = ""
    group: str = ""


class ScopedTerm(Frozen):
    """A term of the domain that holds where the metadata has these values."""

    term: str
    meaning: str
    scope: dict[str, str] = Field(default_factory=dict)


class PromptSpec(Frozen):
    """What may be written to a file: no keys, no addresses. What is not used is left out, so that older
    specifications stay as they are. ``template``: the prompt in somebody's words, with how its answer is
    read where that is no JSON of reason and verdict. ``question``: the only part of the statement that it is
    asked. ``pass_from``: from which probability of a pass on it passes, whatever it says.
    """

    prompt_version: str
    name: str
    statement: str
    pass_examples: tuple[str, ...] = ()
    fail_examples: tuple[str, ...] = ()
    glossary: dict[str, str] | tuple[ScopedTerm, ...] = Field(default_factory=dict)
    model: str = ""
    probability: bool = Field(default=False, exclude_if=not_)
    variant: str = Field(default="", exclude_if=not_)
    field: str = Field(default="", exclude_if=not_)
    template: Template | None = Field(default=None, exclude_if=not_)
    answer: AnswerFormat | None = Field(default=None, exclude_if=not_)
    endpoint: str = Field(default="", exclude_if=not_)
    question: str = Field(default="", exclude_if=not_)
    pass_from: float | None = Field(default=None, ge=0, le=1, exclude_if=is_none)

    @property
    def asked(self) -> str:
        """What of the criterion it is asked."""
        return self.question or self.statement


class TravellingPrompt(PromptSpec):
    """A prompt that came by file: it names only what is known here."""

    @model_validator(mode="after")
    def _prompt_is_ours(self) -> TravellingPrompt:
        if self.prompt_version not in prompts.VERSIONS:
            raise ValueError(f"prompt '{self.prompt_version}' is none of {', '.join(prompts.VERSIONS)}")
        if self.variant and self.variant not in prompts.VARIANTS:
            raise ValueError(f"there is no variant '{self.variant}' of the prompt")
        if self.template and "output" not in self.template.slots:
            raise ValueError("the prompt never shows the output")
        return self


class StoredPrompt(PromptSpec):
    """A prompt as the store has it, bound to the ``address`` of an endpoint. Of the ``examples`` the first
    ``shown`` of each verdict are shown that may be; ``fail_option_first`` and ``fail_examples_first`` are
    orders that a hardness test asks in.
    """

    model_config = ConfigDict(extra="ignore")

    prompt_version: str = prompts.VERSION
    examples: tuple[TrainExample, ...] = ()
    shown: int = 0
    address: str = ""
    fail_option_first: bool = False
    fail_examples_first: bool = False


@dataclass(frozen=True)
class AskingOptions:
    """Whom a judge asks and where, and what besides the verdict: ``shown`` examples of each verdict are
    shown, ``probability`` asks once more for that of pass, ``variant`` is a name of ``prompts.VARIANTS``.
    """

    model: str
    shown: int = 2
    probability: bool = False
    variant: str = "plain"
    endpoint: str = ""
    address: str = ""


def make_spec(
    criterion: Criterion,
    asking: AskingOptions,
    glossary: Sequence[Term] = (),
    examples: Sequence[TrainExample] = (),
) -> dict[str, Any]:
    """The specification of a judge of one criterion, whole: another process can run it. ``examples`` are in
    the order of their use; those that are not shown stand in for those that must not be.
    """
    spec = {
        "prompt_version": prompts.VERSION,
        "name": criterion.name,
        "statement": criterion.statement,
        "pass_examples": [] if examples else list(criterion.pass_examples),
        "fail_examples": [] if examples else list(criterion.fail_examples),
        "glossary": glossary_spec(glossary),
        "model": asking.model,
    }
    more = {
        "examples": [example.model_dump() for example in examples],
        "shown": asking.shown if examples else 0,
        "probability": asking.probability,
        "variant": "" if asking.variant == "plain" else asking.variant,
        "endpoint": asking.endpoint,
        "address": asking.address,
    }
    return spec | {key: value for key, value in more.items() if value}


def glossary_spec(glossary: Sequence[Term]) -> dict[str, str] | list[dict[str, Any]]:
    """The terms in a spec: a list where one has a scope, else the dictionary that older versions have."""
    if any(term.scope for term in glossary):
        rows = (term.model_dump(include={"term", "meaning", "scope"}) for term in glossary)
        return sorted(rows, key=lambda row: (row["term"], sorted(row["scope"].items())))
    return {term.term: term.meaning for term in glossary}


class Prompt:
    """A prompt read from its specification: of an LLM judge, or of one member of a panel."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    @cached_property
    def spec(self) -> StoredPrompt:
        """The specification, with its fields."""
        return StoredPrompt.model_validate(dict(self.content))

    @property
    def answerer(self) -> Answerer:
        """Whom it asks."""
        return Answerer(self.spec.model, self.spec.endpoint, self.spec.address)

    @cached_property
    def _terms(self) -> list[Term]:
        glossary = self.spec.glossary
        if isinstance(glossary, dict):
            return [Term(term=term, meaning=meaning) for term, meaning in glossary.items()]
        return [Term(term=row.term, meaning=row.meaning, scope=row.scope) for row in glossary]

    def glossary_for(self, output: Output) -> dict[str, str]:
        """Term -> meaning, for the terms that occur in what is judged and hold for this output."""
        turns = (turn.content for turn in output.conversation)
        text = "\n".join((output.text, output.input, output.context, *turns, self.spec.statement))
        return {term.term: term.meaning for term in occurring(self._terms, text, output.metadata)}

    def messages_for(self, output: Output, *, one_word: bool = False) -> list[Message]:
        """What is asked about one output."""
        spec = self.spec
        if spec.template:
            return self._by_template(spec.template, output, one_word=one_word)
        variant, version = spec.variant or "plain", spec.prompt_version
        wording = JudgeWording(spec.name, spec.asked, variant, spec.fail_option_first, version)
        return prompts.render(
            output, wording, self.shown_with(output), self.glossary_for(output), one_word=one_word
        )

    def _by_template(self, template: Template, output: Output, *, one_word: bool) -> list[Message]:
        """What the template makes of an output; what a variant stresses or a question for one word adds
        stands at the end.
        """
        spec = self.spec
        filling = Filling(spec.name, spec.asked, output, self.shown_with(output), self.glossary_for(output))
        more = (prompts.VARIANTS[spec.variant or "plain"], prompts.ONE_WORD if one_word else "")
        *before, last = template.render(filling)
        text = "\n\n".join([last["content"], *filter(None, more)])
        return [*before, {"role": last["role"], "content": text}]

    @property
    def template(self) -> Template:
        """Its words, or those of every judge that was given none."""
        return self.spec.template or DEFAULT

    def worded(self, template: Template, answer: AnswerFormat | None) -> dict[str, Any]:
        """The specification with other words and answers; those of every judge are not written down."""
        rest = {name: value for name, value in self.content.items() if name not in {"template", "answer"}}
        parts = {"template": None if template == DEFAULT else template, "answer": answer}
        return rest | {name: part.model_dump(mode="json") for name, part in parts.items() if part}

    @property
    def beside(self) -> dict[str, Any]:
        """What it has beside its words, examples in short."""
        rest = {name: value for name, value in self.content.items() if name != "template"}
        examples = [f"{example.verdict}: {example.text[:_SAME]}" for example in self.spec.examples]
        return rest | {"examples": examples, "marked": self.template.marked}

    @property
    def example_texts(self) -> list[str]:
        """Every text that may be shown as an example."""
        spec = self.spec
        return [*spec.pass_examples, *spec.fail_examples, *(example.text for example in spec.examples)]

    @property
    def most_shown(self) -> int:
        """How many examples of one verdict it has to show."""
        return max(Counter(example.verdict for example in self.spec.examples).values(), default=0)

    def shown_with(self, output: Output) -> list[Example]:
        """The examples that may be shown with this output, passes before fails unless it is turned:
        none that is the output itself or of its group, which would show the judge its answer.
        """
        spec = self.spec
        examples: dict[str, list[Example]] = {
            "pass": [Example("pass", text) for text in spec.pass_examples if not _is_same(text, output)],
            "fail": [Example("fail", text) for text in spec.fail_examples if not _is_same(text, output)],
        }
        for example in spec.examples:
            related = example.output_id == output.id or (example.group and example.group == output.group)
            full = len(examples[example.verdict]) >= spec.shown
            if not (related or full or _is_same(example.text, output)):
                examples[example.verdict].append(Example(example.verdict, example.text, example.note))
        order = ("fail", "pass") if spec.fail_examples_first else ("pass", "fail")
        return [example for verdict in order for example in examples[verdict]]

    def shows_both(self, output: Output) -> bool:
        """Whether it shows passes and fails with this output, which then can change places."""
        return len({example.verdict for example in self.shown_with(output)}) > 1

    @property
    def offers_both(self) -> bool:
        """Whether labelcore names its verdicts, which then can change places; a form of answer that a
        prompt brought names them in words that stay.
        """
        return self.spec.answer is None

    def turned(self, order: Order) -> dict[str, Any]:
        """The specification with fails named or shown first."""
        return {**self.content, order: True}

    def varied(self, variant: str) -> dict[str, Any]:
        """The specification that stresses what a variant of the prompt stresses."""
        return {**self.content, "variant": variant}

    def changed_terms(self, terms: Sequence[Term]) -> set[str]:
        """The terms that it has and the glossary has not, or with other meanings or scopes."""
        had, present = (
            {(term.term, f"{term.meaning}|{sorted(term.scope.items())}") for term in some}
            for some in (self._terms, terms)
        )
        return {name for name, _ in had ^ present}

    def present(self, criterion: Criterion | None, terms: Sequence[Term]) -> dict[str, Any]:
        """The specification with the present glossary, and the wording of its criterion; a question that was
        a part of another wording is asked no more.
        """
        content = dict(self.content)
        if criterion and criterion.statement != self.spec.statement:
            content.pop("question", None)
        wording = {"name": criterion.name, "statement": criterion.statement} if criterion else {}
        return {**content, "glossary": glossary_spec(terms), **wording}

    def leaving(self) -> dict[str, Any]:
        """What may be written to a file: examples are texts, without the ids and notes beside them."""
        content = {name: self.content[name] for name in PromptSpec.model_fields if name in self.content}
        for verdict in ("pass", "fail"):
            texts = [example.text for example in self.spec.examples if example.verdict == verdict]
            plain = getattr(self.spec, f"{verdict}_examples")
            content[f"{verdict}_examples"] = [*plain, *texts[: self.spec.shown or None]]
        return content

    def leaving_bare(self) -> dict[str, Any]:
        """The same without any text of an output."""
        return self.leaving() | {"pass_examples": [], "fail_examples": []}


def _is_same(example: str, output: Output) -> bool:
    """Whether an example is the output itself, or the beginning of it."""
    return bool(example) and output.text.startswith(example[:_SAME])
