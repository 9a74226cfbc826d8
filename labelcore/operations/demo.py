"""The sample project: outputs of three pipelines with grades, and the loop run on them."""

from __future__ import annotations

from pathlib import Path

import labelcore
from labelcore.errors import NotFound
from labelcore.operations import Call, Outcome, operation
from labelcore.stages import aligning, deriving, importing, judging, projects

_TASK = (
    "Three small pipelines of an online shop: replies to customers, product descriptions and "
    "summaries of meetings, in English and Chinese."
)
_STEPS = 5


@operation("demo", needs="any project")
def demo(call: Call) -> Outcome:
    """Make the sample project ready to look at; doing it again changes nothing."""
    if not projects.overview(call.db, call.project).outputs:
        projects.update_project(call.db, call.project, task=_TASK)
    call.progress(0, _STEPS, "reading the sample")
    batches = [
        importing.import_file(call.db, call.project, str(sample_file(name)), mapping).batch
        for name, mapping in importing.sample_mappings().items()
    ]
    if not deriving.list_criteria(call.db, call.project):
        call.progress(1, _STEPS, "deriving criteria from the notes")
        deriving.derive(call.db, call.project, offline=True, accept_all=True, author="labelcore demo")
    if not judging.list_judges(call.db, call.project):
        call.progress(2, _STEPS, "proposing judges")
        judging.propose(call.db, call.project, offline=True)
    call.progress(3, _STEPS, "running judges")
    run = judging.run_judges(call.db, call.project)
    if aligning.chosen_set(call.db, call.project) is None:
        call.progress(4, _STEPS, "choosing the set")
        aligning.choose(call.db, call.project, author="labelcore demo")
    call.progress(_STEPS, _STEPS, "ready")
    seen = projects.overview(call.db, call.project)
    new = sum(batch.outputs_new for batch in batches)
    return Outcome(
        document={"project": call.project.name, "outputs_new": new, "verdicts_new": run.verdicts_new}
        | seen.model_dump(),
        lines=(
            f"The project '{call.project.name}' holds {seen.outputs} outputs, {seen.graded} of them "
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
