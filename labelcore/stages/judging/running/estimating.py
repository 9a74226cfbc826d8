"""What a run will take, before it starts: calls, tokens, money and time.

Prompts are really written for a sample of outputs and measured; answers are taken to be as long, and
calls as slow, as this judge's (or its model's) were before. Where nothing is known yet, ``based_on``
says what is assumed.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from typing_extensions import override

from labelcore.errors import LabelcoreError
from labelcore.judges.kinds import kind_of
from labelcore.judges.meanings import read_meanings
from labelcore.llm import Answer, Answerer, Message, ModelClient, Weighed, endpoint_for
from labelcore.llm.protocol import MOST_TOKENS, Schema
from labelcore.models import Frozen, JudgeVersion, Output
from labelcore.settings import Endpoint
from labelcore.stages.judging.running.backlog import Backlog
from labelcore.store import Database, vectors
from labelcore.store import outputs as output_table
from labelcore.store import verdicts as verdict_table
from labelcore.workspace import Workspace

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

    @property
    def exit_code(self) -> int:
        """1 where it could not start."""
        return 1 if self.trouble else 0


class _Scales(ModelClient):
    """Takes the size of prompts instead of answering them; a panel's members have scales each."""

    def __init__(self, endpoint: Endpoint, others: dict[tuple[str, str], _Scales]) -> None:
        self.model, self.endpoint = endpoint.model, endpoint
        self.calls = self.tokens_in = self.tokens_out = 0
        self._others = others

    @override
    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> Answer[Schema]:
        """An abstention that nobody reads."""
        form = str(schema.model_json_schema())
        self._take("".join(message["content"] for message in messages) + form, _ANSWER_TOKENS)
        parsed = schema.model_validate({"reason": "", "verdict": "abstain"})
        return Answer(parsed=parsed, text="", model=self.model)

    @override
    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> Weighed | None:
        """No likelihoods, but the call counts."""
        self._take("".join(message["content"] for message in messages), 1)
        return None

    def named(self, answerer: Answerer) -> _Scales:
        """The scales of the endpoint that a panel's member asks."""
        endpoint = endpoint_for(answerer)
        key = endpoint.name, endpoint.model
        return self._others.setdefault(key, _Scales(endpoint, self._others))

    async def close(self) -> None:
        """Nothing."""

    def _take(self, text: str, answer: int) -> None:
        self.calls += 1
        self.tokens_in += guess_tokens(text)
        self.tokens_out += answer

    @property
    def cost(self) -> float:
        """US dollars of all that was taken."""
        prices = self.endpoint
        return (self.tokens_in * prices.price_in + self.tokens_out * prices.price_out) / 1_000_000


def guess_tokens(text: str) -> int:
    """Tokens of a text, roughly: four ASCII characters each, and one for each other character."""
    plain = len(text.encode("ascii", "ignore"))
    return plain // 4 + len(text) - plain


def estimate(workspace: Workspace, backlog: Backlog, concurrency: int | None = None) -> Estimate:
    """What is missing and what it will take; nothing is asked and nothing stored."""
    past = verdict_table.figures(workspace.db, [version.id for version in backlog.versions])
    sample = _sample(workspace.db, backlog)
    assumptions = _Assumptions()
    judges, trouble = [], ""
    for version in backlog.versions:
        missing = backlog.count_missing(version)
        try:
            if kind_of(version).needs_model:
                scales = asyncio.run(_measured(version, sample))
                latency = verdict_table.usual_latency(workspace.db, workspace.project.id, version.model)
                usual = assumptions.usual(version, scales, len(sample), past.get(version.id), latency)
                share = _asked(version, missing, scales[0].endpoint, usual, concurrency)
            else:
                share = _local(workspace.db, version, missing, sample[:_LOCAL_SAMPLE])
        except LabelcoreError as why:
            trouble = trouble or str(why)
            continue
        judges.append(share)
    return Estimate(
        decisions=sum(judge.decisions for judge in judges),
        known=backlog.wanted - sum(judge.decisions for judge in judges) if not trouble else 0,
        calls=sum(judge.calls for judge in judges),
        tokens_in=sum(judge.tokens_in for judge in judges),
        tokens_out=sum(judge.tokens_out for judge in judges),
        cost_usd=sum(judge.cost_usd for judge in judges),
        seconds=_seconds(judges),
        judges=tuple(judges),
        based_on=assumptions.sentences,
        trouble=trouble,
    )


def _seconds(judges: Sequence[JudgeEstimate]) -> float:
    """Local judges, which have no endpoint, go first, one after the other; endpoints work side by side."""
    seconds: dict[str, float] = defaultdict(float)
    for judge in judges:
        seconds[judge.endpoint] += judge.seconds
    return round(seconds.pop("", 0.0) + max(seconds.values(), default=0.0), 1)


def _sample(db: Database, backlog: Backlog) -> list[Output]:
    step = max(1, len(backlog.output_ids) // _SAMPLE)
    return [
        output for some in output_table.chunks(db, backlog.output_ids[::step][:_SAMPLE]) for output in some
    ]


class _Usual(NamedTuple):
    """What one decision of a judge takes: calls, tokens in and out, US$, milliseconds."""

    calls: float
    tokens_in: float
    tokens_out: float
    cost: float
    latency_ms: float

    def seconds(self, endpoint: Endpoint, decisions: int, concurrency: int | None) -> float:
        """The slowest of: decisions side by side, requests a minute, tokens a minute."""
        tokens = self.tokens_in + self.tokens_out
        side_by_side = decisions * self.latency_ms / 1000 / (concurrency or endpoint.concurrency)
        by_requests = decisions * self.calls * 60 / (endpoint.requests_per_minute or float("inf"))
        by_tokens = decisions * tokens * 60 / (endpoint.tokens_per_minute or float("inf"))
        return max(side_by_side, by_requests, by_tokens)


class _Assumptions:
    """What an estimate is based on, each sentence once, in the order in which it came up."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(self._sentences)

    def usual(
        self,
        version: JudgeVersion,
        scales: Sequence[_Scales],
        outputs: int,
        past: tuple[int, float, float, float] | None,
        latency_ms: float | None,
    ) -> _Usual:
        """What a decision takes, by the judge's verdicts so far or by prompts weighed on outputs."""
        endpoint, n = scales[0].endpoint, max(1, outputs)
        calls = sum(scale.calls for scale in scales) / n
        given = sum(scale.tokens_in for scale in scales) / n
        taken = sum(scale.tokens_out for scale in scales) / n
        cost = sum(scale.cost for scale in scales) / n
        if past:
            cost *= (past[1] + past[2]) / (given + taken) if given + taken else 1
            given, taken, latency_ms = past[1:]
            if len(scales) == 1:
                cost = (given * endpoint.price_in + taken * endpoint.price_out) / 1_000_000
            self._say(f"Tokens and seconds of '{version.name}' are those of its {past[0]:,} verdicts.")
        else:
            self._say(
                f"Prompts are measured on {outputs} outputs; an answer is taken to have "
                f"{_ANSWER_TOKENS} tokens."
            )
        if latency_ms is None:
            latency_ms = _LATENCY_MS * calls
            self._say(
                f"Nothing was asked of {endpoint.model} yet: a call is taken to last "
                f"{_LATENCY_MS / 1000:g} s."
            )
        for scale in scales:
            if not scale.endpoint.price_in and not scale.endpoint.price_out:
                self._say(f"No price is set for {scale.model}, so it counts as free.")
        return _Usual(calls, given, taken, cost, latency_ms)

    def _say(self, sentence: str) -> None:
        self._sentences[sentence] = None


def _asked(
    version: JudgeVersion, missing: int, endpoint: Endpoint, usual: _Usual, concurrency: int | None
) -> JudgeEstimate:
    return JudgeEstimate(
        judge=version.name,
        kind=version.kind,
        endpoint=f"{endpoint.name} ({endpoint.model})",
        decisions=missing,
        calls=round(missing * usual.calls),
        tokens_in=round(missing * usual.tokens_in),
        tokens_out=round(missing * usual.tokens_out),
        cost_usd=missing * usual.cost,
        seconds=usual.seconds(endpoint, missing, concurrency),
    )


async def _measured(version: JudgeVersion, sample: Sequence[Output]) -> list[_Scales]:
    """The scales of every endpoint that a judge asks, the first member's first."""
    others: dict[tuple[str, str], _Scales] = {}
    judge = kind_of(version)
    for prompt in judge.prompts:
        endpoint = endpoint_for(prompt.answerer)
        others.setdefault((endpoint.name, endpoint.model), _Scales(endpoint, others))
    first = next(iter(others.values()))
    for output in sample:
        await judge.ask(output, first)
    return list(others.values())


def _local(db: Database, version: JudgeVersion, missing: int, sample: Sequence[Output]) -> JudgeEstimate:
    """A few outputs are really decided: how long that takes is what there is to know."""
    seconds = 0.0
    if missing and sample:
        started = time.perf_counter()
        judge = kind_of(version)
        judge.decide(sample, read_meanings([judge], sample, vectors.embedder(db)))
        seconds = (time.perf_counter() - started) / len(sample) * missing
    return JudgeEstimate(
        judge=version.name,
        kind=version.kind,
        endpoint="",
        decisions=missing,
        calls=0,
        tokens_in=0,
        tokens_out=0,
        cost_usd=0.0,
        seconds=seconds,
    )


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
