"""How a text file is encoded, read off its bytes, and the same file as UTF-8."""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from labelcore.models import Fact, fact

_BLOCK = 1 << 20
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # in Windows-1252


class FileScan(NamedTuple):
    """What one pass over a file finds out: hash, encoding, and what has to be mended."""

    sha256: str
    encoding: str = "utf-8"
    nul: bool = False
    old_lines: bool = False
    mixed_lines: bool = False
    exact: bool = True


def scan(path: Path, *, binary: bool) -> FileScan:
    """Everything about the bytes, in one pass of bounded memory."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    valid, nul, start, last = True, False, b"", b""
    returns = newlines = pairs = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            start = start or block[:4096]
            digest.update(block)
            if binary:
                continue
            nul = nul or b"\0" in block
            if returns or b"\r" in block:
                returns, newlines = returns + block.count(b"\r"), newlines + block.count(b"\n")
                pairs += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
            else:  # they need no count before the first return: it only matters whether there are any
                newlines += b"\n" in block
            last = block[-1:]
            valid = valid and decodes(decoder, block)
    if binary:
        return FileScan(digest.hexdigest())
    valid = valid and decodes(decoder, b"", last=True)
    mixed = returns > 0 and not returns == newlines == pairs
    report = FileScan(digest.hexdigest(), "utf-8", nul, returns > newlines == 0, mixed, valid)
    if encoding := wide(start):
        return report._replace(encoding=encoding, nul=False, old_lines=False, mixed_lines=False, exact=True)
    if valid:
        return report._replace(encoding="utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8")
    guess = "utf-8" if _is_mostly_utf8(path) else _guess(path)
    return report._replace(encoding=guess, exact=guess != "utf-8")


def wide(start: bytes) -> str:
    """UTF-16 or UTF-32, with their mark or by where the zeros stand; "" where it is neither."""
    marks = (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
    )
    for mark, encoding in (*marks, (codecs.BOM_UTF16_BE, "utf-16")):
        if start.startswith(mark):
            return encoding
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 2 > len(start) * 0.4 and min(even, odd) * 10 < max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, last: bool = False) -> bool:
    """Whether the decoder takes the next bytes."""
    try:
        if not block.isascii() or decoder.getstate()[0]:  # plain letters are right, but not amid another one
            decoder.decode(block, last)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(path: Path) -> bool:
    """Whether a few bytes are damaged in a text that is UTF-8 otherwise."""
    with path.open("rb") as file:
        text = file.read(_BLOCK * 4).decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return damaged * 10 < sum(ord(c) > 127 for c in text) - damaged


def _guess(path: Path) -> str:
    """The encoding in which the bytes are the script that is written in it, else a Western code page."""
    with path.open("rb") as file:
        sample = file.read(_BLOCK)
    for encoding, is_its in _SCRIPTS.items():
        with contextlib.suppress(UnicodeDecodeError):
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
            foreign = [c for c in text if ord(c) > 127]
            if len(foreign) >= 0.02 * len(text) and is_its(foreign, sample):
                return encoding
    return _western(path)


def _share(foreign: list[str], letters: str) -> float:
    """Which part of the characters a class of regular expressions takes."""
    return len(re.findall(f"[{letters}]", "".join(foreign))) / max(1, len(foreign))


def _is_japanese(foreign: list[str], _sample: bytes) -> bool:
    """Kana, which no other language writes, among Han characters; read wrongly, half-width ones abound."""
    return _share(foreign, _KANA) > 0.2 and _share(foreign, f"{_KANA}{_HAN}{_SIGNS}") > 0.9


def _is_japanese_of_windows(foreign: list[str], sample: bytes) -> bool:
    """The same with few kana, as in a table of short cells, where no half-width one stands among them."""
    few = _share(foreign, _KANA) > 0.05 and _share(foreign, "\uff61-\uff9f") == 0
    whole = _share(foreign, f"{_KANA}{_HAN}{_SIGNS}") > 0.95
    return _is_japanese(foreign, sample) or (few and whole)


def _is_korean(foreign: list[str], sample: bytes) -> bool:
    return _share(foreign, "\uac00-\ud7a3\u3000-\u303f") > 0.9 and _in_pairs(sample)


def _is_traditional(foreign: list[str], _sample: bytes) -> bool:
    """Han characters of the common half, where Big5 keeps them."""
    common = sum(b"\xa1" <= c.encode("big5", "ignore")[:1] <= b"\xc6" for c in foreign)
    return _share(foreign, _HAN) > 0.9 and common > 0.9 * len(foreign)


def _is_simplified(foreign: list[str], sample: bytes) -> bool:
    return _share(foreign, _HAN) > 0.9 and _in_pairs(sample)


def _is_cyrillic(foreign: list[str], sample: bytes) -> bool:
    """Words of such letters alone; in Western texts accented letters stand between others."""
    mixed = len(re.findall(rb"[a-zA-Z][\xc0-\xff]|[\xc0-\xff][a-zA-Z]", sample))
    return _share(foreign, "\u0400-\u04ff") > 0.8 and mixed * 10 < len(foreign)


_HAN = "\u4e00-\u9fff\u3000-\u303f，。！？；：“”‘’（）、…—"
_KANA = "\u3041-\u30ff"
_SIGNS = "\u00d7\u2200-\u27bf\uff01-\uff5e"
_SCRIPTS: dict[str, Callable[[list[str], bytes], bool]] = {
    "euc_jp": _is_japanese,
    "cp932": _is_japanese_of_windows,
    "cp949": _is_korean,
    "big5": _is_traditional,
    "gb18030": _is_simplified,
    "cp1251": _is_cyrillic,
}
"""In their order: what is Korean or in Big5 may be read as Chinese too."""


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


def transcode(source: Path, target: Path, state: FileScan) -> list[Fact]:
    """Write the file as UTF-8 with plain line ends; what could not be kept as it was."""
    damaged, nul = 0, 0
    with (
        source.open(encoding=state.encoding, errors="replace", newline="") as old,
        target.open("w", encoding="utf-8", errors="replace", newline="") as new,
    ):
        while part := old.read(_BLOCK):
            damaged += part.count("\ufffd")
            nul += part.count("\0")
            while part.endswith("\r") and (more := old.read(1)):
                part += more
            part = part.replace("\r\n", "\n").replace("\r", "\n") if state.old_lines else part
            new.write(part.replace("\0", "␀"))
    warnings = (
        []
        if state.encoding in {"utf-8", "utf-8-sig"}
        else [fact("read_as", file=source.name, encoding=state.encoding)]
    )
    if damaged:
        warnings.append(fact("damaged", n=damaged, file=source.name))
    if nul:
        warnings.append(fact("nul", file=source.name))
    return warnings


def with_even_ends(path: Path, copy: Path) -> bool:
    """Write a table in UTF-8 whose rows end in different ways with one way; whether they do.

    DuckDB refuses such a file. What stands between quotation marks stays as it is.
    """
    ends, is_open = set(), False
    with path.open(encoding="utf-8", newline="") as old, copy.open("w", encoding="utf-8", newline="") as new:
        for line in iter(lambda: old.readline(_BLOCK), ""):
            plain = line.rstrip("\r\n")
            is_open ^= plain.count('"') % 2 == 1
            end = "" if is_open else line[len(plain) :]
            ends.add(end)
            new.write(f"{plain}\n" if end else line)
    return len(ends - {""}) > 1
