"""A judge is moved to another model in the app: compared, switched, kept beside, or left as it is."""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.models import JudgeVersion, Role, Visitor
from labelcore.settings import settings
from labelcore.stages.refining.keeping import in_use
from labelcore.store import judges as judge_table, outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from tests import refinable
from tests.mock_endpoint import MockEndpoint
from tests.pages.opening import SECONDS, healthy, press, shown
from tests.pages.prompts.at_judge import PAGE, ended, opened


@pytest.fixture
def knowing(mock: MockEndpoint, judge: JudgeVersion, monkeypatch: pytest.MonkeyPatch) -> str:
    """Another model that knows by itself what the judge's misses, as a page names it."""
    mock.answer_as = {"knowing": lambda prompt: refinable.answer(f"{refinable.TOLD}\n{prompt}")}
    second = {"base_url": settings().base_url, "model": "knowing"}
    monkeypatch.setenv("LABELCORE_ENDPOINTS", json.dumps({"second": second}))
    settings.cache_clear()
    return "knowing@second"


def compared(judge: JudgeVersion, to: str) -> AppTest:
    app = opened("prompt-move", judge)
    assert app.selectbox(key="move-to").options == [to]
    assert "decisions with" in shown(app) and "Nothing changes until you switch" in shown(app)
    return ended(press(app, "Compare the models"), keys.JUDGE_MOVED)


def test_a_judge_is_moved_to_another_model_by_pressing_switch(
    judge: JudgeVersion, workspace: Workspace, mock: MockEndpoint, knowing: str
) -> None:
    app = press(opened("how", judge), "Move to another model")
    assert app.query_params[keys.JUDGE_VIEW] in ("prompt-move", ["prompt-move"])
    app = compared(judge, knowing)
    found = app.session_state[keys.JUDGE_MOVED].found
    assert refinable.planted(workspace)[0] <= {flip.output_id for flip in found.flips}
    for words in ("Switch: knowing may decide for", "more of 100 bad outputs", "Bad ones it catches (TNR)"):
        assert words in shown(app)
    healthy(app.toggle(key="move-flips").set_value(True).run())
    assert "New: knowing · second: fail. it promises money" in shown(app)
    asked = len(mock.prompts)
    press(app, "Switch to knowing · second")
    kept = in_use(workspace, judge.judge_id)
    assert (kept.id, kept.model, kept.why) == (found.new_version_id, "knowing", f"moved to {knowing}")
    assert "Version 2 is in use." in shown(app) and len(mock.prompts) == asked
    assert "endpoint: not set → second" in shown(app)
    press(app, "Use version 1")
    assert in_use(workspace, judge.judge_id).id == judge.id


def test_both_models_can_be_kept_and_staying_keeps_nothing(
    judge: JudgeVersion, workspace: Workspace, knowing: str
) -> None:
    press(compared(judge, knowing), "Stay with mock")
    assert len(judge_table.history(workspace.db, judge.judge_id)) == 1
    app = press(compared(judge, knowing), "Keep both")
    assert "Stored as version 2; the present one stays in use." in shown(app)
    assert in_use(workspace, judge.judge_id).id == judge.id
    assert len(judge_table.history(workspace.db, judge.judge_id)) == 2
    assert "Versions (2)" in [part.label for part in opened("how", judge).expander]


def test_what_was_tried_in_vain_against_a_loss_is_said(
    judge: JudgeVersion, workspace: Workspace, mock: MockEndpoint, knowing: str
) -> None:
    mock.answer_as = {"knowing": lambda _: {"reason": "all is well", "verdict": "pass"}}
    app = compared(judge, knowing)
    found = app.session_state[keys.JUDGE_MOVED].found
    assert found.repair is None and found.unmended > 1
    words = f"tried with {found.unmended} other examples and wordings as well; none is better on train"
    assert words in shown(app) and found.document()["unmended"] == found.unmended


def test_what_mends_the_loss_of_a_move_is_kept_at_a_press(
    judge: JudgeVersion, workspace: Workspace, mock: MockEndpoint, knowing: str
) -> None:
    mock.answer_as = {"knowing": forgetful}
    app = compared(judge, knowing)
    found = app.session_state[keys.JUDGE_MOVED].found
    assert "Stay:" in shown(app) and found.repair.mends and shown(app).count("it is better on train") == 1
    asked = len(mock.prompts)
    press(app, "Switch to knowing · second, mended")
    kept = in_use(workspace, judge.judge_id)
    assert kept.spec == found.repair.version.spec and kept.why == found.repair.why(knowing)
    assert "Version 2 is in use." in shown(app) and len(mock.prompts) == asked


def test_where_no_other_model_is_known_the_page_leads_to_models(judge: JudgeVersion) -> None:
    app = opened("prompt-move", judge)
    assert "No other model is known yet" in shown(app)
    assert [button.disabled for button in app.button if button.label == "Compare the models"] == [True]
    press(app, "Models")
    assert app.query_params[keys.JUDGE_VIEW] in ("models", ["models"])


def test_whoever_is_no_engineer_moves_no_judge(
    judge: JudgeVersion,
    workspace: Workspace,
    mock: MockEndpoint,
    knowing: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, asked = opened("prompt-move", judge), len(mock.prompts)
    visitor = Visitor(name="Vera", roles={workspace.project.id: Role.EXPERT})
    monkeypatch.setattr(shell, "_visitor", lambda _db: visitor)
    for page in (press(app, "Compare the models"), AppTest.from_file(PAGE, default_timeout=SECONDS).run()):
        assert [error.value for error in page.error] == ["Your role does not open this page in this project."]
        assert "Compare the models" not in [button.label for button in page.button]
    assert len(mock.prompts) == asked and keys.JUDGE_MOVED not in app.session_state


def test_where_grades_would_settle_a_move_they_are_asked_for_at_a_press(
    judge: JudgeVersion, workspace: Workspace, mock: MockEndpoint, knowing: str
) -> None:
    more = [refinable.output_of(workspace, number) for number in range(refinable.CASES, 400)]
    output_table.add(workspace.db, more)
    mock.answer_as = {"knowing": harsh}
    app = compared(judge, knowing)
    assert "Grade first" in shown(app)
    found, asked = app.session_state[keys.JUDGE_MOVED].found, len(mock.prompts)
    assert found.settles and len(found.picks) > 0
    press(app, f"Put {len(found.picks)} outputs first on the Grade page")
    assert "They stand first on the Grade page" in shown(app) and len(mock.prompts) == asked
    assert set(refinable.project_of(workspace.db).rules.review) == {pick.output_id for pick in found.picks}
    app = ended(press(app, "Compare again"), keys.JUDGE_MOVED)
    again = app.session_state[keys.JUDGE_MOVED]
    assert again.found.n == found.n and again.found.requests < found.requests and not again.asked


def test_a_comparison_of_models_can_be_stopped_and_an_endpoint_that_refuses_is_said(
    judge: JudgeVersion, mock: MockEndpoint, knowing: str
) -> None:
    mock.shares = {"401": 1.0}
    app = press(opened("prompt-move", judge), "Compare the models")
    assert app.session_state[keys.JUDGE_MOVED].over.wait(240)
    app.run()
    told = shown(app) + " ".join(warning.value for warning in app.warning)
    assert not app.exception and "key" in told and "Switch" not in told
    mock.shares = {}
    with mock.held():
        app = press(app, "Compare the models")
        assert app.session_state[keys.JUDGE_MOVED].running
        app = press(app, "Stop")
    ended(app, keys.JUDGE_MOVED)
    assert app.session_state[keys.JUDGE_MOVED].found.state == "stopped"


def forgetful(prompt: str) -> dict[str, object]:
    """Misses promises, unless it is shown one or told to be strict."""
    told = "promise to pay" in prompt.rpartition("<<DATA output")[0] or "in doubt" in prompt
    return refinable.answer(prompt if told else prompt.replace("promise to pay", "pay"))


def harsh(prompt: str) -> dict[str, object]:
    """Fails replies that ask for a picture, where nobody has graded one of these yet."""
    output = prompt.rpartition("<<DATA output")[2].partition("<<END output")[0]
    number = re.search(r"picture of order (\d+)", output)
    if number and int(number[1]) >= refinable.CASES:
        return {"reason": "a picture", "verdict": "fail"}
    return refinable.answer(prompt)
