"""What a run will take, before it starts: calls, tokens, money and time.

Prompts are really written for a sample of outputs and measured; answers are taken to be as long, and
calls as slow, as this judge's (or its model's) were before. Where nothing is known yet, ``based_on``
says what is assumed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges import llm_judge
from labelcore.llm import Answer, Message, Weighed, endpoint_for
from labelcore.llm.protocol import MOST_TOKENS, Schema
from labelcore.models import Frozen, JudgeVersion, Output, Project
from labelcore.settings import Endpoint
from labelcore.stages.judging.runner import decide_local, embed_texts
from labelcore.stages.judging.running.plan import Plan
from labelcore.store import Database
from labelcore.store import outputs as output_table
from labelcore.store import verdicts as verdict_table

_SAMPLE, _LOCAL_SAMPLE = 40, 8
_ANSWER_TOKENS = 80
_LATENCY_MS = 2_000.0


class JudgeEstimate(Frozen):
    """One judge's share of a run; tokens, money and seconds are 0 for what needs no model."""

    judge: str
    kind: str
    endpoint: str
    decisions: int
    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: float
    seconds: float


class Estimate(Frozen):
    """What a run will take. ``known`` decisions are made already and cost nothing.

    ``trouble``: why it could not start, such as a missing endpoint.
    """

    decisions: int
    known: int
    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: float
    seconds: float
    judges: tuple[JudgeEstimate, ...]
    based_on: tuple[str, ...]
    trouble: str = ""


class _Measured(Exception):
    """Ends a judge's work once its prompt is written."""


class _Scales:
    """Takes a prompt's size instead of answering it."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.tokens: list[int] = []

    async def answer(
        self,
        messages: Sequence[Message],
        schema: type[Schema],
        *,
        most_tokens: int = MOST_TOKENS,  # noqa: ARG002 - the protocol
    ) -> Answer[Schema]:
        """Never answers."""
        text = "".join(own["content"] for own in messages) + str(schema.model_json_schema())
        self.tokens.append(guess_tokens(text))
        raise _Measured

    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> Weighed | None:  # noqa: ARG002 - the protocol
        """Never answers."""
        raise _Measured

    async def close(self) -> None:
        """Nothing."""


def guess_tokens(text: str) -> int:
    """Tokens of a text, roughly: four ASCII characters each, and one for each other character."""
    plain = len(text.encode("ascii", "ignore"))
    return plain // 4 + len(text) - plain


def estimate(
    db: Database, project: Project, plan: Plan, concurrency: int | None = None
) -> Estimate:
    """What is missing and what it will take; nothing is asked and nothing stored."""
    past = verdict_table.figures(db, [own.id for own in plan.versions])
    sample = _sample(db, plan)
    words: dict[str, None] = {}
    judges, trouble = [], ""
    for version in plan.versions:
        missing = plan.count_missing(version)
        try:
            if version.kind == "llm":
                usual = verdict_table.usual_latency(db, project.id, version.model)
                own = _asked(version, missing, sample, past.get(version.id), usual, concurrency, words)  # fmt: skip
            else:
                own = _local(db, version, missing, sample[:_LOCAL_SAMPLE])
        except LabelcoreError as why:
            trouble = trouble or str(why)
            continue
        judges.append(own)
    return Estimate(
        decisions=sum(own.decisions for own in judges),
        known=plan.wanted - sum(own.decisions for own in judges) if not trouble else 0,
        calls=sum(own.calls for own in judges), tokens_in=sum(own.tokens_in for own in judges),
        tokens_out=sum(own.tokens_out for own in judges),
        cost_usd=sum(own.cost_usd for own in judges), seconds=_seconds(judges),
        judges=tuple(judges), based_on=tuple(words), trouble=trouble,
    )  # fmt: skip


def _seconds(judges: Sequence[JudgeEstimate]) -> float:
    """Local judges go first, one after the other; endpoints work side by side."""
    local = sum(own.seconds for own in judges if own.kind != "llm")
    places = {own.endpoint for own in judges if own.kind == "llm"}
    asked = [sum(own.seconds for own in judges if own.endpoint == place and own.kind == "llm") for place in places]  # fmt: skip
    return round(local + max(asked, default=0.0), 1)


def _sample(db: Database, plan: Plan) -> list[Output]:
    step = max(1, len(plan.output_ids) // _SAMPLE)
    return [own for some in output_table.chunks(db, plan.output_ids[::step][:_SAMPLE]) for own in some]  # fmt: skip


def _asked(
    version: JudgeVersion, missing: int, sample: Sequence[Output],
    past: tuple[int, float, float, float] | None, usual: float | None, concurrency: int | None,
    words: dict[str, None],
) -> JudgeEstimate:  # fmt: skip
    endpoint = endpoint_for(version.spec)
    given, taken, latency = asyncio.run(_prompt_tokens(version, sample)), float(_ANSWER_TOKENS), usual  # fmt: skip
    if past:
        _, given, taken, latency = past
        words[f"Tokens and seconds of '{version.name}' are those of its {past[0]:,} verdicts."] = None  # fmt: skip
    else:
        words[f"Prompts are measured on {len(sample)} outputs; an answer is taken to have {_ANSWER_TOKENS} tokens."] = None  # fmt: skip
    if latency is None:
        latency = _LATENCY_MS
        words[f"Nothing was asked of {endpoint.model} yet: a call is taken to last {latency / 1000:g} s."] = None  # fmt: skip
    if not endpoint.price_in and not endpoint.price_out:
        words[f"No price is set for {endpoint.model}, so it counts as free."] = None
    tokens_in, tokens_out = round(missing * given), round(missing * taken)
    cost = (tokens_in * endpoint.price_in + tokens_out * endpoint.price_out) / 1_000_000
    return JudgeEstimate(
        judge=version.name, kind=version.kind, endpoint=f"{endpoint.name} ({endpoint.model})",
        decisions=missing, calls=missing, tokens_in=tokens_in, tokens_out=tokens_out,
        cost_usd=cost, seconds=_call_seconds(endpoint, missing, given + taken, latency, concurrency),
    )  # fmt: skip


def _call_seconds(
    endpoint: Endpoint, calls: int, tokens: float, latency_ms: float, concurrency: int | None
) -> float:
    """The slowest of: calls side by side, requests a minute, tokens a minute."""
    side_by_side = calls * latency_ms / 1000 / (concurrency or endpoint.concurrency)
    by_requests = calls * 60 / (endpoint.requests_per_minute or float("inf"))
    by_tokens = calls * tokens * 60 / (endpoint.tokens_per_minute or float("inf"))
    return max(side_by_side, by_requests, by_tokens)


async def _prompt_tokens(version: JudgeVersion, sample: Sequence[Output]) -> float:
    scales = _Scales(version.model)
    for output in sample:
        try:
            await llm_judge.decide(version.spec, output, scales)
        except (_Measured, ModelTrouble):
            continue
    return sum(scales.tokens) / len(scales.tokens) if scales.tokens else 0.0


def _local(
    db: Database, version: JudgeVersion, missing: int, sample: Sequence[Output]
) -> JudgeEstimate:
    """A few outputs are really decided: how long that takes is what there is to know."""
    seconds = 0.0
    if missing and sample:
        started = time.perf_counter()
        wants = version.kind == "learned" and version.spec.get("with_vectors")
        decide_local(version, sample, embed_texts(db, sample) if wants else None)
        seconds = (time.perf_counter() - started) / len(sample) * missing
    return JudgeEstimate(
        judge=version.name, kind=version.kind, endpoint="", decisions=missing, calls=0,
        tokens_in=0, tokens_out=0, cost_usd=0.0, seconds=seconds,
    )  # fmt: skip


def estimate_words(found: Estimate) -> str:
    """An estimate as a sentence."""
    if found.trouble:
        return found.trouble
    if not found.decisions:
        return "Nothing is left to decide: a run would ask nothing."
    cost = f", US$ {found.cost_usd:,.4f}" if found.calls else ""
    tokens = f", {found.tokens_in + found.tokens_out:,} tokens" if found.calls else ""
    return (
        f"A run makes {found.decisions:,} decisions with {found.calls:,} model calls{tokens}{cost}, "
        f"in about {span_words(found.seconds)}; {found.known:,} are known already."
    )


def span_words(seconds: float) -> str:
    """``40 s``, ``12 min`` or ``3.5 h``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"
