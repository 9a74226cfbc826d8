"""LLM judges: one criterion each, the reason before the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from labelcore.judges import prompts
from labelcore.llm import Answer, ModelClient
from labelcore.models import Criterion, Decision, Output, Term, VerdictValue
from labelcore.text.terms import occurring


class JudgeAnswer(BaseModel):
    """What the model must fill in; the order of the fields makes it reason first."""

    reason: str = Field(max_length=600)
    verdict: VerdictValue


def make_spec(criterion: Criterion, model: str, glossary: Sequence[Term]) -> dict[str, Any]:
    """The specification of a judge of one criterion, whole: another process can run it."""
    return {
        "prompt_version": prompts.VERSION,
        "name": criterion.name,
        "statement": criterion.statement,
        "pass_examples": list(criterion.pass_examples),
        "fail_examples": list(criterion.fail_examples),
        "glossary": _as_spec(glossary),
        "model": model,
    }


def _as_spec(glossary: Sequence[Term]) -> dict[str, str] | list[dict[str, Any]]:
    """The terms in a spec: a list where one has a scope, else a dictionary as it always was.

    The spec's hash is the judge's version, so a project without scopes must give what it gave.
    """
    if any(own.scope for own in glossary):
        rows = (own.model_dump(include={"term", "meaning", "scope"}) for own in glossary)
        return sorted(rows, key=lambda own: (own["term"], sorted(own["scope"].items())))
    return {own.term: own.meaning for own in glossary}


def glossary_for(spec: Mapping[str, Any], output: Output) -> dict[str, str]:
    """Term -> meaning, for the terms that occur in what is judged and hold for this output."""
    kept = spec["glossary"]
    if isinstance(kept, Mapping):
        kept = [{"term": term, "meaning": meaning} for term, meaning in kept.items()]
    known = [Term.model_validate(own) for own in kept]
    turns = (turn.content for turn in output.conversation)
    text = "\n".join((output.text, output.input, output.context, *turns, spec["statement"]))
    return {own.term: own.meaning for own in occurring(known, text, output.metadata)}


async def decide(
    spec: Mapping[str, Any], output: Output, client: ModelClient,
    *, repeat: int = 0,  # noqa: ARG001 - every repeat asks the same
) -> tuple[Decision, int]:  # fmt: skip
    """One output's decision, and how many requests it took.

    An example that is the output itself is left out: a judge must not be shown its answer.

    Raises:
        ModelTrouble: the endpoint gives no usable answer. That is an error, never a verdict.
    """
    messages = prompts.render(
        output, name=spec["name"], statement=spec["statement"],
        pass_examples=_others(spec["pass_examples"], output),
        fail_examples=_others(spec["fail_examples"], output), glossary=glossary_for(spec, output),
    )  # fmt: skip
    answer: Answer[JudgeAnswer] = await client.answer(messages, JudgeAnswer)
    decision = Decision(
        value=answer.parsed.verdict, reason=answer.parsed.reason, raw=answer.text,
        model=answer.model, tokens_in=answer.tokens_in, tokens_out=answer.tokens_out,
        cost_usd=answer.cost_usd, latency_ms=answer.latency_ms,
    )  # fmt: skip
    return decision, answer.requests


def _others(examples: list[str], output: Output) -> list[str]:
    return [text for text in examples if not output.text.startswith(text[:120])]
