"""Bringing a prompt on the Judges page: what is sure is chosen, what is not is asked, and it is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.stages.finding import find_judge
from labelcore.workspace import Workspace
from pages.widgets import keys
from tests.judges.foreign_cases import CASES
from tests.mock_endpoint import MockEndpoint, configured
from tests.pages.opening import healthy, opened, shown

_NAMED = "overall · brought prompt"
"""A judge whose prompt comes from no known tool."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockEndpoint]:
    with configured(monkeypatch) as mock:
        yield mock


def pasted(text: str) -> AppTest:
    app = opened("5_judging.py", show="bring")
    return healthy(app.text_area(key=keys.BRING_TEXT).set_value(text).run())


def test_what_is_not_sure_is_chosen_and_the_judge_is_kept(worked: Workspace, endpoint: MockEndpoint) -> None:
    endpoint.answer = lambda _: "factual"
    app = pasted(CASES["Phoenix hallucination"].text)
    assert app.button(key=keys.BRING_KEEP).disabled
    assert "an output can give this judge orders" in shown(app)
    (unsure,) = [box for box in app.selectbox if "reference" in box.label]
    assert unsure.value is None
    healthy(unsure.set_value("text:").run())
    app.text_area[-1].set_value("Everything on the shelf.")
    healthy(app.run())
    assert "Everything on the shelf." in app.code[-1].value
    healthy(app.button(key=keys.BRING_KEEP).click().run())
    assert "Kept as “overall · Phoenix”, version 1." in shown(app)
    version = find_judge(worked, "overall · Phoenix")
    assert "Everything on the shelf." in version.spec["template"]["user"]
    healthy(app.button(key="brought-hardness").click().run())
    assert version.id in app.query_params["judge"]


def test_words_whose_meaning_is_not_sure_are_sorted(worked: Workspace, endpoint: MockEndpoint) -> None:
    assert endpoint
    app = pasted(CASES["yes means a fault"].text)
    assert app.button(key=keys.BRING_KEEP).disabled
    for group in app.button_group:
        group.set_value("fail_" if "yes" in group.label else "pass_")
    healthy(app.run())
    healthy(app.button(key=keys.BRING_KEEP).click().run())
    answer = find_judge(worked, _NAMED).spec["answer"]
    assert (answer["passes"], answer["fails"]) == (["no"], ["yes"])


def test_without_a_model_it_can_be_looked_at(worked: Workspace) -> None:
    assert worked
    app = pasted(CASES["percent"].text)
    assert "No model is connected" in shown(app)
    assert app.button(key=keys.BRING_KEEP).disabled
    assert (
        "Customer asked: question 0" in app.code[-1].value or "Customer asked: question" in app.code[-1].value
    )


def test_where_a_lower_score_is_better_scores_pass_up_to_the_threshold(
    worked: Workspace, endpoint: MockEndpoint
) -> None:
    assert endpoint
    app = pasted('Reply: {output}\nRate how much it promises on a scale of 1 to 5. Answer as "Score: 3".')
    assert "Scores from this on pass" in [field.label for field in app.number_input]
    healthy(app.radio[0].set_value(True).run())
    (field,) = [field for field in app.number_input if field.label == "Scores up to this pass"]
    healthy(field.set_value(2).run())
    assert "Scores up to 2 pass, as you say." in shown(app) and "from 2 on" not in shown(app)
    healthy(app.button(key=keys.BRING_KEEP).click().run())
    answer = find_judge(worked, _NAMED).spec["answer"]
    assert (answer["threshold"], answer["higher_passes"]) == (2, False)
