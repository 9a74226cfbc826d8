"""The sample project: four weeks of two versions of three pipelines, graded, and the loop run on them."""

from __future__ import annotations

from pathlib import Path

import labelcore
from labelcore.errors import NotFound
from labelcore.models import ImportBatch, Role, Sample, new_id
from labelcore.operations import Effect, operation
from labelcore.progress import silent
from labelcore.stages import aligning, importing, judging, projects, sampling
from labelcore.stages.aligning import choosing_set
from labelcore.stages.deriving import derivation, editing
from labelcore.stages.importing import Mapping
from labelcore.stats import drawing
from labelcore.store import outputs as output_table, samples as sample_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_TASK = (
    "Three small pipelines of an online shop: replies to customers, product descriptions and "
    "summaries of meetings, in English and Chinese."
)
GRADED, SEED = 170, 17
"""How many outputs were drawn for the sample's grades, and with which seed."""
_STEPS = 5


class Demonstration(projects.Overview):
    """The sample project as it stands, and what this call brought into it."""

    outputs_new: int
    verdicts_new: int


@operation("demo", role=Role.ENGINEER, effect=Effect.GRADUAL, project="any")
def demo(workspace: Workspace) -> Demonstration:
    """Make the sample project ready to look at; doing it again changes nothing."""
    if not projects.overview(workspace).outputs:
        projects.update_project(workspace, task=_TASK, settings={"sample": True})
    quiet = workspace.telling(silent)
    workspace.progress(0, _STEPS, Wording("reading the sample"))
    *files, feedback = importing.sample_mappings().items()
    new = sum(_bring(quiet, *file).outputs_new for file in files)
    if not sampling.samples(workspace):
        _keep_draw(workspace)
    if not editing.list_criteria(workspace):
        workspace.progress(1, _STEPS, Wording("deriving criteria from the notes"))
        derivation.derive(quiet.by("labelcore demo"), offline=True, accept_all=True)
    if not judging.list_judges(workspace):
        workspace.progress(2, _STEPS, Wording("proposing judges"))
        judging.propose(quiet)
    workspace.progress(3, _STEPS, Wording("running judges"))
    run = judging.run_judges(quiet)
    if aligning.chosen_set(workspace) is None:
        workspace.progress(4, _STEPS, Wording("choosing the set"))
        choosing_set.choose(quiet.by("labelcore demo"))
    _bring(quiet, *feedback)  # the last: its users are simulated, and shape no judge
    workspace.progress(_STEPS, _STEPS, Wording("ready"))
    counts = projects.overview(workspace).model_dump()
    return Demonstration(**counts, outputs_new=new, verdicts_new=run.verdicts_new)


def _bring(workspace: Workspace, name: str, mapping: Mapping) -> ImportBatch:
    return importing.import_file(workspace, str(sample_file(name)), mapping).batch


def _keep_draw(workspace: Workspace) -> None:
    """The draw behind the sample's grades; by the file's ids, so that it is the same in every project."""
    outputs = output_table.ids(workspace.db, workspace.project.id)
    names = output_table.strata(workspace.db, outputs, "external_id")
    ids = {name: output_id for output_id, name in names.items()}
    picks = drawing.draw_random(list(ids), GRADED, SEED)
    sample = Sample(
        id=new_id("sample"),
        project_id=workspace.project.id,
        rule="random",
        seed=SEED,
        picks=tuple(pick.model_copy(update={"output_id": ids[pick.output_id]}) for pick in picks),
        parameters={"n": GRADED, "pool": len(ids)},
        author=workspace.person,
    )
    sample_table.save(workspace.db, sample)


def sample_file(name: str) -> Path:
    """A file of the sample project, which stands beside the library in a checkout."""
    path = Path(labelcore.__file__).resolve().parent.parent / "data" / name
    if not path.exists():
        raise NotFound(
            "The sample project's file {path} is missing.",
            next_step="Run this from a checkout of labelcore.",
            path=path,
        )
    return path
