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
def probes_made(made: ProbesMade) -> Iterator[str]:
    about = made.criterion
    yield say(
        "{new} new probes of {name} (v{version}); {known} were there.",
        new=len(made.new),
        name=say(about.name),
        version=about.version,
        known=made.known,
    )
    for defect, why in made.too_few.items():
        yield say("{defect}: {why}.", defect=say(defect), why=say(why))


@lines("probe list")
def probes(found: Sequence[Probe]) -> Iterator[str]:
    yield from map(_probe, found)
    if not found:
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
def opinion(given: ProbeOpinion) -> Iterator[str]:
    yield {
        "confirmed": say("{id} counts as a failure from now on.", id=given.probe_id),
        "rejected": say("{id} counts as no failure from now on.", id=given.probe_id),
        "undone": say("{id} has one opinion less from now on.", id=given.probe_id),
    }[given.value]


@lines("probe test")
def probe_test(found: ProbeTest) -> Iterator[str]:
    yield say(
        "Probes of {name} (v{version}).", name=say(found.criterion.name), version=found.criterion.version
    )
    yield from (*sentences(found.warnings), *map(_detection, found.detections))
    for overall in found.overall:
        yield say(
            "{judge}, all defects: {rate} of the confirmed ones. These are planted defects, not "
            "failures that occurred by themselves.",
            judge=judge_words(overall.judge),
            rate=rate_words(overall.rate),
        )


def _detection(detection: Detection) -> str:
    aside = ""
    if detection.source_not_passed:
        aside += say(
            "; {source_not_passed} left out because it does not pass their source",
            source_not_passed=detection.source_not_passed,
        )
    if detection.errors:
        aside += say("; {errors} without a verdict", errors=detection.errors)
    told = {"judge": judge_words(detection.judge), "defect": say(detection.defect), "aside": aside}
    told |= {"rate": rate_words(detection.rate), "of": say(detection.of)}
    if detection.rate.value is None:
        return say("{judge}, {defect}: {rate}{aside}.", **told)
    return say("{judge}, {defect}: catches {rate} of the {of} ones{aside}.", **told)


@lines("probe export")
def exported(found: ProbesExported) -> Iterator[str]:
    yield say("{probes} probes are in {out}.", probes=found.probes, out=found.out)
