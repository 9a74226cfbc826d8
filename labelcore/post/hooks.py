"""Posts to a webhook: JSON, signed, to where only https or this machine itself leads."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
import socket
import time
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp.abc import ResolveResult

from labelcore.post import UndeliveredMessage
from labelcore.post.addresses import fault_of, may_reach

_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_LATER = {408, 425, 429}


def signature(secret: str, moment: str, body: bytes) -> str:
    """What the receiver computes as well: HMAC-SHA256 of the moment, a full stop and the body."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(address: str, secret: str, document: Mapping[str, Any]) -> None:
    """Post a document once; its ``id`` tells the receiver whether it came before. Nothing of the answer but
    its status is read, and no redirect is followed.

    Raises:
        UndeliveredMessage: it was not taken; unclear where the other side fell silent.
    """
    if fault := fault_of(address):
        raise UndeliveredMessage(fault, for_good=True)
    body = json.dumps(document, ensure_ascii=False, default=str).encode("utf-8", "replace")
    moment = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "labelcore",
        "X-Labelcore-Id": str(document["id"]),
        "X-Labelcore-Time": moment,
        "X-Labelcore-Signature": f"sha256={signature(secret, moment, body)}",
    }
    try:
        status = asyncio.run(_status(address, body, headers))
    except aiohttp.InvalidURL:
        raise UndeliveredMessage("no address", for_good=True) from None
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as trouble:
        is_inner = isinstance(getattr(trouble, "os_error", None), _Inner)
        raise UndeliveredMessage(
            "inner" if is_inner else "unreachable", str(trouble), for_good=is_inner
        ) from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as trouble:
        raise UndeliveredMessage("fell silent", str(trouble), unclear=True) from None
    if 300 <= status < 400:
        raise UndeliveredMessage("redirects", str(status), for_good=True)
    if not 200 <= status < 300:
        is_final = 400 <= status < 500 and status not in _LATER
        raise UndeliveredMessage("answered", str(status), for_good=is_final)


async def _status(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    connector = aiohttp.TCPConnector(resolver=_Outward(), force_close=True)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT, trust_env=False) as session,
        session.post(address, data=body, headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status


class _Inner(OSError):
    """A name leads into the network behind the door."""


class _Outward(aiohttp.ThreadedResolver):
    """Names lead outward only, when the connection is made: a name may change its mind after a check."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host; none of them may be an inner one."""
        found = await super().resolve(host, port, family)
        if not all(may_reach(host, ipaddress.ip_address(result["host"])) for result in found):
            raise _Inner(host)
        return found
