"""Inspect's ``.eval`` files: a zip with a header and a file for each sample, written out as one document."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

_HEADERS = ("header.json", "_journal/start.json")


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
        header = json.loads(log.read(next(name for name in _HEADERS if name in names)))
        header = header if isinstance(header, dict) else {}
        document.write(b'{"eval":' + json.dumps(header.get("eval")).encode() + b',"samples":[')
        samples = [name for name in names if name.startswith("samples/") and name.endswith(".json")]
        for place, name in enumerate(samples):
            document.write(b"," if place else b"")
            with log.open(name) as sample:
                shutil.copyfileobj(sample, document)
        document.write(b"]}")
