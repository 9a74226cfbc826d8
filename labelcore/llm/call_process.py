"""A small process that makes a run's calls and keeps each answer on disk the moment it comes.

It outlives a run that is killed: calls under way are paid for, so it takes their answers in, and ends. With
kill -9 at 500 answers a second a run that held the connections itself lost 30 to 60. This file is run by its
path and imports nothing of labelcore, so that it starts in a fifth of a second.

Frames: four bytes of length, a line of JSON, then bytes. To the call process: ``{"endpoint": …}`` first,
then ``{"id", "key"}`` with the request's body. From it: ``{"id", "status", "headers"}`` with the
answer's body, or ``{"id", "trouble", "certificate"}``.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import ipaddress
import json
import os
import re
import socket
import struct
import sys
import time
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp.abc import ResolveResult

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


class ClosedHost(OSError):
    """A host leads to where no endpoint may stand."""

    def __init__(self, host: str) -> None:
        super().__init__(errno.EACCES, f"no endpoint may stand at {host}")

    def __str__(self) -> str:
        return str(self.strerror)


def check_host(host: str, closed: Sequence[str]) -> None:
    """ClosedHost where a host in digits stands in one of the networks; a name is looked up later."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return
    inside = getattr(address, "ipv4_mapped", None) or address
    if any(inside in ipaddress.ip_network(network) for network in closed):
        raise ClosedHost(str(address))


class GuardedResolver(aiohttp.ThreadedResolver):
    """Names do not lead into the closed networks at the moment of connecting: they may change their minds."""

    def __init__(self, closed: Sequence[str]) -> None:
        super().__init__()
        self._closed = closed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host; ClosedHost where one of them is."""
        found = await super().resolve(host, port, family)
        for result in found:
            check_host(result["host"], self._closed)
        return found


def connector(closed: Sequence[str], proxy: str | None) -> aiohttp.TCPConnector:
    """Connections without a limit; a proxy of the environment looks names up itself."""
    return aiohttp.TCPConnector(limit=0, resolver=None if proxy else GuardedResolver(closed))


class AnswerFile:
    """The file of answers: one line with its checksum for each, locked while this process lives."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def write(self, paid: dict[str, Any]) -> None:
        """Keep one answer; whatever becomes of this process, the system has it now."""
        text = json.dumps(paid).encode()
        os.write(self._file, b"%08x %s\n" % (zlib.crc32(text), text))


class CallProcess:
    """Makes the calls that come in, all at once: pace and retries are the run's affair."""

    def __init__(self, endpoint: dict[str, Any], kept: AnswerFile, writer: asyncio.StreamWriter) -> None:
        self._endpoint, self._kept, self._writer = endpoint, kept, writer
        self._key = re.compile(endpoint["key_pattern"].encode())
        self._calls: set[asyncio.Task[None]] = set()
        self._session = aiohttp.ClientSession(
            connector=connector(endpoint["closed"], endpoint["proxy"]),
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
            async with self._session.post(
                self._endpoint["url"], data=body, allow_redirects=False
            ) as response:
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

    def _cost(self, given: int, taken: int, cached: int) -> float | None:
        """As :meth:`labelcore.settings.Calls.cost` counts it."""
        prices = self._endpoint
        if not prices["priced"] and (given or taken):
            return None
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
    kept = AnswerFile(head["endpoint"]["kept_in"])
    await CallProcess(head["endpoint"], kept, writer).serve(reader)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
