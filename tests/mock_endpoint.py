"""A small OpenAI-compatible endpoint on loopback, whose faults a test can plan.

It answers a judge's prompt by the words that stand in it: an output with "bad" fails. ``faults`` are
given to calls in order, then every call is answered well; ``prompts`` keeps what was asked.

Faults of a call: "429", "500", "401", "404", "quota"; "hang" and "slow" (late); "drop" (the
connection ends in mid-answer), "bad body" (the HTTP answer is cut JSON), "page" (it is HTML), "no
choice", "no message"; and of the text inside: "malformed", "truncated", "empty", "other json" (valid, of another shape).
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
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


_TEXTS = {
    "malformed": "I think it passes!",
    "truncated": '{"reason": "it',
    "empty": "",
    "other json": '{"answer": [1, 2, 3]}',
}
FAULTS = (
    "429", "500", "drop", "bad body", "page", "no choice", "no message", "hang", "slow", *_TEXTS,
)  # fmt: skip
"""Faults that a second try mends."""


class Dropped(Response):
    """Begins an answer and ends the connection before it is whole."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"id": "x", ', "more_body": True})


class MockEndpoint:
    """The endpoint's state: planned faults, and what it was asked."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.prompts: list[str] = []
        self.knows_schemas = True
        self.under_way = self.most_under_way = 0
        self.latency = 0.0
        self.answer: dict[str, Any] | Callable[[str], dict[str, Any] | str] | None = None

    async def chat(self, request: Request) -> Response:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._chat(await request.json())
        finally:
            self.under_way -= 1

    async def _chat(self, body: dict[str, Any]) -> Response:
        prompt = "\n".join(message["content"] for message in body["messages"])
        self.prompts.append(prompt)
        await asyncio.sleep(self.latency)
        fault = self.faults.pop(0) if self.faults else "ok"
        if fault in {"hang", "slow"}:
            await asyncio.sleep(1.5 if fault == "hang" else 0.3)
        if fault == "drop":
            return Dropped()
        if fault == "bad body":
            return Response('{"id": "x", "choices": [{"mess', media_type="application/json")
        if "response_format" in body and not self.knows_schemas:
            return JSONResponse({"error": {"message": "response_format is not supported"}}, 400)
        if fault in _ERRORS:
            status, message, headers = _ERRORS[fault]
            error = {"message": message, "code": message}
            return JSONResponse({"error": error}, status, headers=headers)
        text = _TEXTS[fault] if fault in _TEXTS else self._good(prompt)
        if fault == "page":
            return Response("<html>Gateway</html>", media_type="text/html")
        if fault in {"no choice", "no message"}:
            choices = [{"index": 0, "message": None}] if fault == "no message" else []
            return JSONResponse({"id": "x", "object": "chat.completion", "created": 0, "model": "mock-1", "choices": choices})  # fmt: skip
        return JSONResponse({
            "id": "x", "object": "chat.completion", "created": 0, "model": "mock-1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text},
                         "finish_reason": "length" if fault == "truncated" else "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        })  # fmt: skip

    def _good(self, prompt: str) -> str:
        if callable(self.answer):
            given = self.answer(prompt)
            return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
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
