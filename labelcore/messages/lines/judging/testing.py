"""What is told of judges under test: hardness, repeats, and probes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labelcore.messages.figures import rate_words
from labelcore.messages.results import lines
from labelcore.messages.telling import sentences
from labelcore.models import ProbeOpinion
from labelcore.stages.judging.testing.hardness import HardnessAhead
from labelcore.stages.judging.testing.hardness_report import ChangedTexts, HardnessReport, HardnessRow
from labelcore.stages.judging.testing.probe_cases import Probe, ProbesMade
from labelcore.stages.judging.testing.probing import Detection, ProbesExported, ProbeTest
from labelcore.stages.judging.testing.repeating import Flips, Repeated
from labelcore.workspace import Workspace

_CLOSING = {
    "changed": "of verdicts change",
    "talked into pass": "of failed outputs are talked into a pass",
    "caught": "of planted defects are failed",
}
_OPINIONS = {
    "confirmed": "counts as a failure",
    "rejected": "counts as no failure",
    "undone": "has one opinion less",
}


@lines("judge harden", "judge hardness")
def hardness(_workspace: Workspace, found: HardnessReport | HardnessAhead | ChangedTexts) -> Iterator[str]:
    """The rates, the texts behind one of them, or how much would be asked."""
    if isinstance(found, HardnessAhead):
        yield f"{found.decisions:,} decisions would be asked."
    elif isinstance(found, ChangedTexts):
        for text in found.results:
            result = text.result
            values = f"{result.before_value} -> {result.after_value}"
            yield f"{result.output_id}: {values}. {result.after_reason}"
        if not found.results:
            yield "Nothing was tested by that name."
    else:
        figures = f"{found.results:,} results, {found.errors:,} errors, US$ {found.cost_usd:.4f}"
        yield from (f"{found.judge}: {figures}.", *sentences(found.warnings), *map(_row, found.rows))


def _row(row: HardnessRow) -> str:
    if row.rate.value is None:
        return f"{row.family}, {row.test}: {rate_words(row.rate)}."
    confirmed = f"; {row.confirmed} confirmed" if row.confirmed else ""
    return f"{row.family}, {row.test}: {rate_words(row.rate)} {_CLOSING[row.asks]}{confirmed}."


@lines("judge repeat")
def repeated(_workspace: Workspace, done: Repeated) -> Iterator[str]:
    """What was asked, and how steady the judge is."""
    figures = f"{done.verdicts_new:,} new verdicts, {done.errors:,} errors, US$ {done.cost_usd:.4f}"
    yield f"{done.state}: {figures}. {done.message}".strip()
    yield from map(_rate, done.flips)


@lines("judge flips")
def flips(_workspace: Workspace, found: Sequence[Flips]) -> Iterator[str]:
    """Each judge's rate, and the outputs behind it."""
    for judge in found:
        yield _rate(judge)
        yield from (f"  {flip.output_id}: {', '.join(flip.values)}" for flip in judge.flipped)
    if not found:
        yield "No judge was asked twice: `labelcore judge repeat JUDGE` does that."


def _rate(judge: Flips) -> str:
    rate = rate_words(judge.rate)
    return f"{judge.judge}: differs on {rate} of outputs when asked up to {judge.times} times."


@lines("probe make")
def probes_made(_workspace: Workspace, made: ProbesMade) -> Iterator[str]:
    """How many there are, and what is missing."""
    about = made.criterion
    yield f"{len(made.new)} new probes of {about.name} (v{about.version}); {made.known} were there."
    yield from (f"{defect}: {why}." for defect, why in made.too_few.items())


@lines("probe list")
def probes(_workspace: Workspace, found: Sequence[Probe]) -> Iterator[str]:
    """One line for each."""
    yield from map(_probe, found)
    if not found:
        yield "There is no such probe: `labelcore probe make CRITERION` makes some."


def _probe(probe: Probe) -> str:
    author = f" by {probe.opinion.annotator}" if probe.opinion else ""
    note = f" ({probe.opinion.note})" if probe.opinion and probe.opinion.note else ""
    aside = f"; not used: {probe.left_out}" if probe.left_out else ""
    return f"[{probe.state}{author}{note}] {probe.case.defect}: “{probe.case.where}” {probe.case.id}{aside}"


@lines("probe say")
def opinion(_workspace: Workspace, given: ProbeOpinion) -> Iterator[str]:
    """What the probe counts as now."""
    yield f"{given.probe_id} {_OPINIONS[given.value]} from now on."


@lines("probe test")
def probe_test(_workspace: Workspace, found: ProbeTest) -> Iterator[str]:
    """Each judge's rate on each defect, and over all."""
    yield f"Probes of {found.criterion.name} (v{found.criterion.version})."
    yield from (*sentences(found.warnings), *map(_detection, found.detections))
    for overall in found.overall:
        yield (
            f"{overall.judge}, all defects: {rate_words(overall.rate)} of the confirmed ones. "
            "These are planted defects, not failures that occurred by themselves."
        )


def _detection(detection: Detection) -> str:
    aside = ""
    if detection.source_not_passed:
        aside += f"; {detection.source_not_passed} left out because it does not pass their source"
    if detection.errors:
        aside += f"; {detection.errors} without a verdict"
    begin, rate = f"{detection.judge}, {detection.defect}: ", rate_words(detection.rate)
    if detection.rate.value is None:
        return f"{begin}{rate}{aside}."
    return f"{begin}catches {rate} of the {detection.of} ones{aside}."


@lines("probe export")
def exported(_workspace: Workspace, found: ProbesExported) -> Iterator[str]:
    """Where they are."""
    yield f"{found.probes} probes are in {found.out}."
