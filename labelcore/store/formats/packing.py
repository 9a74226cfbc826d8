"""Files that come packed: how far they are unpacked."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from labelcore.errors import BadInput

_BLOCK = 1 << 20
_MOST, _ALWAYS, _TIMES = 20_000_000_000, 1_000_000_000, 250
"""Bytes at most; bytes that any file may have; how often its size a larger one. Logs pack to a fiftieth, what
is made to fill the disk to a thousandth.
"""


def unpack(packed: IO[bytes] | Any, plain: IO[bytes], path: Path) -> None:
    """Write out what is packed in the file at ``path``.

    Raises:
        BadInput: it is out of all proportion to the file.
    """
    most = min(_MOST, max(_ALWAYS, _TIMES * path.stat().st_size))
    while block := packed.read(_BLOCK):
        plain.write(block)
        if plain.tell() > most:
            raise BadInput(
                "{name} unpacks to more than {gb:,.0f} GB.",
                next_step="Split it.",
                name=path.name,
                gb=most / 1e9,
            )
