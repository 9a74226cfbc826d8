"""Where something may be sent: mailboxes, and addresses of webhooks that do not lead behind the door."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from yarl import URL

from labelcore.settings import settings

_LONGEST = 2_000
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_MAILBOX = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?){1,20}"
)
_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[\da-f]*)\.?", re.IGNORECASE)
"""What some read as an address in digits: 127.1, 2130706433, 0x7f.1."""
_OUTER, _TRANSLATED = ipaddress.ip_network("2000::/3"), ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_mailbox(text: str) -> bool:
    """Whether a text is one mailbox and nothing else, in ASCII."""
    return len(text) <= 254 and text[-1:] != "." and bool(_MAILBOX.fullmatch(text))


def fault_of(address: str) -> str:
    """The code of what is wrong with a webhook's address as it is written; "" where nothing is."""
    try:
        parts, host = urlsplit(address), host_of(address)
        labels, _ = host.encode("idna").split(b"."), parts.port
    except ValueError:
        return "no address"
    literal = _literal(host)
    if (
        not all(labels[:-1] or labels)
        or "@" in parts.netloc
        or (literal is None and _NUMBER.fullmatch(host))
        or len(address) > _LONGEST
        or not address.isprintable()
    ):
        return "no address"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        return "not https"
    return "inner" if literal and not may_reach(host, literal) else ""


def is_loopback(address: str) -> bool:
    """Whether a webhook leads to this machine."""
    return host_of(address) in _LOOPBACK


def network_of(address: str) -> str:
    """About where an address of the internet is: those of people change within it by themselves."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 64}", strict=False))


def host_of(address: str) -> str:
    """The host of a webhook, as it is asked for: the rest of its address may be a secret."""
    return URL(address).raw_host or ""


def may_reach(host: str, address: Address) -> bool:
    """Whether a host may stand at an address: an outer one, this machine's for its names, or any for
    a host that the settings name.
    """
    if host.lower() in {name.lower() for name in settings().webhook_hosts}:
        return True
    if host in _LOOPBACK:
        return address.is_loopback
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    last = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _TRANSLATED else None
    inside = address.ipv4_mapped or address.sixtofour or last
    return may_reach(host, inside) if inside else address in _OUTER and address.is_global


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
