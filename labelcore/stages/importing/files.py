"""Which files are meant, unpacked and as UTF-8; a clear sentence where they cannot be read."""

from __future__ import annotations

import bz2
import codecs
import contextlib
import difflib
import glob
import gzip
import io
import json
import lzma
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from labelcore import places
from labelcore.errors import BadInput
from labelcore.models import Fact, Frozen
from labelcore.stages.importing import foreign
from labelcore.stages.importing.encodings import decodes, scan, transcode, wide, with_even_ends
from labelcore.store.formats import Format, every_format, inspect_zip
from labelcore.store.formats.packing import unpack
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_PACKED: dict[bytes, Callable[[Path], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": lambda path: io.BufferedReader(pa.CompressedInputStream(str(path), "zstd")),
}
_ZIP = b"PK\x03\x04"
_DEEPEST = 3
_UNREADABLE = (
    *(OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, zlib.error, RuntimeError, ValueError),
    pa.ArrowException,
)
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SUFFIXES = (".arrow", ".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".xlsx", ".ods")


class SeveralParts(BadInput):
    """A file holds several tables or files, and none was chosen; ``parts`` are their names."""

    def __init__(self, what: str, *, next_step: str, parts: Sequence[str], **values: Any) -> None:
        super().__init__(what, next_step=next_step, **values)
        self.parts = tuple(parts)


class ReadableFile(Frozen):
    """One readable file: where its UTF-8 text is, its container, its hash, and what was done to it."""

    path: Path
    name: str
    format: str
    sha256: str
    warnings: tuple[Fact, ...] = ()


def find(workspace: Workspace, place: str) -> list[Path]:
    """The files of a path, a folder or a glob, by name.

    Raises:
        BadInput: there are none, or they are no ordinary files.
        NotAllowed: one is labelcore's.
    """
    try:
        path = Path(place).expanduser()
        if path.is_dir():
            return _open_ones(workspace, path, _of_folder(path))
        if path.is_file():
            return _open_ones(workspace, path, [path])
        if path.exists():
            raise BadInput(
                "{path} is not an ordinary file.", next_step="Copy its content into a file first.", path=path
            )
        names = glob.glob(str(path), recursive=True)  # noqa: PTH207 - a pattern from a person may be absolute
        paths = [file_here for file_here in sorted(map(Path, names)) if file_here.is_file()]
    except (OSError, ValueError, RuntimeError) as trouble:
        raise BadInput(
            "{place!r} is not a path: {trouble}",
            next_step="Check the path.",
            place=place[:200],
            trouble=str(trouble),
        ) from trouble
    if not paths:
        raise BadInput(
            "There is no file {path}.{nearest}",
            next_step="Check the path.",
            path=path,
            nearest=_nearest(path),
        )
    return _open_ones(workspace, path, paths)


def _open_ones(workspace: Workspace, place: Path, paths: list[Path]) -> list[Path]:
    for path in paths:
        places.check_found(workspace, place, path)
    return paths


def _of_folder(path: Path) -> list[Path]:
    """The data files of a folder: those of the first kind there is, as a `datasets` folder holds them."""
    for suffix in _SUFFIXES:
        paths = sorted(file for file in path.rglob(f"*{suffix}") if file.is_file())
        paths = [
            file for file in paths if not file.name.startswith((".", "dataset_info", "dataset_dict", "state"))
        ]
        if paths:
            return paths
    raise BadInput(
        "{path} is a folder without files that can be read.",
        next_step="Name a file, or {path}/*.txt.",
        path=path,
    )


def _nearest(path: Path) -> Wording:
    if not path.parent.is_dir():
        return Wording(" There is no folder {folder} either.", folder=path.parent)
    names = [neighbour.name for neighbour in path.parent.iterdir()]
    close = difflib.get_close_matches(path.name, names, n=1)
    return Wording(" Did you mean {name}?", name=close[0]) if close else Wording("")


@contextmanager
def opened(path: Path, *, part: str = "", encoding: str = "") -> Iterator[ReadableFile]:
    """A file, unpacked and as UTF-8, in a temporary copy where it is something else.

    ``part`` chooses a file of a zip. ``encoding`` replaces the one that would be found.

    Raises:
        BadInput: the file is empty, foreign, or cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            plain, warnings = path, list[Fact]()
            for depth in range(_DEEPEST):
                inside = Path(tempfile.mkdtemp(dir=folder))
                plain, more = _unpacked(plain, inside, "" if depth else part)
                warnings += more
            form = _format(plain)
            text = scan(plain, binary=bool(form.start))
            text = text._replace(old_lines=text.old_lines or (text.mixed_lines and form.name == "jsonl"))
            if encoding and not form.start:
                text = text._replace(encoding=codecs.lookup(encoding).name)
            if text.encoding != "utf-8" or text.nul or text.old_lines or not text.exact:
                copy = Path(folder) / f"copy{plain.suffix[:20]}"
                warnings += transcode(plain, copy, text)
                plain = copy
            even = Path(folder) / f"even{plain.suffix[:20]}"
            if text.mixed_lines and form.name == "csv" and with_even_ends(plain, even):
                plain = even
        except PermissionError as trouble:
            raise BadInput(
                "{path} may not be read.", next_step="Check its permissions.", path=path
            ) from trouble
        except LookupError as trouble:
            raise BadInput(
                "There is no encoding '{encoding}'.", next_step="For example gb18030.", encoding=encoding
            ) from trouble
        except _UNREADABLE as trouble:
            raise BadInput(
                "{name} cannot be read: {trouble}",
                next_step="Export it again.",
                name=path.name,
                trouble=str(trouble),
            ) from trouble
        yield ReadableFile(
            path=plain, name=path.name, format=form.name, sha256=text.sha256, warnings=tuple(warnings)
        )


def _unpacked(path: Path, folder: Path, part: str) -> tuple[Path, list[Fact]]:
    start = _start(path)
    for magic, opening in _PACKED.items():
        if start.startswith(magic):
            target = folder / path.stem[-100:]
            with opening(path) as packed, target.open("wb") as plain:
                unpack(packed, plain, path)
            return target, []
    if start.startswith(_ZIP):
        with zipfile.ZipFile(path) as archive:
            return _of_zip(archive, path, folder, part)
    return path, []


def _of_zip(archive: zipfile.ZipFile, path: Path, folder: Path, part: str) -> tuple[Path, list[Fact]]:
    """A workbook stays as it is; of other archives the one file that is meant."""
    names = [name for name in archive.namelist() if not name.endswith("/")]
    if {"xl/workbook.xml", "xl/workbook.bin", "content.xml"} & set(names):
        foreign.check_members(path, (), archive.read("mimetype") if "mimetype" in names else b"")
        return path, []
    if inspect_zip.is_log(path):
        inspect_zip.write_document(path, folder / "log.json")
        return folder / "log.json", []
    foreign.check_members(path, names)
    data = [name for name in names if not Path(name).name.startswith(".") and "__MACOSX" not in name]
    chosen = [name for name in data if part in {name, Path(name).name}] if part else data
    if len(chosen) != 1:
        first_names = ", ".join(data[:10])
        raise SeveralParts(
            "{name} holds {n} files: {listed}.",
            next_step="Choose one with --part, or unpack it.",
            parts=data,
            name=path.name,
            n=len(data),
            listed=first_names,
        )
    target = folder / (Path(chosen[0]).name[-100:] or "part")
    with archive.open(chosen[0]) as packed, target.open("wb") as plain:
        unpack(packed, plain, path)
    return target, []


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise BadInput("{path} is empty.", next_step="Export it again, or choose another file.", path=path)
    return start


def _format(path: Path) -> Format:
    start, formats = _start(path), every_format()
    foreign.check(path, start)
    for form in formats.values():
        if form.start and start.startswith(form.start):
            return form
    formats_of_ending = [form for form in formats.values() if path.suffix.lower() in form.endings]
    if formats_of_ending and formats_of_ending[0].start:
        raise BadInput(
            "{name} is not a {title} file.",
            next_step="Export it again.",
            name=path.name,
            title=formats_of_ending[0].title,
        )
    controls = len(_CONTROLS.findall(start)) + max(0, start.count(0) - len(start) // 10)
    if (
        controls * 20 > len(start)
        and not wide(start)
        and not decodes(codecs.getincrementaldecoder("utf-8")(), start)
    ):
        raise BadInput(
            "{name} is not text.",
            next_step="Export it as CSV or JSON lines, then import that.",
            name=path.name,
        )
    return formats[_text_form(path)]


def _text_form(path: Path) -> str:
    """JSON lines, one JSON document or a table, by the first two lines that hold anything."""
    with path.open("rb") as file:
        some = (
            line for line in iter(lambda: file.readline(1 << 24), b"") if line.strip(b" \t\r\n\xef\xbb\xbf")
        )
        first, second = next(some, b"").strip(), next(some, b"").strip()
    first = first.removeprefix(codecs.BOM_UTF8)
    if "\0" in first[:200].decode("latin-1"):  # UTF-16: look again when it is UTF-8
        first, second = first.replace(b"\0", b"").lstrip(b"\xff\xfe"), second.replace(b"\0", b"")
    if first[:1] not in {b"{", b"["}:
        return "csv"
    with contextlib.suppress(ValueError, RecursionError):
        value = json.loads(first)
        lines = isinstance(value, dict) and (bool(second) or path.suffix.lower() in {".jsonl", ".ndjson"})
        return "jsonl" if lines else "json"
    if first.startswith(b"[") and path.suffix.lower() in {".csv", ".tsv"}:
        return "csv"
    complete = first.startswith(b"{") and second.startswith(b"{") and first.count(b"{") == first.count(b"}")
    is_lines = path.suffix.lower() in {".jsonl", ".ndjson"} and len(first) > 1
    return "jsonl" if complete or is_lines else "json"
