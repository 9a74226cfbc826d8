"""What aligning says: figures, the choice, leaks between the splits, judges along a criterion's versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labelcore.messages.aligning import alignment_lines, choice_lines
from labelcore.messages.figures import rate_words
from labelcore.messages.racing import difference_lines, race_lines
from labelcore.messages.results import lines
from labelcore.stages.aligning.by_version import VersionAlignment
from labelcore.stages.aligning.choosing_set import ChoiceReport
from labelcore.stages.aligning.leaking import Leak, Leakage
from labelcore.stages.aligning.refereeing import Differences, Race
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.workspace import Workspace

_SHOWN = 20


@lines("splits leaks")
def leaks(_workspace: Workspace, found: Leakage) -> Iterator[str]:
    """How many there are, and the gravest of them."""
    yield leakage_words(found)
    yield from map(leak_words, found.leaks[:_SHOWN])


def leakage_words(found: Leakage) -> str:
    """What was looked for, and how much was found."""
    if not found.total:
        return f"No leak between the splits among {found.looked_at:,} graded outputs."
    touched = f"; {found.test_share:.0%} of the test's graded outputs are touched" if found.test_share else ""
    return (
        f"{found.total:,} leaks between the splits among {found.looked_at:,} graded outputs{touched}. "
        "Import such outputs with a group that keeps them together."
    )


def leak_words(leak: Leak) -> str:
    """One leak as a sentence."""
    if leak.kind == "example":
        return f"{leak.judge} is shown {leak.output_id} of {leak.split} as an example."
    what = "The texts" if leak.kind == "output" else "The inputs"
    return (
        f"{what} of {leak.output_id} ({leak.split}) and {leak.other_id} ({leak.other_split}) "
        f"are {leak.similarity:.0%} alike."
    )


@lines("align")
def align(_workspace: Workspace, report: AlignmentReport) -> Iterable[str]:
    """The set, the pass rate, then each judge."""
    return alignment_lines(report)


@lines("choose")
def choose(_workspace: Workspace, report: ChoiceReport) -> Iterable[str]:
    """The set, and what it does on outputs that it had not seen."""
    return choice_lines(report)


@lines("criteria timeline")
def timeline(_workspace: Workspace, versions: list[VersionAlignment]) -> Iterator[str]:
    """One line for each judge of each version."""
    for version in versions:
        changed = " (meaning changed)" if version.changed else ""
        in_sample = ", in-sample" if version.in_sample else ""
        yield (
            f"v{version.criterion_version}{changed} {version.judge}{in_sample}: "
            f"TPR {rate_words(version.tpr)}; TNR {rate_words(version.tnr)}"
        )
    if not versions:
        yield "No judge of this criterion has decided a graded output yet."


@lines("judge race")
def race(_workspace: Workspace, found: Race) -> Iterable[str]:
    """Who is good enough, then each candidate."""
    return race_lines(found)


@lines("judge differences")
def differences(_workspace: Workspace, found: Differences) -> Iterable[str]:
    """Who is right more often, then each output."""
    return difference_lines(found)
