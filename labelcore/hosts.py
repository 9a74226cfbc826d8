"""By which names the app may be called, and from which pages: before anything else sees a request.

A page of somebody else can make a browser call this machine, under a name that it leads here (DNS
rebinding) or from its origin. Such a call gets no further than this.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from labelcore.settings import settings

_REFUSAL = (
    "labelcore is not called by this name, or not from this page. "
    "The machine's own name is told to it in LABELCORE_HOSTS."
)


def may_call(headers: Headers) -> bool:
    """Whether the Host is one of ours and the Origin, where a browser names one, is the same place.

    An address in digits is always ours: no page can be led here under it.
    """
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or len(origins) > 1:
        return False
    host = hosts[0].lower()
    name = re.sub(r":\d*$", "", host)
    names = {"localhost", settings().address.lower(), *map(str.lower, settings().hosts)}
    if name not in names and not _is_address(name):
        return False
    return not origins or origins[0].lower() in {f"http://{host}", f"https://{host}"}


def _is_address(name: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(name.removeprefix("[").removesuffix("]")))
    return False


class KnownHosts:
    """Refuses requests and websockets that came under another name, or from another page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may call; answer the rest."""
        if scope["type"] == "lifespan" or may_call(Headers(scope=scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(_REFUSAL, 403)(scope, receive, send)
