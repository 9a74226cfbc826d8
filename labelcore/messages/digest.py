"""The week of a project, as lines and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from labelcore.messages.catalogue import counted, say
from labelcore.messages.telling import listed
from labelcore.stages.reporting.digest import Digest

_MARKS = "\\`*_{}[]()<>#+-.!|$:~&"
_IN_ADDRESS = re.compile(r"(?<=http)(?=s?\\:)|(?<=www)(?=\\\.)", re.IGNORECASE)
_MOST_NAMED = 6
_Name = Callable[[str], str]


def digest_lines(digest: Digest, name: _Name = str) -> Iterator[str]:
    """What the days brought, a line each; ``name``: how names from outside are written."""
    yield _graded(digest, name)
    if digest.notes:
        yield counted("1 grade has a note.", "{n:,} grades have a note.", n=digest.notes)
    yield counted(
        "{complete:,} of 1 output is graded completely by now.",
        "{complete:,} of {n:,} outputs are graded completely by now.",
        n=digest.outputs,
        complete=digest.complete,
    )
    if digest.settled:
        yield counted("1 conflict was settled.", "{n:,} conflicts were settled.", n=digest.settled)
    if digest.court:
        yield counted(
            "1 ruling was made where the judges and people differ.",
            "{n:,} rulings were made where the judges and people differ.",
            n=digest.court,
        )
    yield from _named(digest, name)
    if digest.verdicts:
        yield counted("1 verdict was given.", "{n:,} verdicts were given.", n=digest.verdicts)
    if digest.imported:
        yield counted("1 output came in.", "{n:,} outputs came in.", n=digest.imported)


def _graded(digest: Digest, name: _Name) -> str:
    """How many grades were given, and by whom."""
    if not digest.graded:
        return say("No grade was given.")
    people = [say("{person} ({n:,})", person=name(person), n=n) for person, n in digest.people]
    return counted(
        "1 grade was given: {people}.",
        "{n:,} grades were given: {people}.",
        n=digest.graded,
        people=_listed(people),
    )


def _named(digest: Digest, name: _Name) -> Iterator[str]:
    if digest.criteria_new:
        yield say("New criteria: {names}.", names=_listed([*map(name, map(say, digest.criteria_new))]))
    if digest.criteria_changed:
        yield say(
            "Changed criteria: {names}.", names=_listed([*map(name, map(say, digest.criteria_changed))])
        )
    if digest.criteria_dropped:
        yield say(
            "Dropped criteria: {names}.", names=_listed([*map(name, map(say, digest.criteria_dropped))])
        )
    if digest.judges:
        yield counted("1 judge is new or changed.", "{n:,} judges are new or changed.", n=len(digest.judges))


def _listed(names: Sequence[str]) -> str:
    more = [say("{n:,} more", n=len(names) - _MOST_NAMED)] if len(names) > _MOST_NAMED else []
    return listed([*names[:_MOST_NAMED], *more])


def digest_title(digest: Digest, name: _Name = str) -> str:
    """Of which project, from when to when."""
    days = {"first": f"{digest.since:%Y-%m-%d}", "last": f"{digest.until:%Y-%m-%d}"}
    return say("{project}, {first} to {last}", project=name(digest.project), **days)


def digest_page(report: Digest) -> str:
    """The same as Markdown, in which no name formats or links anything."""
    lines = [f"- {line}" for line in digest_lines(report, escaped)]
    return "\n".join([f"# {digest_title(report, escaped)}", "", *lines, ""])


def escaped(text: str) -> str:
    """A name in Markdown."""
    return marked_off(" ".join(text.split()))


def marked_off(text: str, apart: str = "<!-- -->") -> str:
    """A text in Markdown as it is written. An address in it is no link: ``apart`` stands in it, of which
    nothing is shown or copied, for a backslash does not keep a page from making one.
    """
    escaped = "".join(f"\\{c}" if c in _MARKS else c for c in text)
    return _IN_ADDRESS.sub(apart, escaped)
