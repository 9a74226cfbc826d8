"""What a run will take, before it starts: calls, tokens, money and time.

Prompts are really written for a sample of outputs and measured; answers are taken to be as long, and
calls as slow, as this judge's (or its model's) were before; where it never answered, the time is not known.
Answers that trials have paid for are taken off.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from typing_extensions import override

from labelcore.errors import LabelcoreError
from labelcore.judges.kinds import DecidingKind, kind_of, read_meanings
from labelcore.judges.kinds.llm import AskingKind
from labelcore.llm import Answerer, Message, ModelAnswer, ModelClient, WordOdds, endpoint_for
from labelcore.llm.protocol import MOST_TOKENS, Schema
from labelcore.models import Frozen, JudgeVersion, Output, total_cost
from labelcore.settings import Endpoint
from labelcore.stages.judging.running.answers import answer_key, form_of, weigh_key
from labelcore.stages.judging.running.clients import place_of
from labelcore.stages.judging.running.workload import Workload
from labelcore.store import (
    answers as answer_table,
    outputs as output_table,
    vectors,
    verdicts as verdict_table,
)
from labelcore.text.reading import about_tokens
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_SAMPLE, _LOCAL_SAMPLE = 40, 8
_LOOKED_UP = 200  # outputs whose questions are looked up among those that were answered
ANSWER_TOKENS = 80


class JudgeEstimate(Frozen):
    """One judge's share of a run; tokens, money and seconds are 0 for what needs no model. ``seconds``: None
    where nobody knows how long a call lasts.
    """

    judge: str
    kind: str
    endpoint: str = ""
    address: str = ""
    decisions: int
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    seconds: float | None


class Estimate(Frozen):
    """What a run will take. ``known`` decisions are made already and cost nothing. ``seconds``: None where
    one of its models was never asked; ``cost_usd``: None where a model that is asked has no price.

    ``based_on``: what is assumed. ``trouble``: why it could not start, such as a missing endpoint.
    """

    decisions: int
    known: int
    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None
    seconds: float | None
    judges: tuple[JudgeEstimate, ...]
    based_on: tuple[Wording, ...]
    trouble: Wording = Wording("")

    @property
    def exit_code(self) -> int:
        """1 where it could not start."""
        return 1 if self.trouble else 0


class _Scales(ModelClient):
    """Takes the size of prompts instead of answering them; a panel's members have scales each."""

    def __init__(self, endpoint: Endpoint, others: dict[tuple[str, str], _Scales]) -> None:
        self.model, self.endpoint = endpoint.model, endpoint
        self.calls = self.tokens_in = self.tokens_out = 0
        self.keys: list[str] = []
        self._others = others

    @override
    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> ModelAnswer[Schema]:
        """An abstention that nobody reads."""
        self._take("".join(message["content"] for message in messages) + str(form_of(schema)), ANSWER_TOKENS)
        self.keys.append(answer_key(place_of(self.endpoint), messages, schema, most_tokens))
        content = schema.model_validate({"reason": "", "verdict": "abstain"})
        return ModelAnswer(parsed=content, text="", model=self.model)

    @override
    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> WordOdds | None:
        """No likelihoods, but the call counts."""
        self._take("".join(message["content"] for message in messages), 1)
        self.keys.append(weigh_key(place_of(self.endpoint), messages, words))
        return None

    def named(self, answerer: Answerer) -> _Scales:
        """The scales of the endpoint that a panel's member asks."""
        endpoint = endpoint_for(answerer)
        return self._others.setdefault((endpoint.name, endpoint.model), _Scales(endpoint, self._others))

    async def close(self) -> None:
        """Nothing."""

    def _take(self, text: str, answer: int) -> None:
        self.calls += 1
        self.tokens_in += about_tokens(text)
        self.tokens_out += answer

    @property
    def cost(self) -> float | None:
        """US dollars of all that was taken, None where no price is set."""
        return self.endpoint.cost(self.tokens_in, self.tokens_out)


def estimate(workspace: Workspace, workload: Workload, concurrency: int | None = None) -> Estimate:
    """What is missing and what it will take; nothing is asked and nothing stored."""
    estimator = _Estimator(workspace, workload, concurrency)
    judges, troubles = list[JudgeEstimate](), list[Wording]()
    for version, missing in workload.count_missing():
        try:
            judges.append(estimator.of(version, missing))
        except LabelcoreError as trouble:
            troubles.append(Wording("{trouble}", trouble=trouble))
    decisions = sum(judge.decisions for judge in judges)
    return Estimate(
        decisions=decisions,
        known=0 if troubles else workload.wanted - decisions,
        calls=sum(judge.calls for judge in judges),
        tokens_in=sum(judge.tokens_in for judge in judges),
        tokens_out=sum(judge.tokens_out for judge in judges),
        cost_usd=total_cost(judge.cost_usd for judge in judges),
        seconds=_together(judges),
        judges=tuple(judges),
        based_on=tuple(estimator.assumed),
        trouble=next(iter(troubles), Wording("")),
    )


def _together(judges: Sequence[JudgeEstimate]) -> float | None:
    """Seconds of all: local ones, which have no endpoint, go first, then addresses side by side."""
    seconds: dict[str, float] = defaultdict(float)
    for judge in judges:
        if judge.seconds is None:
            return None
        seconds[judge.address] += judge.seconds
    return round(seconds.pop("", 0.0) + max(seconds.values(), default=0.0), 1)


class _Estimator:
    """Estimates judge by judge; ``assumed``: what that is based on, each sentence once."""

    def __init__(self, workspace: Workspace, workload: Workload, concurrency: int | None) -> None:
        self._workspace, self._workload, self._concurrency = workspace, workload, concurrency
        self._past = verdict_table.figures(workspace.db, [version.id for version in workload.versions])
        self.assumed: dict[Wording, None] = {}

    @cached_property
    def _sample(self) -> list[Output]:
        return list(output_table.many(self._workspace.db, self._workload.some(_SAMPLE)).values())

    def of(self, version: JudgeVersion, missing: int) -> JudgeEstimate:
        """What so many decisions of a judge take."""
        judge = kind_of(version)
        if isinstance(judge, AskingKind):
            unpaid = missing * (1 - self._paid(version, judge)) if missing else 0.0
            return self._asking(version, missing, unpaid, asyncio.run(_measured(judge, self._sample)))
        seconds = 0.0
        # A few outputs are really decided: how long that takes is what there is to know.
        if missing and isinstance(judge, DecidingKind) and (sample := self._sample[:_LOCAL_SAMPLE]):
            started = time.perf_counter()
            judge.decide(sample, read_meanings([judge], sample, vectors.embedder(self._workspace.db)))
            seconds = (time.perf_counter() - started) / len(sample) * missing
        return JudgeEstimate(judge=version.name, kind=version.kind, decisions=missing, seconds=seconds)

    def _paid(self, version: JudgeVersion, judge: AskingKind) -> float:
        """The share of the calls to come whose answers are stored, though they are no verdicts: of trials."""
        ids = verdict_table.missing(self._workspace.db, version.id, self._workload.some(_LOOKED_UP))
        outputs = list(output_table.many(self._workspace.db, ids).values())
        keys = [key for scale in asyncio.run(_measured(judge, outputs)) for key in scale.keys]
        answers = answer_table.find(self._workspace.db, keys) if keys else {}
        share = sum(key in answers for key in keys) / max(1, len(keys))
        return share / self._workload.repeats  # a trial asks once

    def _asking(
        self, version: JudgeVersion, missing: int, unpaid: float, scales: Sequence[_Scales]
    ) -> JudgeEstimate:
        """By the judge's verdicts so far, or by prompts weighed on outputs; ``unpaid``: of the missing."""
        endpoint, n = scales[0].endpoint, max(1, len(self._sample))
        calls, tokens_in, tokens_out = (
            sum(float(getattr(scale, name)) for scale in scales) / n
            for name in ("calls", "tokens_in", "tokens_out")
        )
        whole = total_cost(scale.cost for scale in scales)
        cost = None if whole is None else whole / n
        latency_ms = verdict_table.usual_latency(self._workspace.db, version.model, endpoint.address)
        if past := self._past.get(version.id):
            if cost is not None and tokens_in + tokens_out:
                cost *= (past[1] + past[2]) / (tokens_in + tokens_out)
            tokens_in, tokens_out, latency_ms = past[1:]
            if len(scales) == 1:
                cost = endpoint.cost(tokens_in, tokens_out)
        self._assume(version, scales, nothing_asked=latency_ms is None)
        never, seconds = float("inf"), None
        if latency_ms is not None or not unpaid:
            seconds = max(  # the slowest of: decisions side by side, requests a minute, tokens a minute
                unpaid * (latency_ms or 0.0) / 1000 / (self._concurrency or endpoint.concurrency),
                unpaid * calls * 60 / (endpoint.requests_per_minute or never),
                unpaid * (tokens_in + tokens_out) * 60 / (endpoint.tokens_per_minute or never),
            )
        return JudgeEstimate(
            judge=version.name,
            kind=version.kind,
            endpoint=f"{endpoint.name} ({endpoint.model})",
            address=endpoint.address,
            decisions=missing,
            calls=round(unpaid * calls),
            tokens_in=round(unpaid * tokens_in),
            tokens_out=round(unpaid * tokens_out),
            cost_usd=None if cost is None and unpaid else unpaid * (cost or 0.0),
            seconds=seconds,
        )

    def _assume(self, version: JudgeVersion, scales: Sequence[_Scales], *, nothing_asked: bool) -> None:
        if past := self._past.get(version.id):
            sentences = [
                Wording(
                    "Tokens and seconds of '{name}' are those of its {n:,} verdicts.",
                    name=version.name,
                    n=past[0],
                )
            ]
        else:
            sentences = [
                Wording(
                    "Prompts are measured on {n} outputs; an answer is taken to have {tokens} tokens.",
                    n=len(self._sample),
                    tokens=ANSWER_TOKENS,
                )
            ]
        if nothing_asked:
            unknown = Wording(
                "Nothing was asked of {model} yet, so the time is not known.", model=scales[0].model
            )
            sentences.append(unknown)
        sentences += [
            Wording(
                "What {model} costs is not known: set a price for tokens in and one for tokens out.",
                model=scale.model,
            )
            for scale in scales
            if not scale.endpoint.priced
        ]
        self.assumed |= dict.fromkeys(sentences)


async def _measured(judge: AskingKind, sample: Sequence[Output]) -> list[_Scales]:
    """The scales of every endpoint that a judge asks, the first member's first."""
    others: dict[tuple[str, str], _Scales] = {}
    for prompt in judge.prompts:
        endpoint = endpoint_for(prompt.answerer)
        others.setdefault((endpoint.name, endpoint.model), _Scales(endpoint, others))
    first = next(iter(others.values()))
    for output in sample:
        await judge.ask(output, first)
    return list(others.values())
