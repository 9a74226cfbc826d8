"""A small OpenAI-compatible endpoint on loopback, whose faults a test can plan.

It answers a judge's prompt by the words that stand in it: an output with "bad" fails. ``faults`` are
given to calls in order, then every call is answered well; ``prompts`` keeps what was asked.
``shares`` plans faults at random instead: kind -> share of calls, seeded by prompt and attempt.
``answered`` counts the good answers to each prompt that somebody was still there to take. Within
``held()`` it answers nobody, so that a test which looks at work under way cannot come too late; within
``held(4)`` nobody until four calls are under way, as they will be however slowly they come.

Faults of a call: "429", "500", "401", "404", "400 model", "400 length", "400 filter", "quota"; "hang" and
"slow" (late); "drop" (the connection ends in mid-answer), "bad body" (the HTTP answer is cut JSON), "page"
(it is HTML), "no choice", "no message", "deep"; "odd content" and "odd usage" with a value of JSON behind (a
value that no such field should have); "echo", "echo 500" and "echo 400" with the request's key in the answer
or error; and of the text inside: "malformed", "truncated", "empty", "other json" (valid, of another shape).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from labelcore.settings import settings

_ERRORS: dict[str, tuple[int, str, dict[str, str]]] = {
    "429": (429, "slow down", {}),
    "500": (500, "broken", {}),
    "401": (401, "wrong key", {}),
    "404": (404, "no such model", {}),
    "400 model": (400, "Invalid model: mock", {}),
    "400 length": (400, "This model's maximum context length is 8192 tokens, you asked for 9001.", {}),
    "400 filter": (400, "The response was filtered by the content management policy.", {}),
    "quota": (429, "insufficient_quota", {}),
}


_TEXTS = {
    "malformed": "I think it passes!",
    "truncated": '{"reason": "it',
    "empty": "",
    "other json": '{"answer": [1, 2, 3]}',
}
FAULTS = ("429", "500", "drop", "bad body", "page", "no choice", "no message", "hang", "slow", *_TEXTS)
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
        self.shares: dict[str, float] = {}
        self.met: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.prompts: list[str] = []
        self.models: Counter[str] = Counter()
        self.knows_schemas = True
        self.under_way = self.most_under_way = 0
        self.latency = 0.0
        self.answering = threading.Event()
        self.answering.set()
        self.awaited: int | None = None
        self.one_by_one: asyncio.Lock | None = None  # held while an answer is made, as by a small model
        self.hang_seconds = 1.5
        self.answer: dict[str, Any] | Callable[[str], dict[str, Any] | str] | None = None
        self.answer_as: dict[str, Callable[[str], dict[str, Any]]] = {}  # by the model that is asked for
        self.odds: dict[str, float] | Callable[[str], dict[str, float]] | None = None
        self.obeys_schemas = True
        self.retry_after = "0.01"
        self.name = "mock-1"  # the model that it says it is
        self.usage: Any = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        self.batches = MockBatches(self)

    @contextmanager
    def held(self, calls: int | None = None) -> Iterator[None]:
        """Every answer waits for the end of the block, or until so many calls are under way at once."""
        self.awaited = calls
        self.answering.clear()
        try:
            yield
        finally:
            self.answering.set()

    async def chat(self, request: Request) -> Response:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        if self.under_way == self.awaited:
            self.answering.set()
        try:
            return await self._chat(request, await request.json())
        finally:
            self.under_way -= 1

    async def _chat(self, request: Request, body: dict[str, Any]) -> Response:
        prompt = "\n".join(message["content"] for message in body["messages"])
        self.prompts.append(prompt)
        self.models[body.get("model", "")] += 1
        self.asked[prompt] += 1
        async with self.one_by_one or contextlib.nullcontext():
            if self.one_by_one and await request.is_disconnected():
                return Response()  # nobody waits for it any more
            await asyncio.sleep(self.latency)
        if not self.answering.is_set():
            await asyncio.to_thread(self.answering.wait)
        fault = self.faults.pop(0) if self.faults else self._by_chance(prompt)
        self.met[fault] += 1
        if fault in {"hang", "slow"}:
            await asyncio.sleep(self.hang_seconds if fault == "hang" else 0.3)
        if fault == "drop":
            return Dropped()
        if fault == "bad body":
            return Response('{"id": "x", "choices": [{"mess', media_type="application/json")
        if "response_format" in body and not self.knows_schemas:
            return JSONResponse({"error": {"message": "response_format is not supported"}}, 400)
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if fault in {"echo 500", "echo 400"}:
            error = {"message": f"The key {key} is odd.", "code": key}
            return JSONResponse({"error": error}, int(fault[-3:]), headers={"x-key": key})
        if fault in _ERRORS:
            status, message, headers = _ERRORS[fault]
            error = {"message": message, "code": message}
            if fault == "429":
                headers = {"retry-after": self.retry_after}
            return JSONResponse({"error": error}, status, headers=headers)
        by_model = self.answer_as.get(body.get("model", ""))
        good = json.dumps(by_model(prompt)) if by_model else self._good(prompt)
        text = _TEXTS.get(fault, good)
        if not self.obeys_schemas and "by this schema" not in prompt:
            text = "The sea is calm."
        if fault == "page":
            return Response("<html>Gateway</html>", media_type="text/html")
        if fault in {"no choice", "no message"}:
            choices = [{"index": 0, "message": None}] if fault == "no message" else []
            return JSONResponse(
                {"id": "x", "object": "chat.completion", "created": 0, "model": "mock-1", "choices": choices}
            )
        content: Any = text
        usage = self.usage
        if fault == "deep":
            return Response("[" * 200_000, media_type="application/json")
        if fault == "echo":  # as it is, and with a sign escaped
            escaped = f"\\u{ord(key[0]):04x}{key[1:]}"
            content = f'{{"reason": "{key} and {escaped}", "verdict": "pass"}}'
        if fault.startswith("odd content "):
            content = json.loads(fault.removeprefix("odd content "))
        if fault.startswith("odd usage "):
            usage = json.loads(fault.removeprefix("odd usage "))
        if fault not in _TEXTS and not await request.is_disconnected():
            self.answered[prompt] += 1
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": content},
            "logprobs": self._odds(body, prompt),
            "finish_reason": "length" if fault == "truncated" else "stop",
        }
        answer = {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": f"mock-{key}" if fault == "echo" else self.name,
        }
        whole = json.dumps(answer | {"choices": [choice], "usage": usage})  # NaN too
        return Response(whole, media_type="application/json")

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

    def _odds(self, body: dict[str, Any], prompt: str) -> dict[str, Any] | None:
        if self.odds is None or not body.get("logprobs"):
            return None
        odds = self.odds(prompt) if callable(self.odds) else self.odds
        rivals = [{"token": token, "logprob": math.log(p)} for token, p in odds.items()]
        return {"content": [{"token": "x", "logprob": 0, "top_logprobs": rivals}]}

    def _good(self, prompt: str) -> str:
        if callable(self.answer):
            given = self.answer(prompt)
            return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        if self.answer is not None:
            return json.dumps(self.answer, ensure_ascii=False)
        judged = prompt.rsplit("<<DATA output", 1)[-1]
        return json.dumps({"reason": "planted", "verdict": "fail" if "bad" in judged else "pass"})


class MockBatches:
    """Files and batches of the same endpoint; ``over`` decides whether batches are answered."""

    def __init__(self, mock: MockEndpoint) -> None:
        self._mock = mock
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.over = False
        self.lost: set[int] = set()  # lines that are not answered
        self.refused = ""  # what every line is refused with
        self.odd_lines: dict[int, str] = {}  # lines that are answered with something else
        self.usage: Any = {"prompt_tokens": 10, "completion_tokens": 5}

    async def upload(self, request: Request) -> Response:
        form = await request.form()
        name = f"file-{len(self.files)}"
        self.files[name] = await form["file"].read()
        return JSONResponse(
            {
                "id": name,
                "object": "file",
                "bytes": 1,
                "created_at": 0,
                "filename": "x",
                "purpose": "batch",
                "status": "processed",
            }
        )

    async def content(self, request: Request) -> Response:
        return Response(self.files[request.path_params["name"]])

    async def create(self, request: Request) -> Response:
        wanted = await request.json()
        name = f"batch-{len(self.batches)}"
        self.batches[name] = wanted | {
            "id": name,
            "object": "batch",
            "created_at": 0,
            "status": "in_progress",
            "output_file_id": None,
        }
        return JSONResponse(self.batches[name])

    async def list(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [*self.batches.values()], "has_more": False})

    async def retrieve(self, request: Request) -> Response:
        batch = self.batches[request.path_params["name"]]
        if self.over and batch["status"] == "in_progress":
            lines = self.files[batch["input_file_id"]].splitlines()
            batch |= {"status": "completed", "output_file_id": f"out-{batch['id']}"}
            self.files[batch["output_file_id"]] = b"\n".join(
                self.odd_lines[i].encode() if i in self.odd_lines else self._answer(json.loads(line))
                for i, line in enumerate(lines)
                if i not in self.lost
            )
        return JSONResponse(batch)

    def _answer(self, line: dict[str, Any]) -> bytes:
        prompt = "\n".join(message["content"] for message in line["body"]["messages"])
        self._mock.prompts.append(prompt)
        message: dict[str, Any] = {"content": self._mock._good(prompt)}
        if self.refused:
            message = {"content": None, "refusal": self.refused}
        body = {"model": "mock-1", "choices": [{"message": message}], "usage": self.usage}
        answer = {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}}
        return json.dumps(answer).encode()

    @property
    def routes(self) -> Sequence[Route]:
        return [
            Route("/v1/files", self.upload, methods=["POST"]),
            Route("/v1/files/{name}/content", self.content),
            Route("/v1/batches", self.create, methods=["POST"]),
            Route("/v1/batches", self.list),
            Route("/v1/batches/{name}", self.retrieve),
        ]


@contextmanager
def serving(certificate: tuple[Path, Path] | None = None) -> Iterator[tuple[MockEndpoint, str]]:
    """The endpoint and its base URL, served from a thread; by HTTPS with a certificate and its key."""
    mock = MockEndpoint()
    chat = Route("/v1/chat/completions", mock.chat, methods=["POST"])
    app = Starlette(routes=[chat, *mock.batches.routes])
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    if certificate:
        config.ssl_certfile, config.ssl_keyfile = certificate
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield mock, f"http{'s' if certificate else ''}://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join(timeout=5)


@contextmanager
def configured(monkeypatch: pytest.MonkeyPatch, **more: str) -> Iterator[MockEndpoint]:
    """The endpoint as the one that this process asks; ``more``: further settings, by name."""
    with serving() as (endpoint, url):
        for name, value in {"BASE_URL": url, "API_KEY": "k", "MODEL": "mock", **more}.items():
            monkeypatch.setenv(f"LABELCORE_{name}", value)
        settings.cache_clear()
        yield endpoint
    settings.cache_clear()
