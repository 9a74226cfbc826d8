"""LLM judges: one criterion each, the reason before the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from labelcore.errors import ModelTrouble
from labelcore.judges import panel, prompts
from labelcore.judges.fields import at_pointer
from labelcore.judges.prompts import Example
from labelcore.llm import Answer, Message, ModelClient
from labelcore.llm.refusing import refuses
from labelcore.models import Criterion, Decision, Frozen, Output, Term, VerdictValue
from labelcore.text.terms import occurring

_SAME = 120
"""Texts that begin alike over so many characters are taken for one and the same."""


class JudgeAnswer(BaseModel):
    """What the model must fill in; the order of the fields makes it reason first."""

    reason: str = Field(max_length=600)
    verdict: VerdictValue


class FailFirstAnswer(BaseModel):
    """The same with the verdicts in another order."""

    reason: str = Field(max_length=600)
    verdict: Literal["fail", "pass", "abstain"]


class Teaching(Frozen):
    """An output of the train split that is shown as an example, with an expert's note on it.

    ``output_id`` and ``group`` say on which outputs it must not be shown.
    """

    verdict: Literal["pass", "fail"]
    text: str
    note: str = ""
    output_id: str = ""
    group: str = ""


def make_spec(
    criterion: Criterion,
    model: str,
    glossary: Sequence[Term],
    examples: Sequence[Teaching] = (),
    *,
    shown: int = 2,
    probability: bool = False,
    variant: str = "plain",
    endpoint: str = "",
) -> dict[str, Any]:
    """The specification of a judge of one criterion, whole: another process can run it.

    ``examples`` are in the order of their use; of each verdict the first ``shown`` are shown that
    may be, the others stand in for those that must not. ``probability`` asks once more, for the
    probability of pass. What is not used is left out, so that earlier versions keep their ids.
    """
    spec = {
        "prompt_version": prompts.VERSION,
        "name": criterion.name,
        "statement": criterion.statement,
        "pass_examples": [] if examples else list(criterion.pass_examples),
        "fail_examples": [] if examples else list(criterion.fail_examples),
        "glossary": _as_spec(glossary),
        "model": model,
    }
    more = {
        "examples": [example.model_dump() for example in examples],
        "shown": shown if examples else 0,
        "probability": probability,
        "variant": "" if variant == "plain" else variant,
        "endpoint": endpoint,
    }
    return spec | {key: value for key, value in more.items() if value}


def _as_spec(glossary: Sequence[Term]) -> dict[str, str] | list[dict[str, Any]]:
    """The terms in a spec: a list where one has a scope, else a dictionary as it always was.

    The spec's hash is the judge's version, so a project without scopes must give what it gave.
    """
    if any(term.scope for term in glossary):
        rows = (term.model_dump(include={"term", "meaning", "scope"}) for term in glossary)
        return sorted(rows, key=lambda term: (term["term"], sorted(term["scope"].items())))
    return {term.term: term.meaning for term in glossary}


def glossary_for(spec: Mapping[str, Any], output: Output) -> dict[str, str]:
    """Term -> meaning, for the terms that occur in what is judged and hold for this output."""
    kept = spec["glossary"]
    if isinstance(kept, Mapping):
        kept = [{"term": term, "meaning": meaning} for term, meaning in kept.items()]
    known = [Term.model_validate(term) for term in kept]
    turns = (turn.content for turn in output.conversation)
    text = "\n".join((output.text, output.input, output.context, *turns, spec["statement"]))
    return {term.term: term.meaning for term in occurring(known, text, output.metadata)}


async def decide(spec: Mapping[str, Any], output: Output, client: ModelClient) -> tuple[Decision, int]:
    """One output's decision, and how many requests it took; a panel's where the spec is one.

    An example that is the output itself, or of its group, is left out: a judge must not be shown
    its answer.

    Raises:
        ModelTrouble: the endpoint gives no usable answer, or the model refuses (kind "refusal").
            That is an error, never a verdict.
    """
    if panel.is_panel(spec):
        return await panel.decide(spec, output, client, _decide_alone)
    return await _decide_alone(spec, output, client)


async def _decide_alone(spec: Mapping[str, Any], output: Output, client: ModelClient) -> tuple[Decision, int]:
    schema: type[Any] = FailFirstAnswer if spec.get("fail_option_first") else JudgeAnswer
    pointer = spec.get("field")
    seen = at_pointer(output, pointer) if pointer else output
    if seen is None:
        return Decision(value="abstain", reason=f"The output has no field {pointer}."), 0
    answer: Answer[Any] = await client.answer(messages_for(spec, seen), schema)
    if refuses(answer.parsed.reason):
        raise ModelTrouble(
            f"The model refuses: {answer.parsed.reason[:200]}",
            kind="refusal",
            next_step="Ask another model, or look at what the output holds.",
        )
    decision = Decision(
        value=answer.parsed.verdict,
        reason=answer.parsed.reason,
        raw=answer.text,
        model=answer.model,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        cost_usd=answer.cost_usd,
        latency_ms=answer.latency_ms,
    )
    if not spec.get("probability"):
        return decision, answer.requests
    return await _weighed(decision, spec, seen, client), answer.requests + 1


async def _weighed(
    decision: Decision, spec: Mapping[str, Any], output: Output, client: ModelClient
) -> Decision:
    """The decision with the probability of pass, or with a sentence why there is none.

    Raises:
        ModelTrouble: nobody can be asked any more; what was answered before is kept by the run.
    """
    why, found = "the endpoint gives no log-probabilities", None
    try:
        found = await client.weigh(messages_for(spec, output, one_word=True), ("pass", "fail"))
    except ModelTrouble as trouble:
        if trouble.fatal:
            raise
        why = str(trouble)
    if found is None:
        said = f"{decision.reason} (No probability: {why.rstrip('.')}.)"
        return decision.model_copy(update={"reason": said})
    return decision.model_copy(
        update={
            "probability": round(found.probabilities["pass"], 4),
            "tokens_in": decision.tokens_in + found.tokens_in,
            "tokens_out": decision.tokens_out + found.tokens_out,
            "cost_usd": decision.cost_usd + found.cost_usd,
            "latency_ms": decision.latency_ms + found.latency_ms,
        }
    )


def messages_for(spec: Mapping[str, Any], output: Output, *, one_word: bool = False) -> list[Message]:
    """What a judge that is no panel asks about one output."""
    return prompts.render(
        output,
        name=spec["name"],
        statement=spec["statement"],
        examples=shown_with(spec, output),
        glossary=glossary_for(spec, output),
        variant=spec.get("variant") or "plain",
        fail_first=bool(spec.get("fail_option_first")),
        one_word=one_word,
        version=spec.get("prompt_version", prompts.VERSION),
    )


def example_texts(spec: Mapping[str, Any]) -> list[str]:
    """Every text that the judge, or a member of the panel, may be shown as an example."""
    return [
        text
        for member in panel.members(spec)
        for text in (
            *(member.get("pass_examples") or ()),
            *(member.get("fail_examples") or ()),
            *(one["text"] for one in member.get("examples", ())),
        )
    ]


def shown_with(spec: Mapping[str, Any], output: Output) -> list[Example]:
    """The examples that may be shown with this output, passes before fails unless the spec turns it."""
    found: dict[str, list[Example]] = {
        "pass": [Example("pass", text) for text in spec["pass_examples"] if not _is_same(text, output)],
        "fail": [Example("fail", text) for text in spec["fail_examples"] if not _is_same(text, output)],
    }
    for example in _teaching(spec, output):
        if len(found[example.verdict]) < int(spec["shown"]):
            found[example.verdict].append(Example(example.verdict, example.text, example.note))
    order = ("fail", "pass") if spec.get("fail_examples_first") else ("pass", "fail")
    return [example for verdict in order for example in found[verdict]]


def _teaching(spec: Mapping[str, Any], output: Output) -> Iterable[Teaching]:
    for example in map(Teaching.model_validate, spec.get("examples", ())):
        related = example.output_id == output.id or (example.group and example.group == output.group)
        if not related and not _is_same(example.text, output):
            yield example


def _is_same(example: str, output: Output) -> bool:
    """Whether an example is the output itself, or the beginning of it."""
    return bool(example) and output.text.startswith(example[:_SAME])
