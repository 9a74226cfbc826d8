"""Endpoints in files: one that the settings name, and one beside the database for those that people add.

Those of people are in a file and not in the database: who asks reads them through the settings, wherever
it runs, while one process alone may open a database; and a database travels, as a backup or to a colleague,
where an address of this house and the place of a key have no business. The database's path names the file, so
that the app and every command on it know the same endpoints.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from labelcore.errors import BadInput
from labelcore.key_stores import write_private

Tables = dict[str, dict[str, Any]]
_PORTS = {"http": 80, "https": 443}


def beside(db: Path) -> Path:
    """The file of the endpoints that were added to what works on a database."""
    place = db.expanduser().absolute()
    return place.with_name(f"{place.name}.endpoints.json")


def read(place: Path) -> Tables:
    """The table of each endpoint by its name; BadInput where the file is not usable."""
    try:
        text = place.expanduser().read_text("utf-8")
        table = tomllib.loads(text) if place.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError, RecursionError) as trouble:
        raise BadInput(
            "The endpoints in {place} cannot be read: {trouble}.",
            next_step="LABELCORE_ENDPOINTS_FILE wants a TOML or JSON file: name -> base_url, model, …",
            place=place,
            trouble=str(trouble),
        ) from trouble
    if not isinstance(table, dict) or not all(isinstance(endpoint, dict) for endpoint in table.values()):
        raise BadInput("{place} must hold one table for each endpoint, by its name.", place=place)
    return table


def added(db: Path) -> Tables:
    """The endpoints that were added; {} where none were."""
    place = beside(db)
    return read(place) if place.exists() else {}


def save(db: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the added endpoints; BadInput where the folder cannot be written."""
    place = beside(db)
    try:
        write_private(place, json.dumps(tables, ensure_ascii=False, indent=1))
    except OSError as trouble:
        raise BadInput("{place} cannot be written: {why}.", place=place, why=trouble.strerror) from trouble


def address_of(url: str) -> str:
    """A base URL as it may be shown and compared: without a person, a password, or a query."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return url.partition("?")[0].rpartition("@")[2]
    if ":" in host:
        host = f"[{host}]"
    port_part = "" if port in {None, _PORTS.get(parts.scheme.lower())} else f":{port}"
    return f"{parts.scheme.lower()}://{host}{port_part}{parts.path.rstrip('/')}"


def _as_typed(address: str) -> str:
    """What somebody gave for an address, without what may be a secret."""
    head, mark, rest = address.partition("?")[0].partition("#")[0].partition("://")
    return f"{head}{mark}{rest.rpartition('@')[2]}" if mark else head.rpartition("@")[2]


def checked_address(url: str) -> str:
    """An address that somebody gives; BadInput where it is none of a web server, or holds a secret."""
    address = url.strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme.lower() in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(sign.isspace() or not sign.isprintable() for sign in address):
        raise BadInput(
            "'{address}' is not the address of an endpoint.",
            next_step="It begins with http:// or https://, as in http://localhost:11434/v1.",
            address=_as_typed(address)[:200],
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadInput(
            "An address with a name, a password or a query may hold a secret, and addresses are shown.",
            next_step="Give the address alone; a key has its own place.",
        )
    return address.rstrip("/")
