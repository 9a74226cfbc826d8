"""A small OpenAI-compatible endpoint on loopback, whose faults a test can plan.

It answers a judge's prompt by the words that stand in it: an output with "bad" fails. ``faults`` are
given to calls in order, then every call is answered well; ``prompts`` keeps what was asked.
``shares`` plans faults at random instead: kind -> share of calls, seeded by prompt and attempt.
``answered`` counts the good answers to each prompt that somebody was still there to take.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_ERRORS = {
    "429": (429, "slow down", {"retry-after": "0.01"}),
    "500": (500, "broken", {}),
    "401": (401, "wrong key", {}),
    "404": (404, "no such model", {}),
    "quota": (429, "insufficient_quota", {}),
}


class MockEndpoint:
    """The endpoint's state: planned faults, and what it was asked."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.shares: dict[str, float] = {}
        self.met: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.prompts: list[str] = []
        self.knows_schemas = True
        self.under_way = self.most_under_way = 0
        self.latency = 0.0
        self.hang_seconds = 1.5
        self.answer: dict[str, Any] | None = None

    async def chat(self, request: Request) -> Response:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._chat(request, await request.json())
        finally:
            self.under_way -= 1

    async def _chat(self, request: Request, body: dict[str, Any]) -> Response:
        prompt = "\n".join(message["content"] for message in body["messages"])
        self.prompts.append(prompt)
        self.asked[prompt] += 1
        await asyncio.sleep(self.latency)
        fault = self.faults.pop(0) if self.faults else self._by_chance(prompt)
        self.met[fault] += 1
        if fault == "hang":
            await asyncio.sleep(self.hang_seconds)
        if "response_format" in body and not self.knows_schemas:
            return JSONResponse({"error": {"message": "response_format is not supported"}}, 400)
        if fault in _ERRORS:
            status, message, headers = _ERRORS[fault]
            error = {"message": message, "code": message}
            return JSONResponse({"error": error}, status, headers=headers)
        text = {"malformed": "I think it passes!", "truncated": '{"reason": "it'}.get(
            fault
        ) or self._good(prompt)
        if fault not in {"malformed", "truncated"} and not await request.is_disconnected():
            self.answered[prompt] += 1
        return JSONResponse({
            "id": "x", "object": "chat.completion", "created": 0, "model": "mock-1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text},
                         "finish_reason": "length" if fault == "truncated" else "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        })  # fmt: skip

    def _by_chance(self, prompt: str) -> str:
        """A fault by its share; the same for the same prompt at the same attempt."""
        if not self.shares:
            return "ok"
        drawn = random.Random(f"{prompt}{self.asked[prompt]}").random()
        for kind, share in self.shares.items():
            if drawn < share:
                return kind
            drawn -= share
        return "ok"

    def _good(self, prompt: str) -> str:
        if self.answer is not None:
            return json.dumps(self.answer, ensure_ascii=False)
        judged = prompt.rsplit("<<DATA output", 1)[-1]
        return json.dumps({"reason": "planted", "verdict": "fail" if "bad" in judged else "pass"})


@contextmanager
def serving() -> Iterator[tuple[MockEndpoint, str]]:
    """The endpoint and its base URL, served from a thread."""
    mock = MockEndpoint()
    app = Starlette(routes=[Route("/v1/chat/completions", mock.chat, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield mock, f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join(timeout=5)
