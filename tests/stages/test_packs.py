"""Offline packs: safe to open, bound to their outputs and person, merged once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from labelcore.errors import BadInput
from labelcore.messages import document_of
from labelcore.messages.card import pack_page
from labelcore.models import Grade, Output, now
from labelcore.operations import find_operation
from labelcore.stages import grading, projects
from labelcore.stages.grading.card_names import key_of
from labelcore.workspace import Workspace

HOSTILE = "</script><script>alert(1)</script><img src=http://evil.example/x>"


@pytest.fixture
def outputs(add_outputs: Callable[..., list[Output]]) -> list[Output]:
    return add_outputs("one", "two", HOSTILE)


def back(page: str, *acts: dict[str, Any]) -> dict[str, Any]:
    """What the browser would send back after these acts."""
    found = re.search(r'<script type="application/json" id="pack">(.*?)</script>', page, re.S)
    assert found
    pack = json.loads(found[1])
    events = [
        {"client_id": f"client-{i}", "note": "", "shown_at": now().isoformat()} | act
        for i, act in enumerate(acts)
    ]
    return {"manifest": pack["manifest"], "signature": pack["signature"], "events": events}


def saved(tmp_path: Path, document: object) -> Path:
    file = tmp_path / "grades.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return file


def test_a_pack_comes_back_and_is_merged_once(
    workspace: Workspace, outputs: list[Output], tmp_path: Path
) -> None:
    pack = grading.make_pack(workspace, "ann")
    page = pack_page(pack)
    assert pack.manifest.outputs == tuple(output.id for output in outputs)
    document = back(
        page,
        {"output_id": outputs[0].id, "value": "pass"},
        {"output_id": outputs[1].id, "value": "fail"},
        {"output_id": outputs[1].id, "value": "fail", "note": "too short", "supersedes": "client-1"},
    )
    file = saved(tmp_path, document)
    workspace = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    first = grading.merge_pack(workspace, file)
    assert (first.merged, first.known, first.refused) == (3, 0, ())
    again = grading.merge_pack(workspace, file)
    assert (again.merged, again.known) == (0, 3)
    labels = grading.human_labels(workspace)
    assert labels.value == {outputs[0].id: True, outputs[1].id: False}
    assert labels.notes == {outputs[1].id: ("too short",)}
    assert {grade.annotator for grade in grading.current_grades(workspace)} == {"ann"}


def test_marked_words_and_a_corrected_text_come_back_too(
    workspace: Workspace, outputs: list[Output], tmp_path: Path
) -> None:
    page = pack_page(grading.make_pack(workspace, "ann"))
    span = {"part": "output", "text": "one", "start": 0, "end": 3}
    act = {"output_id": outputs[0].id, "value": "fail", "spans": [span], "corrected_text": "One."}
    pressed = now() - timedelta(minutes=1)
    side = {"output_id": outputs[1].id, "value": "left"}
    file = saved(tmp_path, back(page, act | {"at": pressed.isoformat()}, side))
    found = grading.merge_pack(workspace, file)
    assert (found.merged, [refusal["id"] for refusal in found.refused]) == (1, ["client-1"])
    (grade,) = grading.current_grades(workspace, "ann")
    assert (grade.corrected_text, list(grade.spans), grade.at) == ("One.", [span], pressed)


def test_hostile_outputs_cannot_leave_their_element(workspace: Workspace, outputs: list[Output]) -> None:
    page = pack_page(grading.make_pack(workspace, "ann"))
    assert page.count("<script") == 2
    assert "<img" not in page
    assert "default-src 'none'" in page
    assert back(page)["manifest"]["outputs"][2] == outputs[2].id


def test_a_later_grade_online_is_kept(workspace: Workspace, outputs: list[Output], tmp_path: Path) -> None:
    page = pack_page(grading.make_pack(workspace, "ann"))
    old = (now() - timedelta(hours=2)).isoformat()
    document = back(page, {"output_id": outputs[0].id, "value": "pass", "shown_at": old})
    grading.record(
        workspace,
        [
            Grade(
                id="online",
                project_id=workspace.project.id,
                output_id=outputs[0].id,
                annotator="ann",
                value="fail",
            )
        ],
    )
    workspace = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    found = grading.merge_pack(workspace, saved(tmp_path, document))
    assert (found.merged, found.kept_online) == (0, 1)
    assert grading.human_labels(workspace).value == {outputs[0].id: False}


def test_what_was_changed_by_hand_is_said(
    workspace: Workspace, outputs: list[Output], tmp_path: Path
) -> None:
    page = pack_page(grading.make_pack(workspace, "ann"))
    workspace = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    good = back(page, {"output_id": outputs[0].id, "value": "pass"})
    for change in ({"annotator": "ben"}, {"outputs": [outputs[0].id]}):
        forged = good | {"manifest": good["manifest"] | change}
        with pytest.raises(BadInput, match="changed by hand"):
            grading.merge_pack(workspace, saved(tmp_path, forged))
    for junk in ("", "[]", "{}", '{"manifest": 3}', "not json"):
        with pytest.raises(BadInput, match="pack"):
            grading.merge_pack(workspace, saved(tmp_path, junk))
    elsewhere = projects.open_project(workspace.db, "another")
    with pytest.raises(BadInput, match="belongs to the project 'test'"):
        grading.merge_pack(workspace.with_project(elsewhere), saved(tmp_path, good))
    odd = back(
        page,
        {"output_id": "gone", "value": "pass"},
        {"output_id": outputs[0].id, "value": "great"},
        {"output_id": outputs[1].id, "value": "pass"},
    )
    found = grading.merge_pack(workspace, saved(tmp_path, odd))
    assert (found.merged, len(found.refused)) == (1, 2)


def test_rules_changed_from_an_old_copy_do_not_spoil_a_pack(
    workspace: Workspace, outputs: list[Output], tmp_path: Path
) -> None:
    page = pack_page(grading.make_pack(workspace, "ann"))
    grading.set_rules(workspace, per_output=2)  # ``project`` was read before the pack's key
    file = saved(tmp_path, back(page, {"output_id": outputs[0].id, "value": "pass"}))
    assert grading.merge_pack(workspace, file).merged == 1
    stored = projects.open_project(workspace.db, workspace.project.name)
    grading.set_rules(workspace, repeat_share=0.1)
    rules = projects.open_project(workspace.db, workspace.project.name).rules
    assert (rules.per_output, rules.repeat_share) == (2, 0.1)
    assert (
        stored.settings.pack_key
        == projects.open_project(workspace.db, workspace.project.name).settings.pack_key
    )


def test_the_key_that_packs_are_signed_with_is_in_no_document(workspace: Workspace) -> None:
    key = key_of(workspace).hex()
    shown = find_operation("projects show")
    project = shown.call(workspace, {"name": workspace.project.name})
    assert project.settings.pack_key == key
    assert key not in json.dumps(document_of(shown, project)) and key not in repr(project)


def as_team(workspace: Workspace, **rules: object) -> Workspace:
    return workspace.with_project(grading.set_rules(workspace, **rules))


def test_a_pack_is_the_queue_of_its_person_and_held_while_it_is_out(
    workspace: Workspace, outputs: list[Output]
) -> None:
    workspace = as_team(workspace, per_output=1)
    grading.assign(workspace, "Ann", part=grading.AssignedPart(quota=2))
    grading.assign(workspace, "Bo")
    pack = grading.make_pack(workspace, "ann", n=3)
    assert pack.manifest.outputs == tuple(output.id for output in outputs[:2])
    assert pack.manifest.held_until
    bo = workspace.by("Bo")
    assert [item.output.id for item in grading.grading_queue(bo).items] == [outputs[2].id]
    grading.grade(bo, outputs[2].id, "pass")
    assert grading.take_over(bo).n == 0
    waiting = grading.grading_queue(bo).waiting
    assert waiting
    assert (waiting.kind, waiting.n) == ("packed", 2)
    grading.release(workspace, "ann")
    assert len(grading.grading_queue(bo).items) == 2


def test_a_calibration_round_comes_first_in_a_pack_and_counts_in_the_round(
    workspace: Workspace, outputs: list[Output], tmp_path: Path
) -> None:
    grading.start_round(workspace, [outputs[2].id, outputs[1].id])
    pack = grading.make_pack(workspace, "ann")
    first = pack.items[0]["output_id"]
    file = saved(tmp_path, back(pack_page(pack), {"output_id": first, "value": "pass"}))
    assert grading.merge_pack(workspace, file).merged == 1
    (person,) = [row for row in grading.show_round(workspace).people if row.name == "ann"]
    assert person.done == 1
    assert grading.human_labels(workspace).value == {}


def test_gold_is_mixed_into_a_pack_and_nothing_in_the_file_tells_it(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], tmp_path: Path
) -> None:
    made = add_outputs(*(f"text {at}" for at in range(24)))
    for output in made[20:]:
        grading.set_gold(workspace.by("lead"), output.id, "fail", reason="settled-secretly")
    workspace = as_team(workspace, gold_share=0.2)
    grading.review(workspace, [output.id for output in made[:20]])
    workspace = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    pack = grading.make_pack(workspace, "ann", n=20)
    gold = {output.id for output in made[20:]}
    assert len(gold & set(pack.manifest.outputs)) >= 2
    page = pack_page(pack)
    assert "~2" not in page
    assert "settled-secretly" not in page
    assert [card["position"] for card in pack.items] == list(range(1, len(pack.items) + 1))
    acts = [{"output_id": card["output_id"], "value": "pass"} for card in pack.items]
    assert grading.merge_pack(workspace, saved(tmp_path, back(page, *acts))).merged == len(acts)
    assert gold.isdisjoint(grading.human_labels(workspace).value)
    (person,) = grading.show_gold(workspace).people
    assert person.let_through == len(gold & set(pack.manifest.outputs))


def test_who_has_to_train_first_is_told_so(workspace: Workspace, outputs: list[Output]) -> None:
    grading.set_gold(workspace.by("lead"), outputs[0].id, "pass", reason="fine", training=True)
    workspace = as_team(workspace, training=0.8)
    with pytest.raises(BadInput, match="begins with training"):
        grading.make_pack(workspace, "ann")
    grading.train(workspace, "ann", "let-through")
    assert grading.make_pack(workspace, "ann").manifest.outputs


def test_why_there_is_no_pack_is_said(workspace: Workspace, outputs: list[Output]) -> None:
    grading.assign(workspace, "Bo")
    with pytest.raises(BadInput, match="Nothing is assigned to ann"):
        grading.make_pack(workspace, "ann")
