"""A model reflects on a judge's errors on train and proposes instructions; what it was paid for is kept."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from labelcore.errors import ModelTrouble
from labelcore.judges import reflecting
from labelcore.judges.kinds.llm import asking
from labelcore.judges.reflecting import Proposals
from labelcore.llm import Message, ModelAnswer, ModelClient, client_for, endpoint_for
from labelcore.llm.protocol import parse
from labelcore.llm.spending import Purse, refuse_unpriced, spending
from labelcore.models import Decision, JudgeVersion, PaidAnswer
from labelcore.stages.judging.running.clients import place_of
from labelcore.stages.refining.candidates import Errors
from labelcore.stages.refining.suggestions import ChangeSuggestion
from labelcore.stats.drawing import hash_order
from labelcore.store import answers as answer_table, outputs as output_table
from labelcore.workspace import Workspace

_SHOWN = 8
_WAIT = 0.25
_ROOM = 3_000


@dataclass
class Reflection:
    """One question to the judge's model about its errors; ``tried``: what was tried or rejected."""

    errors: Errors
    tried: Sequence[str]
    asked: bool = False

    @cached_property
    def output_ids(self) -> list[str]:
        """Errors that it is shown, of both kinds."""
        missed = hash_order(self.errors.missed, 0)
        wrongly = hash_order([key for key in self.errors.wrong if key not in set(missed)], 0)
        half = max(_SHOWN // 2, _SHOWN - len(wrongly))
        return [*missed[:half], *wrongly[: _SHOWN - len(missed[:half])]]

    def ask(
        self, workspace: Workspace, purse: Purse | None, stop: threading.Event
    ) -> tuple[Proposals, float]:
        """Instructions and questions that quote no output, and what they cost now (US$).

        Raises:
            ModelTrouble: there is no usable answer, or it was stopped.
        """
        outputs = output_table.many(workspace.db, self.output_ids)
        fails, notes = self.errors.graded.fails, self.errors.graded.labels.notes
        errors = []
        for key in self.output_ids:
            decision = self.errors.known[key]
            label = "\n".join(("fail" if fails[key] else "pass", *notes.get(key, ())))
            errors.append(
                [
                    ("output", outputs[key].text),
                    ("input", outputs[key].input),
                    ("verdict of experts with their note", label),
                    ("verdict of the judge with its reason", f"{decision.value}\n{decision.reason}"),
                ]
            )
        prompt = self.errors.prompt
        messages = reflecting.ask(prompt.template, errors, self.tried)
        endpoint = endpoint_for(prompt.answerer)
        key = _key(place_of(endpoint), messages)
        texts = [text for output in outputs.values() for text in (output.text, output.input)]
        if former := answer_table.find(workspace.db, [key]).get(key):
            return reflecting.usable(parse(former.text, Proposals), texts), 0.0
        if purse:
            refuse_unpriced([endpoint])
        self.asked = True
        with spending(purse):
            answer = asyncio.run(_answer(client_for(endpoint), messages, stop))
        took = {name: getattr(answer, name) for name in ("model", "tokens_in", "tokens_out", "cost_usd")}
        answer_table.add(workspace.db, [PaidAnswer(key=key, text=answer.text, **took)])
        return reflecting.usable(answer.parsed, texts), answer.cost_usd


def told_of(suggestion: ChangeSuggestion) -> str:
    """What was tried and what came of it on train, for the next question."""
    gain = suggestion.on_train.balanced.value if suggestion.on_train else None
    result = "not tried" if gain is None else f"{100 * gain:+.0f} points on train"
    return f"{suggestion.candidate.words}\n({result})"


def reread(version: JudgeVersion, decisions: Mapping[str, Decision]) -> dict[str, Decision]:
    """What the same answers mean to a version with another threshold; of nobody anything is asked."""
    judge, found = asking(version), dict[str, Decision]()
    for key, decision in decisions.items():
        with suppress(ValueError):
            found[key] = judge.reread(decision)
    return found


async def _answer(
    client: ModelClient, messages: Sequence[Message], stop: threading.Event
) -> ModelAnswer[Proposals]:
    task = asyncio.ensure_future(client.answer(messages, Proposals, most_tokens=_ROOM))
    try:
        while not task.done():
            await asyncio.wait([task], timeout=_WAIT)
            if stop.is_set() and not task.done():
                task.cancel()
                raise ModelTrouble("It was stopped before the model answered.", kind="stopped")
        return task.result()
    finally:
        await client.close()


def _key(place: str, messages: Sequence[Message]) -> str:
    text = json.dumps([place, messages], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
