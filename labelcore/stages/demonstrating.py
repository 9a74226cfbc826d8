"""The sample project: outputs of three pipelines with grades, and the loop run on them."""

from __future__ import annotations

from pathlib import Path

import labelcore
from labelcore.errors import NotFound
from labelcore.models import Role
from labelcore.operations import Effect, operation
from labelcore.progress import silent
from labelcore.stages import aligning, importing, judging, projects
from labelcore.stages.aligning import choosing_set
from labelcore.stages.deriving import derivation, editing
from labelcore.workspace import Workspace

_TASK = (
    "Three small pipelines of an online shop: replies to customers, product descriptions and "
    "summaries of meetings, in English and Chinese."
)
_STEPS = 5


class Demonstration(projects.Overview):
    """The sample project as it stands, and what this call brought into it."""

    outputs_new: int
    verdicts_new: int


@operation("demo", role=Role.ENGINEER, effect=Effect.GRADUAL, project="any")
def demo(workspace: Workspace) -> Demonstration:
    """Make the sample project ready to look at; doing it again changes nothing."""
    if not projects.overview(workspace).outputs:
        projects.update_project(workspace, task=_TASK)
    quiet = workspace.telling(silent)
    workspace.progress(0, _STEPS, "reading the sample")
    batches = [
        importing.import_file(quiet, str(sample_file(name)), mapping).batch
        for name, mapping in importing.sample_mappings().items()
    ]
    if not editing.list_criteria(workspace):
        workspace.progress(1, _STEPS, "deriving criteria from the notes")
        derivation.derive(quiet.by("labelcore demo"), offline=True, accept_all=True)
    if not judging.list_judges(workspace):
        workspace.progress(2, _STEPS, "proposing judges")
        judging.propose(quiet)
    workspace.progress(3, _STEPS, "running judges")
    run = judging.run_judges(quiet)
    if aligning.chosen_set(workspace) is None:
        workspace.progress(4, _STEPS, "choosing the set")
        choosing_set.choose(quiet.by("labelcore demo"))
    workspace.progress(_STEPS, _STEPS, "ready")
    new = sum(batch.outputs_new for batch in batches)
    counts = projects.overview(workspace).model_dump()
    return Demonstration(**counts, outputs_new=new, verdicts_new=run.verdicts_new)


def sample_file(name: str) -> Path:
    """A file of the sample project, which stands beside the library in a checkout."""
    path = Path(labelcore.__file__).resolve().parent.parent / "data" / name
    if not path.exists():
        raise NotFound(
            f"The sample project's file {path} is missing.",
            next_step="Run this from a checkout of labelcore.",
        )
    return path
