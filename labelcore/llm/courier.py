"""A small process that makes a run's calls and keeps each answer on disk the moment it comes.

It outlives a run that is killed: calls under way are paid for, so it takes their answers in, and ends. With
kill -9 at 500 answers a second a run that held the connections itself lost 30 to 60. This file is run by its
path and imports nothing of labelcore, so that it starts in a fifth of a second.

Frames: four bytes of length, a line of JSON, then bytes. To the courier: ``{"endpoint": …}`` first,
then ``{"id", "key"}`` with the request's body. From it: ``{"id", "status", "headers"}`` with the
answer's body, or ``{"id", "trouble", "certificate"}``.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import re
import socket
import struct
import sys
import time
import zlib
from datetime import UTC, datetime
from typing import Any

import aiohttp

_LENGTH = struct.Struct(">I")
_LIMIT = 1 << 26
_MOST_COUNTED = 100_000_000
_HEADERS = ("retry-after", "retry-after-ms")


def frame(head: dict[str, Any], body: bytes = b"") -> bytes:
    """A message as bytes."""
    line = json.dumps(head).encode() + b"\n"
    return _LENGTH.pack(len(line) + len(body)) + line + body


async def read_frame(reader: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:
    """The next message. Raises IncompleteReadError: the other side is gone."""
    (length,) = _LENGTH.unpack(await reader.readexactly(4))
    line, _, body = (await reader.readexactly(length)).partition(b"\n")
    return json.loads(line), body


class Kept:
    """The file of answers: one line with its checksum for each, locked while this process lives."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def write(self, paid: dict[str, Any]) -> None:
        """Keep one answer; whatever becomes of this process, the system has it now."""
        text = json.dumps(paid).encode()
        os.write(self._file, b"%08x %s\n" % (zlib.crc32(text), text))


class Courier:
    """Makes the calls that come in, all at once: pace and retries are the run's affair."""

    def __init__(self, endpoint: dict[str, Any], kept: Kept, writer: asyncio.StreamWriter) -> None:
        self._endpoint, self._kept, self._writer = endpoint, kept, writer
        self._key = re.compile(endpoint["key_pattern"].encode())
        self._calls: set[asyncio.Task[None]] = set()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            headers=endpoint["headers"],
            timeout=aiohttp.ClientTimeout(total=endpoint["timeout"]),
            proxy=endpoint["proxy"],
        )

    async def serve(self, reader: asyncio.StreamReader) -> None:
        """Until the run is gone; then until the calls under way have ended."""
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                head, body = await read_frame(reader)
                call = asyncio.create_task(self._call(head["id"], head["key"], body))
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)
        if self._calls:
            await asyncio.wait(self._calls)
        await self._session.close()

    async def _call(self, name: int, key: str | None, body: bytes) -> None:
        started = time.monotonic()
        try:
            async with self._session.post(self._endpoint["url"], data=body) as response:
                raw = self._black_out(await response.read())
        except TimeoutError:
            return  # the run counts the seconds itself, and stopped to wait before
        except (aiohttp.ClientError, OSError, ValueError) as trouble:
            certificate = isinstance(trouble, aiohttp.ClientConnectorCertificateError)
            why = self._black_out(str(trouble).encode()).decode("utf-8", "replace")
            self._say({"id": name, "trouble": why, "certificate": certificate})
            return
        if key and response.status == 200:
            self._keep(key, raw, (time.monotonic() - started) * 1000)
        told = {
            header.lower(): value
            for header, value in response.headers.items()
            if header.lower() in _HEADERS or header.lower().startswith("x-ratelimit-")
        }
        self._say({"id": name, "status": response.status, "headers": told}, raw)

    def _black_out(self, raw: bytes) -> bytes:
        """As :func:`labelcore.llm.blackout.black_out` does; the key never leaves this process."""
        return self._key.sub(b"[key]", raw)

    def _keep(self, key: str, raw: bytes, ms: float) -> None:
        with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError):
            found = json.loads(raw)
            usage = found.get("usage")
            given, taken = _tokens(usage, "prompt"), _tokens(usage, "completion")
            self._kept.write(
                {
                    "key": key,
                    "text": str(found["choices"][0]["message"]["content"] or ""),
                    "model": str(found.get("model") or self._endpoint["model"]),
                    "tokens_in": given,
                    "tokens_out": taken,
                    "cost_usd": self._cost(given, taken, _cached(usage, given)),
                    "latency_ms": ms,
                    "at": datetime.now(UTC).isoformat(),
                }
            )

    def _cost(self, given: int, taken: int, cached: int) -> float:
        """As :meth:`labelcore.settings.Calls.cost` counts it."""
        prices = self._endpoint
        fresh = (given - cached) * prices["price_in"] + cached * prices["price_cached"]
        return float(fresh + taken * prices["price_out"]) / 1e6

    def _say(self, head: dict[str, Any], body: bytes = b"") -> None:
        if not self._writer.is_closing():
            self._writer.write(frame(head, body))


def _tokens(usage: Any, kind: str) -> int:
    """As :func:`labelcore.llm.protocol.read` counts them."""
    return _count(usage.get(f"{kind}_tokens")) if isinstance(usage, dict) else 0


def _cached(usage: Any, given: int) -> int:
    detail = usage.get("prompt_tokens_details") if isinstance(usage, dict) else None
    return min(given, _count(detail.get("cached_tokens"))) if isinstance(detail, dict) else 0


def _count(found: Any) -> int:
    return int(found) if isinstance(found, int | float) and 0 <= found <= _MOST_COUNTED else 0


async def main(descriptor: int) -> None:
    """Serve the run at the other end of a socket."""
    end = socket.socket(fileno=descriptor)
    end.settimeout(0)
    reader, writer = await asyncio.open_unix_connection(sock=end, limit=_LIMIT)
    head, _ = await read_frame(reader)
    kept = Kept(head["endpoint"]["kept_in"])
    await Courier(head["endpoint"], kept, writer).serve(reader)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
