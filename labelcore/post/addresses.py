"""Where something may be sent: mailboxes, and addresses of webhooks that do not lead behind the door."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from labelcore.settings import settings

_LONGEST = 2_000
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_MAILBOX = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?){1,20}"
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_mailbox(text: str) -> bool:
    """Whether a text is one mailbox and nothing else, in ASCII."""
    return len(text) <= 254 and text[-1:] != "." and bool(_MAILBOX.fullmatch(text))


def fault_of(address: str) -> str:
    """The code of what is wrong with a webhook's address as it is written; "" where nothing is."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
        labels = host.encode("idna").split(b".")
    except ValueError:
        return "no address"
    if (
        not all(labels[:-1] or labels)
        or parts.username
        or parts.password
        or len(address) > _LONGEST
        or not address.isprintable()
    ):
        return "no address"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        return "not https"
    literal = _literal(host)
    return "inner" if literal and not may_reach(host, literal) else ""


def is_loopback(address: str) -> bool:
    """Whether a webhook leads to this machine."""
    return host_of(address) in _LOOPBACK


def host_of(address: str) -> str:
    """The host of a webhook: the rest of its address may be a secret."""
    return urlsplit(address).hostname or ""


def may_reach(host: str, address: Address) -> bool:
    """Whether a host may stand at an address: an outer one, this machine's for its names, or any for
    a host that the settings name.
    """
    if host.lower() in {name.lower() for name in settings().webhook_hosts}:
        return True
    if host in _LOOPBACK:
        return address.is_loopback
    inside = address.ipv4_mapped or address.sixtofour if isinstance(address, ipaddress.IPv6Address) else None
    return all(part.is_global and not part.is_multicast for part in (address, inside) if part)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
