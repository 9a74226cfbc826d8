"""Where a text holds what points at a person: addresses, numbers that check out, names from a list.

Every finder reads UTF-8 bytes in linear time (re2) and gives `Find`s with byte offsets. Numbers are believed
only with their check digits, or in a form that a country's plan knows (phonenumbers).
"""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import phonenumbers
import re2


class Find(NamedTuple):
    """One place in a text; ``value`` is the same for every way of writing the same thing."""

    start: int
    end: int
    kind: str
    value: str


Finder = Callable[[bytes], Iterator[Find]]

_D = "[0-9０-９]"
_TRUNK = ("GB", "DE", "FR")
"""Regions whose national numbers begin with 0; like America's they are known where they stand in groups."""
_LIKE_CARD = re.compile(r"(?:[0-9]{4}[ -]){3}[0-9]{4}")
_BLANK = r"[\s\x{a0}\x{3000}]+"
_SCRIPTS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_IBAN = {
    word[:2]: int(word[2:])
    for word in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
        "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 "
        "QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
    ).split()
}
"""How long an account number is in each country (ISO 13616 registry)."""


_EDGES = re.compile(r"^\W+|\W+$")


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors, options.max_mem = False, 1 << 27
    return re2.compile(pattern, options=options)


_UNSPACED = _compiled(rf"[{_SCRIPTS}·]+")
_BORDER = rf"[^\pL\pM\pN_]|[{_SCRIPTS}]"
_BORDERS = _compiled(_BORDER)
_EMAIL = _compiled(
    r"[0-9A-Za-z\p{Latin}._%+'-]*[0-9A-Za-z\p{Latin}_]@[0-9A-Za-z\p{Latin}-]+(?:\.[0-9A-Za-z\p{Latin}-]+)*"
    r"\.[A-Za-z\p{Latin}]{2,24}".replace("@", "[@＠]")
)
_CARD = _compiled(rf"{_D}(?:[ .-]?{_D}){{12,}}")
_BANK = _compiled(r"(?i)\b[A-Z]{2}[0-9]{2}[ -]?[0-9A-Z]{4}")
_SIGN = re.compile(rb"[ -]?[0-9A-Za-z]")
_MOBILE = _compiled(rf"(?:(?:[+＋]|00)?86[ -]?)?[1１][3-9３-９]{_D}(?:[ -]?{_D}{{4}}){{2}}")
_PHONE = _compiled(rf"[+＋]?[(（]?{_D}(?:(?:[ \t]?[()（）/‐‑–-]?[ \t]?|\.){_D}){{6,60}}")
_RESIDENT = _compiled(r"[1-9][0-9]{16}[0-9Xx]")
_SOCIAL = _compiled(r"[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}")
_INSURED = _compiled(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]")
_FOUR = _compiled(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_SIX = _compiled(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}")


def emails(raw: bytes) -> Iterator[Find]:
    """Addresses of mail; case does not tell two apart."""
    for match in _EMAIL.finditer(raw) if b"@" in raw or "＠".encode() in raw else ():
        start = match.start() + len(match[0]) - len(match[0].lstrip(b".'-%+"))
        yield Find(start, match.end(), "EMAIL", _plain(raw[start : match.end()]).casefold())


def cards(raw: bytes) -> Iterator[Find]:
    """Payment cards: 13 to 19 digits in groups, with Luhn's check digit, of a known network."""
    for match in _CARD.finditer(raw):
        groups = [(group.start(), group.end()) for group in re.finditer(rb"[^ .-]+", match[0])]
        for first, last in _windows(groups, match[0]):
            start, end = match.start() + groups[first][0], match.start() + groups[last][1]
            digits = _digits(raw[start:end])
            if _luhn(digits) and re.match(r"[3-6]|2[2-7]", digits) and _alone(raw, start, end):
                yield Find(start, end, "CARD", digits)


def _windows(groups: Sequence[tuple[int, int]], text: bytes) -> Iterator[tuple[int, int]]:
    """Runs of groups of at least three digits that are as long as a card, by their first and last group."""
    sizes = [len(_plain(text[start:end])) for start, end in groups]
    for first in range(len(groups)):
        total = 0
        for last in range(first, min(first + 6, len(groups))):
            total += sizes[last]
            if sizes[last] < 3 or total > 19:
                break
            if total >= 13:
                yield first, last


def _luhn(digits: str) -> bool:
    total = sum(map(int, digits[-1::-2])) + sum(sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return total % 10 == 0 and len(set(digits)) > 1


def accounts(raw: bytes) -> Iterator[Find]:
    """IBANs: as long as their country's, and the remainder by 97 is 1."""
    for match in _BANK.finditer(raw):
        end, signs = match.start(), _IBAN.get(match[0][:2].decode().upper(), 0)
        while signs and (sign := _SIGN.match(raw, end)):
            end, signs = sign.end(), signs - 1
        value = re.sub(r"[ -]", "", raw[match.start() : end].decode()).upper()
        number = "".join(str(int(sign, 36)) for sign in value[4:] + value[:4])
        if not signs and number and int(number) % 97 == 1 and _alone(raw, match.start(), end):
            yield Find(match.start(), end, "IBAN", value)


def identities(raw: bytes) -> Iterator[Find]:
    """Identity numbers: China's with its check digit and date, the USA's, Britain's."""
    for pattern, check in (
        (_RESIDENT, _is_resident),
        (_SOCIAL, _is_social),
        (_INSURED, lambda _number: True),
    ):
        for match in pattern.finditer(raw):
            if _alone(raw, *match.span()) and check(match[0].decode()):
                yield Find(match.start(), match.end(), "ID", match[0].decode().replace(" ", "").upper())


def _is_resident(number: str) -> bool:
    """GB 11643: a date of birth, and a check digit modulo 11."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()


def _is_social(number: str) -> bool:
    area, group, serial = number.split("-")
    return area not in {"000", "666"} and group != "00" and serial != "0000"


def addresses(raw: bytes) -> Iterator[Find]:
    """IP addresses of both versions."""
    for match in itertools.chain(_FOUR.finditer(raw), _SIX.finditer(raw)):
        start, end = match.span()
        if end - start < 6 or not _alone(raw, start, end) or raw[start - 1 : start] == b":":
            continue
        with contextlib.suppress(ValueError):
            yield Find(start, end, "IP", str(ipaddress.ip_address(match[0].decode())))


def phones(regions: Sequence[str] = ()) -> Finder:
    """Phone numbers: Chinese mobiles, international ones, and national ones of some regions.

    Without ``regions`` national numbers count only in groups: ten bare digits are more often an order.
    """
    codes = tuple(region.upper() for region in regions)

    def find(raw: bytes) -> Iterator[Find]:
        for match in _MOBILE.finditer(raw):
            if _alone(raw, *match.span()):
                yield Find(match.start(), match.end(), "PHONE", f"+86{_digits(match[0])[-11:]}")
        for match in _PHONE.finditer(raw):
            if _alone(raw, *match.span()):
                for first, last, value in _numbers(match[0].decode(), codes):
                    yield Find(match.start() + first, match.start() + last, "PHONE", value)

    return find


@lru_cache(maxsize=20_000)
def _numbers(text: str, regions: tuple[str, ...]) -> tuple[tuple[int, int, str], ...]:
    """The numbers in a run of digits and signs: byte offsets, and the number as the world dials it."""
    if not regions and (text.isdigit() or _LIKE_CARD.fullmatch(text)):
        return ()
    stretches: list[tuple[int, int, str]] = []
    for region, leniency in _plans(text, regions):
        for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=leniency):
            start, end, value = _placed(text, match)
            if all(end <= first or last <= start for first, last, _ in stretches):
                stretches.append((start, end, value))
        if stretches and len(text) < 20:  # there is room for one number only
            break
    return tuple(stretches)


def _plans(text: str, regions: tuple[str, ...]) -> list[tuple[str | None, int]]:
    """The regions to try. In China an area code is set apart from the rest, which is one group."""
    valid, strict = phonenumbers.Leniency.VALID, phonenumbers.Leniency.STRICT_GROUPING
    if text[0] in "+＋":
        return [(None, valid)]
    if regions:
        return [(region, valid) for region in regions]
    if text.lstrip("(（")[:1] != "0":
        return [("US", strict)]
    return [("CN", valid), *((region, strict) for region in _TRUNK)]


def _placed(text: str, match: Any) -> tuple[int, int, str]:
    value = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return len(text[: match.start].encode()), len(text[: match.end].encode()), value


def names(persons: Iterable[str]) -> Finder:
    """Names from a list. Latin and other spelled names must stand as words; Chinese has no borders.

    A name of several words is found in any case; a single word ("May") as it is written, or in capitals.
    Names of one character are left out.
    """
    all_names = {_EDGES.sub("", unicodedata.normalize("NFC", name)) for name in persons}
    all_names = {name for name in all_names if len(name) > 1}
    han = {name for name in all_names if _UNSPACED.fullmatch(name)}
    patterns = [_compiled("|".join(map(re2.escape, _longest(han))))] if han else []
    if spelled := _longest(all_names - han):
        patterns.append(_compiled(rf"(?:^|{_BORDER})(?:{'|'.join(map(_spelled, spelled))})(?:$|{_BORDER})"))

    def find(raw: bytes) -> Iterator[Find]:
        for pattern in patterns:
            place = 0
            while match := pattern.search(raw, place):
                start, place = match.span()
                if pattern is not patterns[0] or not han:
                    start, place = _within(raw, start, place)
                yield Find(start, place, "PERSON", " ".join(_plain(raw[start:place]).split()).casefold())

    return find


def _longest(every: Iterable[str]) -> list[str]:
    return sorted(every, key=lambda name: (-len(name), name))


def _within(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """The name without the borders that stand around it; without groups re2 is ten times as fast."""
    text = raw[start:end].decode("utf-8", "replace")
    before = len(text[0].encode()) if _BORDERS.fullmatch(text[0]) else 0
    after = len(text[-1].encode()) if _BORDERS.fullmatch(text[-1]) else 0
    return start + before, end - after


def _spelled(name: str) -> str:
    forms = {name, unicodedata.normalize("NFD", name)}
    if " " in name or name.islower():
        ways = {f"(?i:{_BLANK.join(map(re2.escape, form.split()))})" for form in forms}
    else:
        ways = {re2.escape(way) for form in forms for way in (form, form.upper())}
    return "|".join(sorted(ways))


def patterns(written: Mapping[str, str]) -> list[Finder]:
    """What a person's patterns find: the first group of each, or all of it.

    Raises:
        ValueError: a pattern is none.
    """
    return [_pattern(kind, pattern) for kind, pattern in written.items()]


def _pattern(kind: str, written: str) -> Finder:
    try:
        pattern = _compiled(written)
    except re2.error as trouble:
        raise ValueError(f"{written!r} is no pattern: {trouble.args[0]!s}") from trouble
    group = 1 if pattern.groups else 0

    def find(raw: bytes) -> Iterator[Find]:
        for match in pattern.finditer(raw):
            start, end = match.span(group)
            if start < end:
                yield Find(start, end, kind, _plain(raw[start:end]))

    return find


def settled(finds: Iterable[Find], raw: bytes) -> list[Find]:
    """Finds that overlap become one, of the longest one's kind, which hides all that any of them found."""
    merged: list[Find] = []
    for find in sorted(finds, key=lambda other: (other.start, -other.end)):
        last = merged[-1] if merged else None
        if last is None or find.start >= last.end:
            merged.append(find)
        elif find.end > last.end:
            longer = max(last, find, key=lambda other: other.end - other.start)
            merged[-1] = Find(last.start, find.end, longer.kind, _plain(raw[last.start : find.end]))
    return merged


def _plain(raw: bytes) -> str:
    return unicodedata.normalize("NFKC", raw.decode("utf-8", "replace"))


def _digits(raw: bytes) -> str:
    return re.sub(r"[^0-9]", "", _plain(raw))


def _alone(raw: bytes, start: int, end: int) -> bool:
    """Whether it is no part of a longer word or number."""
    before, after = raw[max(start - 2, 0) : start], raw[end : end + 2]
    if re.search(rb"(?:[0-9A-Za-z_]|[0-9]\.)\Z", before):
        return False
    return not re.match(rb"[0-9A-Za-z_]|\.[0-9]", after)


BUILT_IN: dict[str, Finder] = {
    "email": emails,
    "card": cards,
    "iban": accounts,
    "id": identities,
    "ip": addresses,
    "phone": phones(),
}
"""The kinds that can be asked for by name; where two find the same place, the first has it."""
