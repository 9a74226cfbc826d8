"""The pages of a project whose people graded single criteria and never the whole."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from labelcore.stages import judging
from labelcore.workspace import Workspace
from tests.pages.opening import opened, shown
from tests.stages.lengths import graded_on_length


def chip(app: AppTest) -> Button:
    return app.button(key="chip-outputs-criterion")


def test_outputs_are_found_by_what_people_say_of_a_criterion(place: Workspace) -> None:
    brief, _ = graded_on_length(place, 8)
    app = opened("1_outputs.py", outputs_criterion=brief.id)
    assert "2 outputs match" in shown(app) and chip(app).label.startswith("Failed for")
    app.selectbox(key="outputs-criterion-grade").select("pass").run()
    assert "6 outputs match" in shown(app) and chip(app).label.startswith("Passed on")
    linked = opened("1_outputs.py", outputs_criterion=brief.id, outputs_criterion_grade="none")
    assert "0 outputs match" in shown(linked) and chip(linked).label.startswith("Not graded on")
    assert "8 outputs match" in shown(chip(linked).click().run())


def test_home_results_and_judges_say_what_there_is_and_what_waits(place: Workspace) -> None:
    graded_on_length(place, 40)
    home = opened("0_home.py")
    assert "outputs graded on criteria: 40" in shown(home) and "40 graded" in shown(home)
    assert [button.label for button in home.button if button.key == "next-step"] == ["Propose judges"]
    judging.propose(place)
    judging.run_judges(place)
    judges = opened("5_judging.py")
    assert "a set is chosen by grades of the whole" in shown(judges)
    assert "Measured against the grades of “Brief” itself." in shown(judges)
    assert not [button for button in judges.button if button.key == "choose-set"]
    results = opened("6_results.py")
    assert "100% · Brief (10)" in shown(results)
    assert [button.label for button in results.button if button.key == "next-step"] == ["Grade outputs"]
