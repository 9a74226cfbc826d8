"""The Team page begins and reveals a calibration round; who took part sees it on My progress."""

from __future__ import annotations

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from labelcore.models import Criterion, Output
from labelcore.stages import grading
from labelcore.store import criteria as criterion_table, outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import keys, tables
from tests.pages.opening import ROOT, SECONDS, press, shown


@pytest.fixture
def team(place: Workspace) -> Workspace:
    texts = [Output(id=f"o{n}", project_id=place.project.id, text=f"text {n}") for n in range(6)]
    output_table.add(place.db, texts)
    kind = {
        "id": "criterion_kind",
        "name": "Kind",
        "statement": "Is kind.",
        "status": "accepted",
        "version": 1,
    }
    criterion_table.save(place.db, [Criterion(project_id=place.project.id, **kind)])
    return place


def page(file: str, who: str, language: str = "en") -> AppTest:
    app = AppTest.from_file(ROOT / "pages" / file, default_timeout=SECONDS)
    app.session_state[f"{keys.TEAM}-{language}"] = "校准" if language == "zh" else "Calibration"
    app.session_state[keys.LANGUAGE] = language
    app.session_state[keys.ROLE] = "lead"
    app.run()
    app = app.text_input(key=keys.ANNOTATOR).set_value(who).run()
    assert not app.exception
    return app


def test_a_round_is_begun_revealed_looked_at_and_leads_to_another_wording(team: Workspace) -> None:
    press(page("3_team.py", "lea"), "Begin the round")
    (calibration,) = grading.list_rounds(team).rounds
    first = calibration.outputs[0]
    grading.grade(team.by("ann"), first, "pass")
    assert "Fewer than two people" in shown(press(page("3_team.py", "lea"), "Reveal the grades to all"))
    grading.grade(team.by("bo"), first, "fail", note="<b>names</b> the *wrong* city, Lyon")
    grading.grade(team.by("bo"), first, "fail", criterion="Kind")
    for app in (page("3_team.py", "lea"), page("3_progress.py", "ann")):
        assert "Lyon" not in shown(app)
    app = press(page("3_team.py", "lea"), "Reveal the grades to all")
    for told in (app, page("3_progress.py", "ann"), page("3_team.py", "lea", "zh")):
        words = shown(told)
        assert "<b>names</b> the *wrong* city, Lyon" in words and "Kind" in words
    assert "Lyon" not in shown(page("3_progress.py", "cy"))
    app = page("3_progress.py", "ann")
    next(box for box in app.text_area if box.label.startswith("Your comment")).set_value("*Paris*, I think")
    press(app, "Send")
    assert "*Paris*, I think" in shown(page("3_team.py", "lea"))
    app = page("3_team.py", "lea")
    box = next(box for box in app.selectbox if box.label == "What to edit").select("criterion_kind").run()
    next(area for area in box.text_area if area.value == "Is kind.").set_value("Is kind and brief.")
    press(box, "Save a new version")
    (kind,) = criterion_table.current(team.db, team.project.id)
    assert (kind.statement, kind.version) == ("Is kind and brief.", 2)
    outputs = page("1_outputs.py", "lea")
    next(field for field in outputs.radio if field.label == "It counts as").set_value("fail")
    next(field for field in outputs.text_input if field.label == "Why").set_value("names *nobody*")
    press(outputs, "Save")
    assert "names *nobody*" in shown(app_of_gold())
    next(field for field in outputs.radio if field.label == "Use it as").set_value("example")
    next(box for box in outputs.selectbox if box.label == "On").set_value("criterion_kind")
    press(outputs, "Save")
    assert ["An example is of the whole" in error.value for error in outputs.error] == [True]
    assert not grading.show_guidelines(team).examples
    assert "names *nobody*" not in shown(press(app_of_gold(), "Take it out"))
    assert "Kind" in "".join(found.model_dump_json() for found in grading.list_rounds(team).suggested)


def app_of_gold() -> AppTest:
    app = page("3_team.py", "lea")
    return app.segmented_control[0].set_value(True).run()


def test_what_is_said_of_a_round_stands_once_on_my_progress(team: Workspace) -> None:
    press(page("3_team.py", "lea"), "Begin the round")
    first = grading.list_rounds(team).rounds[0].outputs[0]
    for who in ("ann", "bo"):
        grading.grade(team.by(who), first, "pass")
    press(page("3_team.py", "lea"), "Reveal the grades to all")
    grading.comment(team.by("lea"), first, "@ann look at the *date*")
    assert shown(page("3_progress.py", "ann")).count("look at the *date*") == 1
    grading.rule(team.by("lea"), first, "fail", reason="no date")
    assert shown(page("3_progress.py", "ann")).count("no date") == 1


def test_a_sentence_in_a_table_is_shown_whole_and_formats_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: dict[str, list[pd.DataFrame]] = {"table": [], "dataframe": []}
    for kind, frames in drawn.items():
        monkeypatch.setattr(st, kind, lambda frame, frames=frames, **_: frames.append(frame))
    tables.table([{"reason": "short"}])
    tables.table([{"reason": "**long** " * 20}])
    tables.table([{"reason": "理由" * 20}])
    assert (len(drawn["dataframe"]), len(drawn["table"])) == (1, 2)
    assert drawn["table"][0]["reason"][0].startswith("\\*\\*long")
    tables.table([dict.fromkeys("abc", "more than a third of the width of a page")])
    assert len(drawn["table"]) == 3  # beside each other they would be cut off
    tables.table([{"a day": 5}, {"a day": "–"}])
    assert list(drawn["dataframe"][1]["a day"]) == ["5", "–"]
