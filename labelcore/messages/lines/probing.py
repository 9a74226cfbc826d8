"""What is told of probes: made, ruled on and tested."""

from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import judge_words, say
from labelcore.messages.figures import rate_words
from labelcore.messages.results import lines
from labelcore.messages.telling import sentences
from labelcore.models import ProbeOpinion
from labelcore.stages.judging.testing.probe_cases import Probe, ProbesMade
from labelcore.stages.judging.testing.probing import Detection, ProbesExported, ProbeTest


@lines("probe make")
def probes_made(report: ProbesMade) -> Iterator[str]:
    about = report.criterion
    yield say(
        "{new} new probes of {name} (v{version}); {known} were there.",
        new=len(report.new),
        name=say(about.name),
        version=about.version,
        known=report.known,
    )
    for defect, why in report.too_few.items():
        yield say("{defect}: {why}.", defect=say(defect), why=say(why))


@lines("probe list")
def probes(rows: Sequence[Probe]) -> Iterator[str]:
    yield from map(_probe, rows)
    if not rows:
        yield say("There is no such probe: `labelcore probe make CRITERION` makes some.")


def _probe(probe: Probe) -> str:
    author = say(" by {annotator}", annotator=probe.opinion.annotator) if probe.opinion else ""
    note = f" ({probe.opinion.note})" if probe.opinion and probe.opinion.note else ""
    aside = say("; not used: {left_out}", left_out=say(probe.left_out)) if probe.left_out else ""
    return say(
        "[{state}{author}{note}] {defect}: “{where}” {id}{aside}",
        state=say(probe.state),
        author=author,
        note=note,
        defect=say(probe.case.defect),
        where=probe.case.where,
        id=probe.case.id,
        aside=aside,
    )


@lines("probe say")
def opinion(report: ProbeOpinion) -> Iterator[str]:
    yield {
        "confirmed": say("{id} counts as a failure from now on.", id=report.probe_id),
        "rejected": say("{id} counts as no failure from now on.", id=report.probe_id),
        "undone": say("{id} has one opinion less from now on.", id=report.probe_id),
    }[report.value]


@lines("probe test")
def probe_test(report: ProbeTest) -> Iterator[str]:
    yield say(
        "Probes of {name} (v{version}).", name=say(report.criterion.name), version=report.criterion.version
    )
    yield from (*sentences(report.warnings), *map(_detection, report.detections))
    for overall in report.overall:
        yield say(
            "{judge}, all defects: {rate} of the confirmed ones. These are planted defects, not "
            "failures that occurred by themselves.",
            overall,
        )


def _detection(detection: Detection) -> str:
    aside = ""
    if detection.source_not_passed:
        aside += say("; {source_not_passed} left out because it does not pass their source", detection)
    if detection.errors:
        aside += say("; {errors} without a verdict", errors=detection.errors)
    values = {"judge": judge_words(detection.judge), "defect": say(detection.defect), "aside": aside}
    values |= {"rate": rate_words(detection.rate), "of": say(detection.of)}
    if detection.rate.value is None:
        return say("{judge}, {defect}: {rate}{aside}.", **values)
    return say("{judge}, {defect}: catches {rate} of the {of} ones{aside}.", **values)


@lines("probe export")
def exported(report: ProbesExported) -> Iterator[str]:
    yield say("{probes} probes are in {out}.", report)
