"""What deriving says: criteria with their evidence and history, codes, and the glossary."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.models import Criterion, Term
from labelcore.stages import deriving
from labelcore.stages.deriving import glossary
from labelcore.workspace import Workspace


@lines("criteria list")
def listed(_workspace: Workspace, criteria: list[Criterion]) -> Iterator[str]:
    """One line for each."""
    yield from map(_line, criteria)
    if not criteria:
        yield "There are no criteria yet: run `labelcore derive --offline`."


@lines("criteria show")
def shown(workspace: Workspace, criterion: Criterion) -> Iterator[str]:
    """What it says, what is at risk, and every quote behind it."""
    yield from (_line(criterion), criterion.statement, _risk(workspace, criterion))
    for quote in criterion.evidence:
        yield f"  “{quote.quote}” ({'marked in ' if quote.marked else ''}{quote.output_id})"


def _risk(workspace: Workspace, criterion: Criterion) -> str:
    limits = deriving.limits_of(criterion, workspace.project)
    whose = "" if criterion.risk else " (the project's)"
    why = f": {criterion.risk_why.rstrip('.')}" if criterion.risk_why else ""
    return (
        f"Risk {deriving.risk_of(criterion, workspace.project)}{whose}{why}. It may fail "
        f"{criterion.max_false_failure_rate:.0%} of the good outputs; at this risk judges should "
        f"find {limits.min_coverage:.0%} of the bad ones."
    )


@lines("criteria history")
def versions(_workspace: Workspace, criteria: list[Criterion]) -> Iterator[str]:
    """One line for each version."""
    for version in criteria:
        yield (
            f"v{version.version} {version.at:%Y-%m-%d %H:%M} {version.author or 'labelcore'}: "
            f"{version.status}, {version.why or 'no reason given'}"
        )


@lines(
    "criteria edit",
    "criteria accept",
    "criteria reject",
    "criteria drop",
    "criteria restore",
    "criteria merge",
)
def changed(_workspace: Workspace, criterion: Criterion) -> Iterator[str]:
    """The criterion as it is now."""
    yield _line(criterion)


def _line(criterion: Criterion) -> str:
    return (
        f"[{criterion.status}] {criterion.name} (v{criterion.version}, {criterion.severity}, "
        f"{len(criterion.evidence)} quotes) {criterion.id}"
    )


@lines("glossary list")
def terms(_workspace: Workspace, found: list[Term]) -> Iterator[str]:
    """One line for each term."""
    yield from map(_term, found)
    if not found:
        yield "The glossary is empty."


@lines("glossary set")
def term_kept(_workspace: Workspace, term: Term) -> Iterator[str]:
    """The term as it is now."""
    yield _term(term)


@lines("glossary drop")
def term_dropped(_workspace: Workspace, dropped: glossary.TermDropped) -> Iterator[str]:
    """How many are left."""
    yield f"{dropped.left} terms are left."


@lines("glossary find")
def term_candidates(_workspace: Workspace, found: list[glossary.Candidate]) -> Iterator[str]:
    """Each candidate with the words in which it stands."""
    for candidate in found:
        yield f"{candidate.term} = {candidate.meaning or '?'} ({candidate.count} outputs)"
        yield from (f"  {quote.output_id}: {quote.text}" for quote in candidate.quotes)
    if not found:
        yield "Nothing that looks like a term was found."


def _term(term: Term) -> str:
    """A term as one line: ``杭分 = 杭州分公司 (where city is Hangzhou)``."""
    where = " and ".join(f"{name} is {value}" for name, value in term.scope.items())
    return f"{term.term} = {term.meaning}{f' (where {where})' if where else ''}"
