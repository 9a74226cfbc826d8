"""Which files are meant, in which format and encoding; a clear sentence where they cannot be read."""

from __future__ import annotations

import codecs
import difflib
import glob
import hashlib
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labelcore.errors import BadInput
from labelcore.models import Frozen
from labelcore.store.formats import Format, every_format

_FOREIGN = {
    b"PK\x03\x04": "a zip file or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
}
_BLOCK = 1 << 20
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # in Windows-1252


class Source(Frozen):
    """One readable file: where its UTF-8 text is, its format, its hash, and what was done to it."""

    path: Path
    name: str
    format: str
    sha256: str
    warnings: tuple[str, ...] = ()


def find(place: str) -> list[Path]:
    """The files of a path or glob, by name.

    Raises:
        BadInput: there are none, or the path is a folder.
    """
    path = Path(place).expanduser()
    if path.is_dir():
        raise BadInput(f"{path} is a folder.", next_step=f"Name a file, or a glob like {path}/*.jsonl.")
    if path.is_file():
        return [path]
    names = glob.glob(str(path), recursive=True)  # noqa: PTH207 - a pattern from a person may be absolute
    if found := sorted(map(Path, names)):
        return [path for path in found if path.is_file()]
    raise BadInput(f"There is no file {path}.{_nearest(path)}", next_step="Check the path.")


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return f" There is no folder {path.parent} either."
    names = [neighbour.name for neighbour in path.parent.iterdir()]
    close = difflib.get_close_matches(path.name, names, n=1)
    return f" Did you mean {close[0]}?" if close else ""


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """A file as UTF-8, in a temporary copy where it is something else.

    Raises:
        BadInput: the file is empty, foreign (a workbook, an archive), or cannot be read.
    """
    form = _format(path)
    try:
        digest, encoding, nul = _scan(path, binary=bool(form.start))
    except PermissionError as trouble:
        raise BadInput(f"{path} may not be read.", next_step="Check its permissions.") from trouble
    if encoding == "utf-8" and not nul:
        yield Source(path=path, name=path.name, format=form.name, sha256=digest)
        return
    warnings = [] if encoding in {"utf-8", "utf-8-sig"} else [f"{path.name} was read as {encoding}."]
    if nul:
        warnings.append(f"{path.name} holds NUL characters; they are shown as ␀.")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        _transcode(path, copy, encoding)
        yield Source(path=copy, name=path.name, format=form.name, sha256=digest, warnings=tuple(warnings))


def _format(path: Path) -> Format:
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        raise BadInput(f"{path} is empty.", next_step="Export it again, or choose another file.")
    formats = every_format()
    for form in formats.values():
        if form.start and start.startswith(form.start):
            return form
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise BadInput(f"{path.name} is {what}.", next_step="Save it as CSV or JSONL, then import that.")
    named = [form for form in formats.values() if path.suffix.lower() in form.endings]
    if named and named[0].start:
        raise BadInput(f"{path.name} is no {named[0].title} file.", next_step="Export it again.")
    form = named[0] if named else formats["json" if start.lstrip()[:1] in {b"{", b"["} else "csv"]
    return formats[_json_form(path)] if form.name in {"json", "jsonl"} else form


def _json_form(path: Path) -> str:
    """JSON lines or one JSON document, whatever the ending says."""
    with path.open("rb") as file:
        first = file.readline(1 << 24).strip()
        second = file.readline(1 << 24).strip()
    first = first.removeprefix(codecs.BOM_UTF8)
    if first.startswith(b"[") or (path.suffix.lower() == ".json" and not second):
        return "json"
    try:
        json.loads(first)
    except ValueError:
        return "jsonl" if second.startswith(b"{") and first.count(b"{") == first.count(b"}") else "json"
    return "jsonl"


def _scan(path: Path, *, binary: bool) -> tuple[str, str, bool]:
    """(sha256, encoding, whether NUL characters occur), in one pass of bounded memory."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid, nul, start = True, False, b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            start = start or block[:4096]
            digest.update(block)
            if binary:
                continue
            nul = nul or b"\0" in block
            valid = valid and _decodes(decoder, block)
    if binary:
        return digest.hexdigest(), "utf-8", False
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if start.startswith(mark):
            return digest.hexdigest(), encoding, False
    if valid:
        marked = start.startswith(codecs.BOM_UTF8)
        return digest.hexdigest(), "utf-8-sig" if marked else "utf-8", nul
    return digest.hexdigest(), _guess(path), nul


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _guess(path: Path) -> str:
    """GB18030 where the bytes are valid in it and give Chinese text, else a Western code page."""
    with path.open("rb") as file:
        sample = file.read(_BLOCK)
    try:
        text = sample.decode("gb18030", errors="strict")
    except UnicodeDecodeError as trouble:
        if trouble.start < len(sample) - 4:
            return _western(path)
        text = sample[: trouble.start].decode("gb18030")
    foreign = [c for c in text if ord(c) > 127]
    han = sum("\u4e00" <= c <= "\u9fff" or c in "，。！？；：“”（）、" for c in foreign)
    chinese = han > 0.9 * len(foreign) and han >= 0.02 * len(text)
    return "gb18030" if chinese and _in_pairs(sample) else _western(path)


def _in_pairs(sample: bytes) -> bool:
    """Whether high bytes mostly stand in pairs, as in Chinese.

    One accented letter before an ASCII letter also decodes as a Han character; there they stand alone.
    """
    alone = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", sample))
    return alone * 10 < sum(byte > 127 for byte in sample)


def _western(path: Path) -> str:
    """Windows-1252, which spreadsheets write, where all bytes are defined in it; else Latin-1."""
    with path.open("rb") as file:
        undefined = any(_UNDEFINED.search(block) for block in iter(lambda: file.read(_BLOCK), b""))
    return "latin-1" if undefined else "cp1252"


def _transcode(source: Path, target: Path, encoding: str) -> None:
    with (
        source.open(encoding=encoding, newline="") as old,
        target.open("w", encoding="utf-8", newline="") as new,
    ):
        while part := old.read(_BLOCK):
            new.write(part.replace("\0", "␀"))
