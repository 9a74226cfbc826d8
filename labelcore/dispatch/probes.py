"""Probes of a criterion: make them, look at them, say what they are, test judges on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore import messages
from labelcore.dispatch import Outcome, operation
from labelcore.messages import rate_words
from labelcore.models import ProbeCase, ProbeValue
from labelcore.stages.judging.testing import probe_export, probing
from labelcore.workspace import Workspace


@operation("probe make")
def make(
    workspace: Workspace, *, criterion: str, per_defect: Annotated[int, Field(ge=1, le=50)] = 3, seed: int = 0
) -> Outcome:
    """Plant defects into passed outputs, as edge cases of a criterion."""
    found = probing.make_probes(workspace, criterion, per_defect=per_defect, seed=seed)
    probed = found.criterion
    lines = [
        f"{len(found.new)} new probes of {probed.name} (v{probed.version}); {found.known} were there.",
        *(f"{defect}: {why}." for defect, why in found.too_few.items()),
    ]
    return Outcome(
        document={
            "criterion_id": probed.id,
            "criterion_version": probed.version,
            "new": [_case(case) for case in found.new],
            "known": found.known,
            "too_few": found.too_few,
        },
        lines=tuple(lines),
    )


@operation("probe list")
def list_(
    workspace: Workspace,
    *,
    criterion: str | None = None,
    state: Literal["open", "confirmed", "rejected"] | None = None,
) -> Outcome:
    """Show probes with what is changed in them and what experts say."""
    found = probing.list_probes(workspace, criterion, state)
    lines = [_line(probe) for probe in found]
    return Outcome(
        document={"probes": [_describe(probe) for probe in found]},
        lines=tuple(lines) or ("There is no such probe: `labelcore probe make CRITERION` makes some.",),
    )


def _describe(probe: probing.Probe) -> dict[str, Any]:
    """A probe in the JSON form, with the text that it was made from."""
    opinion = probe.opinion
    return _case(probe.case) | {
        "state": probe.state,
        "left_out": probe.left_out or None,
        "source_text": probe.source.text,
        "opinion": opinion.model_dump(mode="json", exclude={"project_id"}) if opinion else None,
    }


def _case(case: ProbeCase) -> dict[str, Any]:
    return case.model_dump(mode="json", exclude={"project_id"})


def _line(probe: probing.Probe) -> str:
    author = f" by {probe.opinion.annotator}" if probe.opinion else ""
    note = f" ({probe.opinion.note})" if probe.opinion and probe.opinion.note else ""
    aside = f"; not used: {probe.left_out}" if probe.left_out else ""
    return f"[{probe.state}{author}{note}] {probe.case.defect}: “{probe.case.where}” {probe.case.id}{aside}"


@operation("probe say")
def say(
    workspace: Workspace, *, probe: str, value: ProbeValue, note: str = "", annotator: str = ""
) -> Outcome:
    """Say whether a probe is a failure of its criterion now, or take that back."""
    opinion = probing.say_of_probe(workspace, probe, value, annotator or workspace.person, note)
    words = {
        "confirmed": "counts as a failure",
        "rejected": "counts as no failure",
        "undone": "has one opinion less",
    }
    return Outcome(
        document=opinion.model_dump(mode="json", exclude={"project_id"}),
        lines=(f"{opinion.probe_id} {words[opinion.value]} from now on.",),
    )


@operation("probe test")
def test(workspace: Workspace, *, criterion: str) -> Outcome:
    """How many probes of each defect the criterion's judges catch."""
    found = probing.try_judges_on_probes(workspace, criterion)
    told = messages.document(found.model_dump(exclude={"criterion"}))
    told |= {"criterion_id": found.criterion.id, "criterion_version": found.criterion.version}
    lines = [
        f"Probes of {found.criterion.name} (v{found.criterion.version}).",
        *messages.sentences(found.warnings),
    ]
    lines += [_detection_line(detection) for detection in found.detections]
    lines += [overall_line(rate) for rate in found.overall]
    return Outcome(document=told, lines=tuple(lines))


@operation("probe export")
def export(
    workspace: Workspace, *, out: Path, criterion: str | None = None, ask_models: bool = False
) -> Outcome:
    """Write probes with opinions and verdicts to a file for other tools."""
    number = probe_export.export_probes(workspace, out, criterion=criterion, ask_models=ask_models)
    return Outcome(document={"probes": number, "out": str(out)}, lines=(f"{number} probes are in {out}.",))


def overall_line(rate: probing.OverallRate) -> str:
    """A judge's rate over all confirmed probes, with what it is a rate of."""
    return (
        f"{rate.judge}, all defects: {rate_words(rate.rate)} of the confirmed ones. "
        "These are planted defects, not failures that occurred by themselves."
    )


def _detection_line(detection: probing.Detection) -> str:
    aside = ""
    if detection.source_not_passed:
        aside += f"; {detection.source_not_passed} left out because it does not pass their source"
    if detection.errors:
        aside += f"; {detection.errors} without a verdict"
    if detection.rate.value is None:
        return f"{detection.judge}, {detection.defect}: {rate_words(detection.rate)}{aside}."
    return (
        f"{detection.judge}, {detection.defect}: catches {rate_words(detection.rate)} of the "
        f"{detection.of} ones{aside}."
    )
