"""How a text file is encoded, read off its bytes, and the same file as UTF-8."""

from __future__ import annotations

import codecs
import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from labelcore.models import Fact, fact

_BLOCK = 1 << 20
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # in Windows-1252


class Scan(NamedTuple):
    """What one pass over a file finds out: hash, encoding, and what has to be mended."""

    sha256: str
    encoding: str = "utf-8"
    nul: bool = False
    old_lines: bool = False
    mixed_lines: bool = False
    exact: bool = True


def scan(path: Path, *, binary: bool) -> Scan:
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
            returns, newlines = returns + block.count(b"\r"), newlines + block.count(b"\n")
            pairs += (block.count(b"\r\n") if returns else 0) + (last == b"\r" and block[:1] == b"\n")
            last = block[-1:]
            valid = valid and decodes(decoder, block)
    if binary:
        return Scan(digest.hexdigest())
    valid = valid and decodes(decoder, b"", last=True)
    mixed = returns > 0 and not returns == newlines == pairs
    found = Scan(digest.hexdigest(), "utf-8", nul, returns > newlines == 0, mixed, valid)
    if encoding := wide(start):
        return found._replace(encoding=encoding, nul=False, old_lines=False, mixed_lines=False, exact=True)
    if valid:
        return found._replace(encoding="utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8")
    guess = "utf-8" if _is_mostly_utf8(path) else _guess(path)
    return found._replace(encoding=guess, exact=guess != "utf-8")


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


def transcode(source: Path, target: Path, found: Scan) -> list[Fact]:
    """Write the file as UTF-8 with plain line ends; what could not be kept as it was."""
    damaged, nul = 0, 0
    with (
        source.open(encoding=found.encoding, errors="replace", newline="") as old,
        target.open("w", encoding="utf-8", errors="replace", newline="") as new,
    ):
        while part := old.read(_BLOCK):
            damaged += part.count("\ufffd")
            nul += part.count("\0")
            while part.endswith("\r") and (more := old.read(1)):
                part += more
            part = part.replace("\r\n", "\n").replace("\r", "\n") if found.old_lines else part
            new.write(part.replace("\0", "␀"))
    warnings = (
        []
        if found.encoding in {"utf-8", "utf-8-sig"}
        else [fact("read_as", file=source.name, encoding=found.encoding)]
    )
    if damaged:
        warnings.append(fact("damaged", n=damaged, file=source.name))
    if nul:
        warnings.append(fact("nul", file=source.name))
    return warnings
