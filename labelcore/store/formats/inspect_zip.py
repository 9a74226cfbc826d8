"""Inspect's ``.eval`` files: a zip with a header and a file for each sample, written out as one document."""

from __future__ import annotations

import json
import struct
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyarrow as pa

from labelcore.store.formats.packing import unpack

_HEADERS = ("header.json", "_journal/start.json")
_LARGEST_HEADER = 100_000_000
_ZSTD = 93
"""How newer versions pack; a zip's other ways are known to `zipfile`."""


def is_log(path: Path) -> bool:
    """Whether a file is such a zip."""
    try:
        with zipfile.ZipFile(path) as log:
            return any(name in _HEADERS for name in log.namelist())
    except (OSError, zipfile.BadZipFile, ValueError):
        return False


def write_document(path: Path, target: Path) -> None:
    """Write a log's header and samples as one JSON document, sample after sample.

    Raises:
        zipfile.BadZipFile, NotImplementedError: the zip is broken, or packed in a way that is not known.
        ValueError: its header is no JSON.
    """
    with zipfile.ZipFile(path) as log, target.open("wb") as document:
        names = log.namelist()
        with _opened(log, path, next(name for name in _HEADERS if name in names)) as start:
            header = json.loads(start.read(_LARGEST_HEADER))
        header = header if isinstance(header, dict) else {}
        document.write(b'{"eval":' + json.dumps(header.get("eval")).encode() + b',"samples":[')
        samples = [name for name in names if name.startswith("samples/") and name.endswith(".json")]
        for place, name in enumerate(samples):
            document.write(b"," if place else b"")
            with _opened(log, path, name) as sample:
                unpack(sample, document, path)
        document.write(b"]}")


def _opened(log: zipfile.ZipFile, path: Path, name: str) -> AbstractContextManager[Any]:
    """A file of the zip, whichever way it is packed."""
    entry = log.getinfo(name)
    if entry.compress_type != _ZSTD:
        return log.open(entry)
    with path.open("rb") as packed:
        packed.seek(entry.header_offset)
        name_size, more = struct.unpack("<26xHH", packed.read(30).ljust(30, b"\0"))
        packed.seek(name_size + more, 1)
        raw = pa.BufferReader(packed.read(min(entry.compress_size, path.stat().st_size)))
    stream: AbstractContextManager[Any] = pa.input_stream(raw, compression="zstd")
    return stream
