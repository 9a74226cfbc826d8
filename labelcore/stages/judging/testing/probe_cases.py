"""Making probes, looking at them, and saying what they are."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from labelcore.errors import BadInput
from labelcore.models import Criterion, Frozen, Output, ProbeCase, ProbeOpinion, ProbeValue, new_id
from labelcore.stages.deriving import find_criterion, versions_of
from labelcore.stages.deriving.meaning import same_meaning
from labelcore.stages.finding import Catalogue, find_named
from labelcore.stages.grading import current_grades, fitting_labels
from labelcore.store import outputs as output_table
from labelcore.store import probes as probe_table
from labelcore.text.planting import DEFECTS, Planted
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


class ProbesMade(Frozen):
    """What making probes gave: the new ones, and how many were there already.

    ``too_few``: for each defect with fewer probes than wanted, why.
    """

    criterion: Criterion
    new: tuple[ProbeCase, ...]
    known: int
    too_few: dict[str, str]


def make_probes(workspace: Workspace, criterion_id: str, *, per_defect: int = 3, seed: int = 0) -> ProbesMade:
    """Plant each defect into passed outputs until there are ``per_defect`` probes with it.

    Rejected probes are replaced by others. Doing it again adds nothing: the same source with the
    same defect is one probe of a criterion version.

    Raises:
        NotFound: there is no such criterion.
        BadInput: ``per_defect`` is out of range, or no output was passed.
    """
    if not 1 <= per_defect <= MOST_PER_DEFECT:
        raise BadInput(
            f"{per_defect} probes of each defect cannot be made.",
            next_step=f"Ask for 1 to {MOST_PER_DEFECT}.",
        )
    criterion = find_criterion(workspace, criterion_id)
    sources = _Passed(workspace).sources(criterion.id)
    if not sources:
        raise BadInput(
            "No output was passed that a probe could be made from.",
            next_step="Grade some outputs with pass first.",
        )
    there = [probe for probe in list_probes(workspace, criterion.id) if not probe.left_out]
    planter, new, too_few = _Planter(criterion, seed, workspace.person), [], {}
    for defect in DEFECTS:
        old = [probe for probe in there if probe.case.defect == defect]
        wanted = per_defect - sum(probe.state != "rejected" for probe in old)
        free = sources - {probe.case.output_id for probe in old}
        chunks = output_table.chunks(workspace.db, planter.order(defect, free), _FEW)
        planted = planter.probes(defect, itertools.chain.from_iterable(chunks))
        fresh = list(itertools.islice(planted, max(wanted, 0)))
        new += fresh
        if len(fresh) < wanted:
            too_few[defect] = _why_too_few(wanted, len(fresh), len(sources))
    probe_table.save(workspace.db, new)
    return ProbesMade(criterion=criterion, new=tuple(new), known=len(there), too_few=too_few)


def _why_too_few(wanted: int, made: int, sources: int) -> str:
    return f"{wanted - made} missing: no other of the {sources} passed outputs has a place for it"


@dataclass(frozen=True)
class _Planter:
    """Plants defects for a criterion, the same ones for the same seed."""

    criterion: Criterion
    seed: int
    author: str

    def probes(self, defect: str, sources: Iterable[Output]) -> Iterator[ProbeCase]:
        """A probe of each source that has a place for the defect."""
        for output in sources:
            rng = random.Random(f"{self.seed}|{self.criterion.id}|{defect}|{output.id}")
            if planted := DEFECTS[defect](output.text, rng):
                yield self._probe(defect, output, planted)

    def order(self, defect: str, free: Collection[str]) -> list[str]:
        """The ids of sources, in an order drawn by the seed."""
        drawn = sorted(free)
        random.Random(f"{self.seed}|{self.criterion.id}|{defect}").shuffle(drawn)
        return drawn

    def _probe(self, defect: str, output: Output, planted: Planted) -> ProbeCase:
        about = self.criterion
        content = f"{about.project_id}|{about.id}|{about.version}|{output.id}|{defect}"
        return ProbeCase(
            id="probe_" + hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:24],
            project_id=about.project_id,
            criterion_id=about.id,
            criterion_version=about.version,
            output_id=output.id,
            defect=defect,
            text=planted.text,
            where=planted.where,
            seed=self.seed,
            author=self.author,
        )


class _Passed:
    """The outputs that people passed, as a whole and on a criterion, the sealed splits left out."""

    def __init__(self, workspace: Workspace) -> None:
        self.overall = frozenset(fitting_labels(workspace).passes)
        self.failed = {
            (grade.criterion_id, grade.output_id)
            for grade in current_grades(workspace)
            if grade.criterion_id and grade.value == "fail"
        }

    def sources(self, criterion_id: str) -> set[str]:
        """Those that nobody failed on the criterion."""
        return {output_id for output_id in self.overall if (criterion_id, output_id) not in self.failed}


def list_probes(
    workspace: Workspace, criterion_id: str | None = None, state: ProbeState | None = None
) -> list[Probe]:
    """The probes of a criterion (or of all), oldest first; those of one state if it is given.

    Raises:
        NotFound: there is no such criterion.
    """
    wanted = None if criterion_id is None else find_criterion(workspace, criterion_id).id
    cases = probe_table.all_of(workspace.db, workspace.project.id, wanted)
    opinions = probe_table.opinions(workspace.db, workspace.project.id)
    outputs = output_table.many(workspace.db, [case.output_id for case in cases])
    reasons = _left_out(workspace, cases)
    found = [
        Probe(
            case=case,
            source=outputs[case.output_id],
            opinion=opinions.get(case.id),
            left_out=reasons[case.id],
        )
        for case in cases
    ]
    return [probe for probe in found if state in {None, probe.state}]


def _left_out(workspace: Workspace, cases: Sequence[ProbeCase]) -> dict[str, str]:
    """For each probe why it does not count any more, or ''."""
    if not cases:
        return {}
    passed = _Passed(workspace)
    ids = {case.criterion_id for case in cases}
    same = {criterion_id: versions_meaning_it(workspace, criterion_id) for criterion_id in ids}
    sources = {criterion_id: passed.sources(criterion_id) for criterion_id in ids}
    found = dict.fromkeys((case.id for case in cases), "")
    for case in cases:
        if case.criterion_version not in same[case.criterion_id]:
            found[case.id] = "the criterion has changed its meaning since"
        elif case.output_id not in sources[case.criterion_id]:
            found[case.id] = "its source does not count as passed now, or belongs to the sealed test"
    return found


def versions_meaning_it(workspace: Workspace, criterion_id: str) -> set[int]:
    """The versions that mean what the criterion means now: wording-only edits, and what stood
    before an edit that was taken back.
    """
    return same_meaning(versions_of(workspace, criterion_id))


PROBES = Catalogue[ProbeCase]("probe", "labelcore probe list", ids=lambda case: (case.id,), name=lambda _: "")


def find_probe(workspace: Workspace, probe_id: str) -> ProbeCase:
    """A probe by its id or a unique beginning of it.

    Raises:
        NotFound: none, or more than one, begins like that.
    """
    return find_named(probe_table.all_of(workspace.db, workspace.project.id), probe_id, PROBES)


def say_of_probe(
    workspace: Workspace, probe_id: str, value: ProbeValue, annotator: str, note: str = ""
) -> ProbeOpinion:
    """Say that a probe fails its criterion now (confirmed) or not (rejected), or take that back.

    Raises:
        NotFound: there is no such probe.
        BadInput: nobody is named, or there is nothing to take back.
    """
    case = find_probe(workspace, probe_id)
    if not annotator.strip():
        raise BadInput("An opinion needs the name of who has it.", next_step="Name an annotator.")
    if value not in {"confirmed", "rejected", "undone"}:
        raise BadInput(
            f"'{value}' cannot be said of a probe.", next_step="Use confirmed, rejected or undone."
        )
    if value == "undone" and not _has_said(workspace, case, annotator):
        raise BadInput(f"{annotator} has said nothing of {case.id} that could be taken back.")
    opinion = ProbeOpinion(
        id=new_id("opinion"),
        project_id=workspace.project.id,
        probe_id=case.id,
        annotator=annotator,
        value=value,
        note=note,
    )
    probe_table.say(workspace.db, opinion)
    return opinion


def _has_said(workspace: Workspace, case: ProbeCase, annotator: str) -> bool:
    opinions = probe_table.opinions_by_person(workspace.db, workspace.project.id)
    return any((opinion.probe_id, opinion.annotator) == (case.id, annotator) for opinion in opinions)
