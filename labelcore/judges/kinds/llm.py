"""LLM judges: one criterion each, the reason before the verdict."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field
from typing_extensions import override

from labelcore.errors import ModelTrouble
from labelcore.judges.fields import at_pointer, no_field
from labelcore.judges.judge_prompt import Prompt, StoredPrompt, TravellingPrompt
from labelcore.judges.kinds import PROBE, Kind, SpecOf, kind_of, register
from labelcore.llm import ModelAnswer, ModelClient
from labelcore.llm.protocol import refuses
from labelcore.models import Decision, Frozen, JudgeVersion, Output, VerdictValue, total_cost
from labelcore.wording import Wording


class JudgeAnswer(BaseModel):
    """What the model must fill in; the order of the fields makes it reason first."""

    reason: str = Field(max_length=600)
    verdict: VerdictValue


class FailFirstAnswer(BaseModel):
    """The same with the verdicts in another order."""

    reason: str = Field(max_length=600)
    verdict: Literal["fail", "pass", "abstain"]


class AskingKind(Kind[SpecOf]):
    """What LLM judges and panels of them share: they ask models, with prompts."""

    stored = "llm"
    place = 1
    needs_model = True
    gives_probabilities = True
    shaped = "as it is"
    came = "it was measured there with the model '{model}' and asks yours here"
    steady = ""

    @abstractmethod
    async def ask(self, output: Output, client: ModelClient) -> tuple[Decision, int]:
        """One output's decision, and how many requests it took. ModelTrouble where there is no usable answer
        or the model refuses (kind "refusal"): an error, never a verdict.
        """

    @abstractmethod
    def reread(self, decision: Decision) -> Decision:
        """What an answer that was given to these prompts means to this judge, whose threshold may be another
        one. ValueError where it says nothing.
        """

    @override
    def try_once(self) -> None:
        """Write what would be asked about a made-up output."""
        for prompt in self.prompts:
            prompt.messages_for(PROBE)


@register
class LlmKind(AskingKind[StoredPrompt]):
    """One prompt, asked of one model."""

    form = StoredPrompt
    joins_panels = True
    travels: ClassVar[type[Frozen]] = TravellingPrompt

    @cached_property
    def prompt(self) -> Prompt:
        """The prompt."""
        return Prompt(self.content)

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """The one prompt."""
        return (self.prompt,)

    def describe(self) -> Wording:
        """Whom it asks, and what: of a list of criteria the first line."""
        statement = Wording(self.spec.statement.partition("\n")[0])
        if not statement:
            return Wording("Asks {model}.", model=self.spec.model)
        return Wording("Asks {model}: {statement}", model=self.spec.model, statement=statement)

    @override
    async def ask(self, output: Output, client: ModelClient) -> tuple[Decision, int]:
        return await ask(self.prompt, output, client)

    @override
    def reread(self, decision: Decision) -> Decision:
        return reread(self.prompt, decision)

    @override
    def wordings(self, output: Output, probability: float | None) -> tuple[Wording]:
        return (no_field(self.spec.field),)

    @override
    def leaving(self) -> dict[str, Any]:
        return self.prompt.leaving()

    @override
    def leaving_bare(self) -> dict[str, Any]:
        return self.prompt.leaving_bare()


def asking(version: JudgeVersion) -> AskingKind:
    """A judge version that asks models; TypeError for any other."""
    if isinstance(kind := kind_of(version), AskingKind):
        return kind
    raise TypeError(f"{version.kind} judges ask no model")


async def ask(prompt: Prompt, output: Output, client: ModelClient) -> tuple[Decision, int]:
    """What a model decides on one output, and how many requests it took.

    Raises:
        ModelTrouble: there is no usable answer, or the model refuses (kind "refusal").
    """
    spec = prompt.spec
    part = at_pointer(output, spec.field) if spec.field else output
    if part is None:
        return Decision(value="abstain", reason=no_field(spec.field)), 0
    answer: ModelAnswer[Any] = await client.answer(prompt.messages_for(part), _form(prompt))
    if refuses(answer.parsed.reason):
        raise ModelTrouble(
            "The model refuses: {reason}",
            kind="refusal",
            next_step="Ask another model, or look at what the output holds.",
            reason=answer.parsed.reason[:200],
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
    if not spec.probability:
        return decision, answer.requests
    return await _weighed(decision, prompt, part, client), answer.requests + 1


def _form(prompt: Prompt) -> type[Any]:
    if prompt.spec.answer:
        return prompt.spec.answer.form
    return FailFirstAnswer if prompt.spec.fail_option_first else JudgeAnswer


async def _weighed(decision: Decision, prompt: Prompt, output: Output, client: ModelClient) -> Decision:
    """The decision with the probability of pass, or with a sentence why there is none."""
    why, weights = "the endpoint gives no log-probabilities", None
    try:
        weights = await client.weigh(prompt.messages_for(output, one_word=True), ("pass", "fail"))
    except ModelTrouble as trouble:
        if trouble.fatal:
            raise
        why = str(trouble)
    if weights is None:
        reason = f"{decision.reason} (No probability: {why.rstrip('.')}.)"
        value = value_at(decision.value, None, prompt.spec.pass_from)
        return decision.model_copy(update={"reason": reason, "value": value})
    probability = round(weights.probabilities["pass"], 4)
    return decision.model_copy(
        update={
            "value": value_at(decision.value, probability, prompt.spec.pass_from),
            "probability": probability,
            "tokens_in": decision.tokens_in + weights.tokens_in,
            "tokens_out": decision.tokens_out + weights.tokens_out,
            "cost_usd": total_cost([decision.cost_usd, weights.cost_usd]),
            "latency_ms": decision.latency_ms + weights.latency_ms,
        }
    )


def reread(prompt: Prompt, decision: Decision) -> Decision:
    """What an answer means by a prompt's threshold; ValueError where it says nothing."""
    form = prompt.spec.answer
    if form and form.numeric:
        return decision.model_copy(update={"value": form.read(decision.raw).verdict})
    return decision.model_copy(
        update={"value": value_at(decision.value, decision.probability, prompt.spec.pass_from)}
    )


def value_at(decision: VerdictValue, probability: float | None, pass_from: float | None) -> VerdictValue:
    """The verdict by the probability of a pass, an abstention without one; what the model said where there is
    no threshold, or where it abstained.
    """
    if pass_from is None or decision == "abstain":
        return decision
    if probability is None:
        return "abstain"
    return "pass" if probability >= pass_from else "fail"
