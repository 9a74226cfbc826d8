"""A transport whose connections live in a separate process; see :mod:`labelcore.llm.call_process`."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import subprocess
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelcore.llm import blackout, call_process
from labelcore.llm.reach import check_reach, closed_to
from labelcore.llm.transports import KeepingTransport, Reply, Unreachable, completion, proxy_for, refusal
from labelcore.settings import OPENAI_URL, Endpoint

if TYPE_CHECKING:
    from openai.types.chat import CompletionCreateParams

answer_key: ContextVar[str | None] = ContextVar("answer_key", default=None)
"""The hash of the question that is being asked, under which the call process keeps its answer."""
_LIMIT = 1 << 26
_END_SECONDS = 5.0


class CallProcessTransport(KeepingTransport):
    """Sends requests through a call process that keeps good answers in a file."""

    def __init__(self, endpoint: Endpoint, kept_in: Path) -> None:
        self._endpoint = endpoint
        url = f"{(endpoint.base_url or OPENAI_URL).rstrip('/')}/chat/completions"
        key = endpoint.key
        authorization = {"authorization": f"Bearer {key}"}
        self._told = {
            "url": url,
            "model": endpoint.model,
            "priced": endpoint.priced,
            "price_in": endpoint.price_in or 0.0,
            "price_out": endpoint.price_out or 0.0,
            "price_cached": (endpoint.price_in or 0.0)
            if endpoint.price_cached is None
            else endpoint.price_cached,
            "timeout": endpoint.call_timeout + 1,
            "headers": authorization | {"content-type": "application/json"},
            "proxy": proxy_for(url),
            "closed": closed_to(endpoint),
            "key_pattern": blackout.pattern(key),
            "kept_in": str(kept_in),
        }
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def send(self, body: CompletionCreateParams) -> Reply:
        """Hand over and wait; where the wait is given up the call process still takes the answer in."""
        writer = self._writer or await self._start()
        number, key = next(self._numbers), answer_key.get()
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = reply
        writer.write(call_process.frame({"id": number, "key": key}, json.dumps(body).encode()))
        try:
            return await reply
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """Let the call process go; it ends once it has nothing under way."""
        if self._writer is None or self._process is None or self._reading is None:
            return
        self._writer.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._process.wait, _END_SECONDS)
        self._writer = None

    async def _start(self) -> asyncio.StreamWriter:
        try:
            check_reach(self._endpoint)
        except call_process.ClosedHost as trouble:
            raise Unreachable(str(trouble)) from None
        async with self._starting:
            if self._writer is not None:
                return self._writer
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = await asyncio.to_thread(_spawn, theirs.fileno())
            reader, self._writer = await asyncio.open_unix_connection(sock=ours, limit=_LIMIT)
            self._writer.write(call_process.frame({"endpoint": self._told}))
            self._reading = asyncio.create_task(self._read(reader))
            return self._writer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                head, body = await call_process.read_frame(reader)
                reply = self._waiting.get(head["id"])
                if reply is not None and not reply.done():
                    _settle(reply, head, body)
        except (asyncio.IncompleteReadError, OSError):
            for reply in self._waiting.values():
                if not reply.done():
                    reply.set_exception(Unreachable("the process that makes the calls has ended"))
            if self._writer is not None:
                self._writer.close()
            self._writer = None  # the next call starts another one


def _spawn(descriptor: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this interpreter, our file
        [sys.executable, "-I", call_process.__file__, str(descriptor)],
        pass_fds=[descriptor],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        # It outlives a run: whoever reads what the run prints must not have to wait for it.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _settle(reply: asyncio.Future[Reply], head: dict[str, Any], body: bytes) -> None:
    try:
        if "trouble" in head:
            raise Unreachable(head["trouble"], certificate=head["certificate"])
        if head["status"] >= 300:
            raise refusal(head["status"], body, head["headers"])
        reply.set_result(Reply(completion(body), head["headers"]))
    except Exception as trouble:  # noqa: BLE001 - whatever it is, the one who waits must hear it
        reply.set_exception(trouble)
