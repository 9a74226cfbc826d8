"""The sample project: outputs of three pipelines with grades, and the loop run on them."""

from __future__ import annotations

from pathlib import Path

import labelcore
from labelcore.errors import NotFound
from labelcore.models import Project
from labelcore.operations import Outcome, operation
from labelcore.progress import Progress
from labelcore.stages import aligning, deriving, importing, judging, projects
from labelcore.store import Database

_TASK = (
    "Three small pipelines of an online shop: replies to customers, product descriptions and "
    "summaries of meetings, in English and Chinese."
)
_STEPS = 5


@operation("demo")
def demo(db: Database, project: Project, *, author: str, progress: Progress) -> Outcome:
    """Make the sample project ready to look at; doing it again changes nothing."""
    if not projects.overview(db, project).outputs:
        projects.update_project(db, project, task=_TASK)
    progress(0, _STEPS, "reading the sample")
    batches = [
        importing.import_file(db, project, str(sample_file(name)), mapping).batch
        for name, mapping in importing.sample_mappings().items()
    ]
    if not deriving.list_criteria(db, project):
        progress(1, _STEPS, "deriving criteria from the notes")
        deriving.derive(db, project, offline=True, accept_all=True, author="labelcore demo")
    if not judging.list_judges(db, project):
        progress(2, _STEPS, "proposing judges")
        judging.propose(db, project, offline=True)
    progress(3, _STEPS, "running judges")
    run = judging.run_judges(db, project)
    if aligning.chosen_set(db, project) is None:
        progress(4, _STEPS, "choosing the set")
        aligning.choose(db, project, author="labelcore demo")
    progress(_STEPS, _STEPS, "ready")
    seen = projects.overview(db, project)
    new = sum(batch.outputs_new for batch in batches)
    return Outcome(
        document={"project": project.name, "outputs_new": new, "verdicts_new": run.verdicts_new}
        | seen.model_dump(),
        lines=(
            f"The project '{project.name}' holds {seen.outputs} outputs, {seen.graded} of them "
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
