"""Each page alone and through the navigation, on an empty and on a worked project: no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.messages.catalogue import chinese
from labelcore.stages import finding, importing
from labelcore.stages.deriving import editing
from labelcore.workspace import Workspace
from pages.widgets import menu
from tests.pages.opening import PAGES, ROOT, SECONDS, healthy, opened


@pytest.mark.parametrize("page", PAGES)
def test_every_page_alone_on_an_empty_project(database: Path, page: str) -> None:
    opened(page)


def test_every_page_on_a_worked_project(worked: Workspace) -> None:
    for page in PAGES:
        opened(page)


def test_every_page_through_the_navigation(worked: Workspace) -> None:
    app = AppTest.from_file(ROOT / "pages" / "widgets" / "navigation.py", default_timeout=SECONDS).run()
    titles = set()
    for page in PAGES:
        healthy(app.switch_page(str(ROOT / "pages" / page)).run())
        titles.add(app.title[0].value)
    assert len(titles) == len(PAGES)
    assert titles >= {
        "labelcore",
        "Import",
        "Sample",
        "Grade",
        "Team",
        "Criteria",
        "Judges",
        "How good are the outputs?",
        "Export",
    }


def test_the_menu_holds_every_page_in_both_languages() -> None:
    pages = menu.menu()
    assert [file.name for file, _, _ in pages] == PAGES
    assert {icon.split("/")[0] for _, _, icon in pages} == {":material"}
    assert [title for _, title, _ in pages if title not in chinese()] == []
    assert [menu.address(file) for file, _, _ in pages][:5] == [
        "home",
        "importing",
        "outputs",
        "sampling",
        "grading",
    ]


def test_the_navigation_opens_home(database: Path) -> None:
    app = opened("widgets/navigation.py")
    assert app.title[0].value == "labelcore"
    assert "too early to say" in app.subheader[0].value
    assert app.main.button[0].label == "Import outputs"


def test_the_judges_in_use_are_told_in_sentences_before_tables(worked: Workspace) -> None:
    app = opened("6_results.py", view="judges")
    assert any("it catches" in element.value for element in app.subheader)
    assert any("wrongly fails" in element.value for element in opened("6_results.py", view="each").markdown)


def test_where_no_set_is_chosen_the_button_that_chooses_one_is_named(database: Path) -> None:
    app = opened("6_results.py", view="judges")
    told = [element.value.replace("\\", "") for element in app.warning]  # plain text is escaped
    assert "No set is chosen yet: “Choose the best set” picks one." in told
    assert any(button.label == "Choose the best set" for button in app.button)
    assert not any("labelcore choose" in line for line in told)


@pytest.mark.parametrize("view", ["why", "rates", "judges", "each", "parts", "test", "history"])
def test_every_part_of_how_it_was_measured_opens(worked: Path, view: str) -> None:
    app = opened("6_results.py", view=view)
    assert not app.exception and any(element.value == "How this was measured" for element in app.subheader)


def test_sampling_draws_and_says_why(place: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "outputs.csv"
    file.write_text("output\n" + "\n".join(f"text {i}" for i in range(9)))
    importing.import_file(place, str(file))
    app = opened("2_sampling.py")
    app.number_input(key="sample-n").set_value(4)
    app.button[0].click().run()
    healthy(app)
    assert app.success[0].value == "Drew 4 outputs."


def test_criteria_are_accepted_by_a_click(worked: Workspace) -> None:
    first = editing.list_criteria(worked)[0]
    editing.restore(worked, first.id)
    app = opened("4_deriving.py")
    app.button(key=f"accept-{first.id}").click().run()
    healthy(app)
    assert finding.find_criterion(worked, first.id).status == "accepted"


def test_a_held_database_is_explained_without_a_traceback(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.write_text("not a database " * 100)
    app = AppTest.from_file(ROOT / "pages" / "0_home.py", default_timeout=SECONDS).run()
    assert not app.exception
    assert "cannot be opened" in app.error[0].value


def test_hostile_names_are_not_formatted() -> None:
    from pages.widgets.shell import plain

    assert plain("![x](http://evil) <b>") == "\\!\\[x\\]\\(http:red[]\\://evil\\) \\<b\\>"
    assert plain("_HTTPS://evil www.evil") == "\\_HTTP:red[]S\\://evil www:red[]\\.evil"


def test_streamlits_collection_after_every_run_is_off() -> None:
    import tomllib

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["runner"]["postScriptGC"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["server"]["address"] == "127.0.0.1"
