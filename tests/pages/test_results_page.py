"""The page Results: on an empty project and on a graded one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.messages import sentence
from labelcore.messages.trusting import action_words, answer_words
from labelcore.models import Grade, Output
from labelcore.settings import settings
from labelcore.stages import grading, projects
from labelcore.stages.reporting.failing import failures
from labelcore.stages.reporting.trust import trust
from labelcore.stats.rate import share_words
from labelcore.store import close_database, judges, open_database, outputs as output_table
from labelcore.workspace import Workspace
from tests.pages.test_pages import ROOT, healthy, work

RESULTS = ROOT / "pages" / "6_results.py"


@pytest.fixture(scope="module")
def worked_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trusted") / "app.duckdb"
    work(path)
    close_database(path)
    return path


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "app.duckdb"
    for name, value in (("DB", str(path)), ("PROJECT", "shop"), ("ANNOTATOR", "ann")):
        monkeypatch.setenv(f"LABELCORE_{name}", value)
    settings.cache_clear()
    yield path
    close_database(path)
    settings.cache_clear()


@pytest.fixture
def worked(database: Path, worked_file: Path) -> Path:
    shutil.copy(worked_file, database)
    return database


def opened(page: Path, **address: str) -> AppTest:
    app = AppTest.from_file(page, default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return healthy(app.run())


def test_without_grades_the_results_say_what_is_missing(database: Path) -> None:
    app = opened(RESULTS)
    assert "no output has a pass or a fail" in app.info[0].value
    assert not app.metric


def test_the_answer_stands_first_as_trust_and_home_give_it(worked: Path) -> None:
    db = open_database(worked)
    found = trust(Workspace(db, projects.open_project(db, "shop")))
    app = opened(RESULTS)
    assert app.metric[0].value == share_words(found.rate.value or 0)
    shown = [element.value.replace("\\", "") for element in app.markdown]
    for reason in found.reasons:
        assert any(sentence(reason.says) in words for words in shown), (sentence(reason.says), shown)
    assert any(answer_words(found.answer) in words for words in shown)
    step = action_words(found.action)
    assert step in [button.label for button in app.button]
    assert [button.label for button in app.get("download_button")] == ["Report as HTML", "Report as PDF"]
    home = opened(ROOT / "pages" / "0_home.py")
    assert home.subheader[0].value.replace("\\", "") == sentence(found.headline)
    assert home.button[0].label == step


def test_nothing_above_how_it_was_measured_is_for_engineers(worked: Path) -> None:
    app = opened(RESULTS)
    shown = " ".join(element.value for element in (*app.markdown, *app.caption, *app.subheader))
    assert not [word for word in ("labelcore ", "alpha", "TPR", "TNR", "effective", "jv_") if word in shown]


def test_what_fails_most_leads_to_its_outputs(worked: Path) -> None:
    db = open_database(worked)
    workspace = Workspace(db, projects.open_project(db, "shop"))
    first = failures(workspace).rows[0]
    app = opened(RESULTS)
    shown = " ".join(element.value.replace("\\", "") for element in app.markdown)
    assert f"{share_words(first.share.value or 0)} · {first.criterion[:12]}" in shown
    assert f"({first.outputs})" in shown
    outputs = AppTest.from_file(ROOT / "pages" / "1_outputs.py", default_timeout=60)
    outputs.query_params["outputs-criterion"] = first.criterion_id
    healthy(outputs.run())
    assert any(f"{first.outputs} outputs match" in element.value for element in outputs.markdown)


def test_the_judges_in_use_show_what_is_missing_and_puts_it_first(worked: Path) -> None:
    db = open_database(worked)
    project = projects.open_project(db, "shop")
    stored = judges.chosen(db, project.id)
    assert stored is not None and stored["figures"]["members"]
    lacking = stored["figures"]["members"][0] | {"caught": 29, "fails": 30, "wanted": 0.9, "share": 0.4}
    figures = stored["figures"] | {"members": [lacking]}
    judges.save_choice(db, project.id, stored["judge_version_ids"], stored["parameters"], figures)
    app = opened(RESULTS, view="judges")
    assert any(element.value == "Good enough yet?" for element in app.subheader)
    assert any("so far 29 of 30 failed outputs" in element.value for element in app.markdown)
    (button,) = [button for button in app.button if "that help most" in button.label]
    healthy(button.click().run())
    assert "come first now" in app.success[0].value
    after = grading.grading_queue(Workspace(db, project, "ann")).items
    assert after and not {item.output.id for item in after} & set(
        grading.human_labels(Workspace(db, project)).value
    )


def test_how_it_was_measured_says_on_which_grades_it_rests(worked: Path) -> None:
    app = opened(RESULTS, view="why")
    assert any("Which grades each figure rests on" in element.value for element in app.markdown)
    assert any("pass rate rests on all" in element.value for element in app.markdown)


def test_slices_are_shown_in_a_chart_and_in_numbers(database: Path) -> None:
    db = open_database(database)
    project = projects.open_project(db, "shop")
    made = [
        Output(
            id=output_table.content_id(project.id, f"text {k}"),
            project_id=project.id,
            text=f"text {k}",
            metadata={"city": "Ulm *x*" if k % 2 else "Bonn"},
        )
        for k in range(60)
    ]
    output_table.add(db, made)
    grading.record(
        Workspace(db, project),
        [
            Grade(
                id=f"g{k}",
                project_id=project.id,
                output_id=output.id,
                annotator="ann",
                value="fail" if k % 2 and k < 50 else "pass",
            )
            for k, output in enumerate(made)
        ],
    )
    app = opened(RESULTS)
    assert any(element.value == "#### Where it is better or worse" for element in app.markdown)
    (chart,) = [figure for figure in app.get("plotly_chart") if "worse for sure" in figure.proto.spec]
    assert "Ulm *x*" in chart.proto.spec and "better for sure" in chart.proto.spec
    app = opened(RESULTS, view="parts")
    shown = next(table.value for table in app.dataframe if "city" in table.value.columns)
    assert list(shown["city"]) == ["Ulm *x*", "Bonn"] and list(shown["graded"]) == ["30", "30"]
    assert any(r"Ulm \*x\*\: worse than the rest\: \-83 points" in element.value for element in app.markdown)
