"""Before an expert has graded an output, nothing that they may ask says what others said of it."""

import json
from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings, strategies as st

from labelcore.catalogue import catalogue
from labelcore.dispatch import Request, execute
from labelcore.models import Calibration, Criterion, Evidence, Output, Role, Visitor
from labelcore.operations import find_operation
from labelcore.stages import grading
from labelcore.store import calibrations, criteria as criterion_table
from labelcore.workspace import Workspace

_ASKED = [
    name
    for name in catalogue()
    if (found := find_operation(name)).role is Role.EXPERT and found.project == "known"
]
_NOTE = "names the wrong city, said by another"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    others=st.sets(st.integers(0, 5)),
    mine=st.sets(st.integers(0, 5)),
    skipped=st.sets(st.integers(0, 5)),
    again=st.sets(st.integers(0, 5)),
    taken=st.booleans(),
)
@example(others={0, 1}, mine={0, 1}, skipped={1}, again=set(), taken=False)
@example(others={0, 1}, mine={0, 1}, skipped=set(), again={1}, taken=True)
def test_an_expert_reads_others_words_only_on_what_they_graded(
    workspace: Workspace,
    add_outputs: Callable[..., list[Output]],
    others: set[int],
    mine: set[int],
    skipped: set[int],
    again: set[int],
    taken: bool,
) -> None:
    outputs = add_outputs(*(f"text {number}" for number in range(6)))
    workspace.db.run("TRUNCATE grade")
    workspace.db.run("TRUNCATE criterion_version")
    workspace.db.run("TRUNCATE calibration")
    workspace.db.run("TRUNCATE relook")
    workspace.db.memory.clear()
    notes = {outputs[number].id: f"{_NOTE} {number} here" for number in others}
    for output_id, note in notes.items():
        grading.grade(replace(workspace, person="Ben"), output_id, "fail", note=note)
    ana, told = Visitor(name="Ana", roles={workspace.project.id: Role.EXPERT}), ""

    def asked(name: str, **arguments: str) -> str:
        request = Request(operation=name, project=workspace.project.name, arguments=arguments)
        outcome = execute(workspace.db, request, visitor=ana)
        return json.dumps(outcome.document, default=str) + "\n".join(outcome.lines)

    if taken:
        grading.grading_queue(replace(workspace, person="Eve"))
        told += asked("team take-over")
    for number in mine:
        value = "skipped" if number in skipped else "pass"
        told += asked("grade", output=outputs[number].id, value=value)
    assert _NOTE not in told, "a grade is answered with nothing of others"
    for number in again & mine - skipped:
        grading.send_back(replace(workspace, person="Lea"), outputs[number].id, people=["Ana"])
    city = Criterion(
        id="criterion_city",
        project_id=workspace.project.id,
        version=1,
        name="City",
        statement="Names the right city.",
        status="accepted",
        evidence=tuple(
            Evidence(output_id=key, quote=note, grade_id=f"grade of {key}") for key, note in notes.items()
        ),
        fail_examples=tuple(notes.values()),
    )
    criterion_table.save(workspace.db, [city])
    shown = {"number": 1, "outputs": [output.id for output in outputs], "counts": True, "state": "revealed"}
    calibrations.save(workspace.db, Calibration(id="c", project_id=workspace.project.id, **shown))
    for name in _ASKED:
        arguments = {"criterion": "City"} if name in {"criteria show", "criteria history"} else {}
        if find_operation(name).effect.value == "reads":
            told += asked(name, **arguments)
    seen = {number for number in others if f"{_NOTE} {number} here" in told}
    assert seen == (others & mine) - skipped - again
