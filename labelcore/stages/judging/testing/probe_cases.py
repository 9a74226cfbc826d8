"""Making probes, looking at them, and saying what they are."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import Criterion, Frozen, Output, ProbeCase, ProbeOpinion, ProbeValue, Role, new_id
from labelcore.operations import Effect, Metavar, finder, operation
from labelcore.stages.deriving.editing import versions_of
from labelcore.stages.finding import Catalogue, find_named
from labelcore.stages.grading import current_grades, fitting_labels
from labelcore.store import outputs as output_table, probes as probe_table
from labelcore.store.criteria import same_meaning
from labelcore.text.planting import DEFECTS
from labelcore.wording import Wording
from labelcore.workspace import Workspace

MOST_PER_DEFECT = 50
_FEW = 50

ProbeState = Literal["open", "confirmed", "rejected"]


class Probe(Frozen):
    """A probe with its source and the opinion that counts now.

    ``left_out``: why judges are not tested on it any more; empty where they are.
    """

    case: ProbeCase
    source: Output
    opinion: ProbeOpinion | None = None
    left_out: str = ""

    @property
    def state(self) -> ProbeState:
        """What experts say of it: open until somebody says something."""
        if self.opinion is None or self.opinion.value == "undone":
            return "open"
        return self.opinion.value

    def document(self) -> dict[str, Any]:
        """Its JSON form, with the text that it was made from."""
        return self.case.document() | {
            "state": self.state,
            "left_out": self.left_out or None,
            "source_text": self.source.text,
            "opinion": self.opinion.document() if self.opinion else None,
        }


class ProbesMade(Frozen):
    """What making probes gave: the new ones, and how many were there already.

    ``too_few``: for each defect with fewer probes than wanted, why.
    """

    criterion: Criterion
    new: tuple[ProbeCase, ...]
    known: int
    too_few: dict[str, str]

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {
            "criterion_id": self.criterion.id,
            "criterion_version": self.criterion.version,
            "new": [case.document() for case in self.new],
            "known": self.known,
            "too_few": self.too_few,
        }


@operation("probe make", role=Role.ENGINEER, effect=Effect.WRITES)
def make_probes(
    workspace: Workspace,
    criterion: Criterion,
    *,
    per_defect: Annotated[
        int, Field(ge=1, le=MOST_PER_DEFECT, description="How many probes of each defect.")
    ] = 3,
    seed: Annotated[int, Field(ge=0, lt=2**63, description="The same seed plants the same defects.")] = 0,
) -> ProbesMade:
    """Plant defects into outputs that people passed; doing it twice adds nothing.

    Rejected probes are replaced by others. The same source with the same defect is one probe of a
    criterion version.

    Raises:
        BadInput: ``per_defect`` is out of range, or no output was passed.
    """
    if not 1 <= per_defect <= MOST_PER_DEFECT:
        raise BadInput(
            "{per_defect} probes of each defect cannot be made.",
            next_step="Ask for 1 to {most}.",
            per_defect=per_defect,
            most=MOST_PER_DEFECT,
        )
    sources = _passed(workspace, [criterion.id])[criterion.id]
    if not sources:
        raise BadInput(
            "No output was passed that a probe could be made from.",
            next_step="Grade some outputs with pass first.",
        )
    there = [probe for probe in list_probes(workspace, criterion) if not probe.left_out]
    new, too_few = list[ProbeCase](), dict[str, str]()
    for defect in DEFECTS:
        old = [probe for probe in there if probe.case.defect == defect]
        lack = per_defect - sum(probe.state != "rejected" for probe in old)
        free = sorted(sources - {probe.case.output_id for probe in old})
        random.Random(f"{seed}|{criterion.id}|{defect}").shuffle(free)
        planted = _planted(workspace, criterion, defect, free, seed)
        fresh = list(itertools.islice(planted, max(lack, 0)))
        new += fresh
        if (missing := lack - len(fresh)) > 0:
            others = f"no other of the {len(sources)} passed outputs has a place for it"
            too_few[defect] = f"{missing} missing: {others}"
    probe_table.save(workspace.db, new)
    return ProbesMade(criterion=criterion, new=tuple(new), known=len(there), too_few=too_few)


def _planted(
    workspace: Workspace, criterion: Criterion, defect: str, sources: Sequence[str], seed: int
) -> Iterator[ProbeCase]:
    """A probe of each source that has a place for the defect, the same ones for the same seed."""
    for output in itertools.chain.from_iterable(output_table.chunks(workspace.db, sources, _FEW)):
        rng = random.Random(f"{seed}|{criterion.id}|{defect}|{output.id}")
        content = f"{criterion.project_id}|{criterion.id}|{criterion.version}|{output.id}|{defect}"
        if planted := DEFECTS[defect](output.text, rng):
            yield ProbeCase(
                id="probe_" + hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:24],
                project_id=criterion.project_id,
                criterion_id=criterion.id,
                criterion_version=criterion.version,
                output_id=output.id,
                defect=defect,
                text=planted.text,
                where=planted.where,
                seed=seed,
                author=workspace.person,
            )


def _passed(workspace: Workspace, criterion_ids: Collection[str]) -> dict[str, set[str]]:
    """By criterion: the outputs that people passed and nobody failed on it, the sealed splits left out."""
    labels = fitting_labels(workspace)
    passed_of: dict[str, set[str]] = {}
    for key in criterion_ids:
        settled = dict.fromkeys(labels.passes, True) | labels.on.get(key, {})
        passed_of[key] = {output_id for output_id, passed in settled.items() if passed}
    for grade in current_grades(workspace):
        if grade.criterion_id in passed_of and grade.value == "fail":
            passed_of[grade.criterion_id].discard(grade.output_id)
    return passed_of


@operation("probe list", role=Role.EXPERT, listed_as="probes")
def list_probes(
    workspace: Workspace, criterion: Criterion | None = None, *, state: ProbeState | None = None
) -> list[Probe]:
    """Show probes with what is changed in them and what experts say, the oldest first."""
    return probes_of(workspace, criterion.id if criterion else None, state)


def probes_of(workspace: Workspace, criterion_id: str | None, state: ProbeState | None = None) -> list[Probe]:
    """The probes of a criterion, None for all, the oldest first."""
    cases = probe_table.all_of(workspace.db, workspace.project.id, criterion_id)
    opinions = probe_table.opinions(workspace.db, workspace.project.id)
    outputs = output_table.many(workspace.db, [case.output_id for case in cases])
    ids, probes = {case.criterion_id for case in cases}, list[Probe]()
    same = {criterion_id: versions_meaning_it(workspace, criterion_id) for criterion_id in ids}
    sources = _passed(workspace, ids) if ids else {}

    def left_out(case: ProbeCase) -> str:
        if case.criterion_version not in same[case.criterion_id]:
            return "the criterion has changed its meaning since"
        counts = case.output_id in sources[case.criterion_id]
        return "" if counts else "its source does not count as passed now, or belongs to the sealed test"

    for case in cases:
        source, opinion = outputs[case.output_id], opinions.get(case.id)
        probes.append(Probe(case=case, source=source, opinion=opinion, left_out=left_out(case)))
    return [probe for probe in probes if state in {None, probe.state}]


def versions_meaning_it(workspace: Workspace, criterion_id: str) -> set[int]:
    """The versions that mean what it means now: wording-only edits, and those before an edit taken back."""
    return same_meaning(versions_of(workspace, criterion_id))


PROBES = Catalogue[ProbeCase](
    Wording("probe"), "labelcore probe list", ids=lambda case: (case.id,), name=lambda _: ""
)


@finder(ProbeCase)
def find_probe(workspace: Workspace, probe_id: str) -> ProbeCase:
    """A probe by its id or a unique beginning of it; see :func:`find_named`."""
    return find_named(probe_table.all_of(workspace.db, workspace.project.id), probe_id, PROBES)


@operation("probe say", role=Role.EXPERT, effect=Effect.APPENDS)
def say_of_probe(
    workspace: Workspace,
    probe: ProbeCase,
    value: Annotated[ProbeValue, Metavar("confirmed|rejected|undone")],
    *,
    note: Annotated[str, Field(description="Why.")] = "",
) -> ProbeOpinion:
    """Confirm that a probe fails its criterion now, reject it, or take that back.

    Raises:
        BadInput: nobody is named, or there is nothing to take back.
    """
    annotator = workspace.person
    if not annotator.strip():
        raise BadInput("An opinion needs the name of who has it.", next_step="Name an annotator.")
    if value not in {"confirmed", "rejected", "undone"}:
        raise BadInput(
            "'{value}' cannot be said of a probe.",
            next_step="Use confirmed, rejected or undone.",
            value=value,
        )
    opinions = probe_table.opinions_by_person(workspace.db, workspace.project.id)
    pairs = {(opinion.probe_id, opinion.annotator) for opinion in opinions}
    if value == "undone" and (probe.id, annotator) not in pairs:
        raise BadInput(
            "{annotator} has said nothing of {id} that could be taken back.", annotator=annotator, id=probe.id
        )
    opinion = ProbeOpinion(
        id=new_id("opinion"),
        project_id=workspace.project.id,
        probe_id=probe.id,
        annotator=annotator,
        value=value,
        note=note,
    )
    probe_table.say(workspace.db, opinion)
    return opinion
