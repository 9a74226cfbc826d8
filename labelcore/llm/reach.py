"""Where an endpoint may stand: not at link-local addresses; at this machine's if somebody here says so."""

from __future__ import annotations

import socket

from yarl import URL

from labelcore.llm import call_process
from labelcore.settings import OPENAI_URL, Endpoint, settings

_LINK_LOCAL = ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32")
"""Link-local addresses, and where clouds tell a machine its keys."""
_LOOPBACK = ("127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128")
_NAMES = ("localhost", ".localhost")


def closed_to(endpoint: Endpoint) -> tuple[str, ...]:
    """The networks in which it may not stand."""
    is_named = host_of(endpoint) in {host.lower() for host in settings().endpoint_hosts}
    return _LINK_LOCAL + (_LOOPBACK if endpoint.from_elsewhere and not is_named else ())


def host_of(endpoint: Endpoint) -> str:
    """Its host as it is asked for, in lower case."""
    return (URL(endpoint.base_url or OPENAI_URL).raw_host or "").lower()


def check_reach(endpoint: Endpoint) -> None:
    """Raises ClosedHost where its host, in digits or as a name of this machine, is closed to it, or where
    the settings name the hosts that are open and it is none of these.
    """
    closed, host = closed_to(endpoint), host_of(endpoint)
    if (open_hosts := settings().only_endpoint_hosts) and host not in {name.lower() for name in open_hosts}:
        raise call_process.ClosedHost(host)
    call_process.check_host("127.0.0.1" if host.rstrip(".").endswith(_NAMES) else host, closed)


def check_name(endpoint: Endpoint) -> None:
    """The same for what its name leads to now, where another library makes the connections."""
    check_reach(endpoint)
    try:
        addresses = socket.getaddrinfo(host_of(endpoint), None, type=socket.SOCK_STREAM)
    except socket.gaierror:
        return  # who connects says so
    for *_, address in addresses:
        call_process.check_host(str(address[0]), closed_to(endpoint))
