"""The glossary: terms of the domain with their meaning and where they hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.models import Term
from labelcore.stages.deriving import glossary
from labelcore.workspace import Workspace


@operation("glossary list")
def list_(workspace: Workspace) -> Outcome:
    """Show every term."""
    found = glossary.terms(workspace.project)
    return Outcome(
        document={"terms": [term.model_dump(mode="json") for term in found]},
        lines=tuple(map(term_words, found)) or ("The glossary is empty.",),
    )


@operation("glossary set")
def set_(
    workspace: Workspace,
    *,
    term: str,
    meaning: str,
    scope: dict[str, str] | None = None,
    from_notes: bool = False,
) -> Outcome:
    """Add a term, or replace the one with the same scope."""
    project = glossary.set_term(
        workspace, term, meaning, scope=scope, origin="notes" if from_notes else "person"
    )
    newest = max(glossary.terms(project), key=lambda entry: entry.at)
    return Outcome(document=newest.model_dump(mode="json"), lines=(term_words(newest),))


@operation("glossary drop")
def drop(workspace: Workspace, *, term: str, scope: dict[str, str] | None = None) -> Outcome:
    """Take a term out, with one scope only or in all."""
    project = glossary.drop_term(workspace, term, scope=scope)
    left = len(glossary.terms(project))
    return Outcome(document={"term": term, "left": left}, lines=(f"{left} terms are left.",))


@operation("glossary find")
def find(workspace: Workspace, *, limit: Annotated[int, Field(ge=1, le=1_000)] = 20) -> Outcome:
    """Look for terms in notes and outputs."""
    found = glossary.find_terms(workspace, limit)
    lines = []
    for candidate in found:
        lines.append(f"{candidate.term} = {candidate.meaning or '?'} ({candidate.count} outputs)")
        lines += [f"  {quote.output_id}: {quote.text}" for quote in candidate.quotes]
    return Outcome(
        document={"candidates": [candidate.model_dump(mode="json") for candidate in found]},
        lines=tuple(lines) or ("Nothing that looks like a term was found.",),
    )


def term_words(term: Term) -> str:
    """A term as one line: ``杭分 = 杭州分公司 (where city is Hangzhou)``."""
    where = " and ".join(f"{name} is {value}" for name, value in term.scope.items())
    return f"{term.term} = {term.meaning}{f' (where {where})' if where else ''}"
