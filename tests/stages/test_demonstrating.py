"""The sample project tells which version is better, from a draw with known chances."""

from __future__ import annotations

import pytest

from labelcore.stages import demonstrating, importing, projects, sampling
from labelcore.stages.aligning.evidence import evidence_of
from labelcore.stages.deriving.clauses import clauses_of_fails
from labelcore.stages.grading import human_labels
from labelcore.stages.reporting import slicing
from labelcore.store import comparisons
from labelcore.workspace import Workspace
from tests.databases import empty_database


def import_sample(workspace: Workspace) -> None:
    for name, mapping in importing.sample_mappings().items():
        batch = importing.import_file(workspace, str(demonstrating.sample_file(name)), mapping).batch
        assert batch.rows_read and not batch.rows_rejected


@pytest.mark.whole
def test_its_files_come_in_whole_with_times_and_what_users_did(workspace: Workspace) -> None:
    import_sample(workspace)
    [(timed, untimed, first, last)] = workspace.db.rows(
        "SELECT count(produced_at), count(*) - count(produced_at), min(produced_at)::DATE::VARCHAR, "
        "max(produced_at)::DATE::VARCHAR FROM output"
    )
    assert timed > 200 and not untimed and "2026-10-26" <= first < last <= "2026-11-22"
    signals = dict(
        workspace.db.rows("SELECT name, count(*) FROM signal WHERE meaning IS NOT NULL GROUP BY name")
    )
    assert signals["action"] > 70 and signals["thumbs"] > 30


@pytest.mark.whole
def test_what_notes_say_has_the_same_order_wherever_the_files_are_imported() -> None:
    found = []
    for _ in range(2):
        with empty_database() as db:
            workspace = Workspace(db, projects.open_project(db, "sample"))
            import_sample(workspace)
            found.append([(clause.output_id, clause.text) for clause in clauses_of_fails(workspace)])
    assert len(found[0]) > 50 and found[0] == found[1]


@pytest.mark.slow
def test_the_demo_tells_the_versions_apart_and_a_second_one_changes_nothing(workspace: Workspace) -> None:
    made = demonstrating.demo(workspace)
    assert made.graded == demonstrating.GRADED < made.outputs and made.annotators == 2 and made.chosen
    evidence = evidence_of(workspace, human_labels(workspace).value)
    assert evidence.weights is not None and not evidence.undrawn and not evidence.uneven
    [report] = slicing.slices(workspace, by=["prompt_version"])
    rates = {row.name: row.rate for row in report.rows}
    first, second = rates["v1"], rates["v2"]
    assert first.high is not None and second.low is not None and first.high < second.low
    assert len(comparisons.pairs(workspace.db, workspace.project.id, "v1", "v2")) >= 70
    again = demonstrating.demo(workspace)
    assert (again.outputs_new, again.verdicts_new) == (0, 0)
    assert len(sampling.samples(workspace)) == 1
