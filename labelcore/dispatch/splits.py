"""The splits: how big, how often the sealed test was opened, what leaks, how to begin a fresh test."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.stages import aligning, grading
from labelcore.stages.grading import SplitReport
from labelcore.workspace import Workspace


@operation("splits show")
def show(workspace: Workspace) -> Outcome:
    """Show the splits and who opened the sealed test."""
    return _outcome(grading.split_report(workspace))


@operation("splits limit")
def limit(workspace: Workspace, *, looks: Annotated[int, Field(ge=1, le=1_000)]) -> Outcome:
    """Set how many looks make a test spent."""
    project = grading.set_looks_limit(workspace, looks)
    return _outcome(grading.split_report(workspace.with_project(project)))


@operation("splits renew")
def renew(workspace: Workspace, *, why: str) -> Outcome:
    """Give the sealed test up; what is graded from now on grows a fresh one."""
    return _outcome(grading.renew_test(workspace, why=why))


@operation("splits leaks")
def leaks(workspace: Workspace) -> Outcome:
    """Look for near-duplicates across splits and for examples outside train."""
    found = aligning.leakage(workspace)
    lines = [leakage_words(found)]
    lines += [leak_words(leak) for leak in found.leaks[:20]]
    return Outcome(document=found.model_dump(mode="json"), lines=tuple(lines))


def _outcome(report: SplitReport) -> Outcome:
    return Outcome(document=report.model_dump(mode="json"), lines=split_lines(report))


def split_lines(report: SplitReport) -> tuple[str, ...]:
    """The splits as sentences."""
    sizes = (
        f"{size.split}: {size.graded:,} of {size.outputs:,} outputs graded, {size.fails:,} failed "
        f"({size.groups:,} sources)."
        for size in report.sizes
    )
    state = "spent" if report.spent else "sealed" if report.sealed else "not sealed yet"
    looked = (
        f"  {opening.at:%Y-%m-%d %H:%M} {opening.author or 'somebody'} ({opening.purpose}"
        f"{f', test {opening.round + 1}' if report.round else ''})"
        for opening in report.openings
    )
    return (
        *sizes,
        f"The test is {state}: {report.looks} of {report.limit} looks used.",
        report.advice,
        *looked,
    )


def leakage_words(found: aligning.Leakage) -> str:
    """What was looked for, and how much was found."""
    if not found.total:
        return f"No leak between the splits among {found.looked_at:,} graded outputs."
    touched = f"; {found.test_share:.0%} of the test's graded outputs are touched" if found.test_share else ""
    return (
        f"{found.total:,} leaks between the splits among {found.looked_at:,} graded outputs{touched}. "
        "Import such outputs with a group that keeps them together."
    )


def leak_words(leak: aligning.Leak) -> str:
    """One leak as a sentence."""
    if leak.kind == "example":
        return f"{leak.judge} is shown {leak.output_id} of {leak.split} as an example."
    what = "The texts" if leak.kind == "output" else "The inputs"
    return (
        f"{what} of {leak.output_id} ({leak.split}) and {leak.other_id} ({leak.other_split}) "
        f"are {leak.similarity:.0%} alike."
    )
