"""The sample project: outputs of three pipelines with grades, and the loop run on them."""

from __future__ import annotations

from pathlib import Path

import labelcore
from labelcore.dispatch import Outcome, operation
from labelcore.errors import NotFound
from labelcore.stages import aligning, deriving, importing, judging, projects
from labelcore.workspace import Workspace

_TASK = (
    "Three small pipelines of an online shop: replies to customers, product descriptions and "
    "summaries of meetings, in English and Chinese."
)
_STEPS = 5


@operation("demo", needs="any project")
def demo(workspace: Workspace) -> Outcome:
    """Make the sample project ready to look at; doing it again changes nothing."""
    if not projects.overview(workspace).outputs:
        projects.update_project(workspace, task=_TASK)
    workspace.progress(0, _STEPS, "reading the sample")
    batches = [
        importing.import_file(workspace, str(sample_file(name)), mapping).batch
        for name, mapping in importing.sample_mappings().items()
    ]
    if not deriving.list_criteria(workspace):
        workspace.progress(1, _STEPS, "deriving criteria from the notes")
        deriving.derive(workspace.by("labelcore demo"), offline=True, accept_all=True)
    if not judging.list_judges(workspace):
        workspace.progress(2, _STEPS, "proposing judges")
        judging.propose(workspace, offline=True)
    workspace.progress(3, _STEPS, "running judges")
    run = judging.run_judges(workspace)
    if aligning.chosen_set(workspace) is None:
        workspace.progress(4, _STEPS, "choosing the set")
        aligning.choose(workspace.by("labelcore demo"))
    workspace.progress(_STEPS, _STEPS, "ready")
    seen = projects.overview(workspace)
    new = sum(batch.outputs_new for batch in batches)
    return Outcome(
        document={"project": workspace.project.name, "outputs_new": new, "verdicts_new": run.verdicts_new}
        | seen.model_dump(),
        lines=(
            f"The project '{workspace.project.name}' holds {seen.outputs} outputs, {seen.graded} of them "
            f"graded, {seen.criteria_accepted} criteria, {seen.judges} judges and a chosen set of "
            f"{seen.chosen}.",
        ),
    )


def sample_file(name: str) -> Path:
    """A file of the sample project, which stands beside the library in a checkout."""
    path = Path(labelcore.__file__).resolve().parent.parent / "data" / name
    if not path.exists():
        raise NotFound(
            f"The sample project's file {path} is missing.",
            next_step="Run this from a checkout of labelcore.",
        )
    return path
