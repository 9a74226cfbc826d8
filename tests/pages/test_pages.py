"""Each page alone and through the navigation, on an empty and on a worked project: no traceback."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.messages.catalogue import chinese
from labelcore.models import Grade
from labelcore.settings import settings
from labelcore.stages import finding, grading, importing, judging, projects, sampling
from labelcore.stages.aligning import choosing_set
from labelcore.stages.deriving import derivation, editing
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from pages.widgets import menu

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(path.name for path in (ROOT / "pages").glob("*.py"))
NOTES = (
    "far too long for a reply",
    "too long, nobody reads this",
    "太长了，没人会看",
    "invents a price",
    "makes up a discount",
)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "app.duckdb"
    monkeypatch.setenv("LABELCORE_DB", str(path))
    monkeypatch.setenv("LABELCORE_PROJECT", "shop")
    monkeypatch.setenv("LABELCORE_ANNOTATOR", "ann")
    settings.cache_clear()
    yield path
    close_database(path)
    settings.cache_clear()


@pytest.fixture(scope="module")
def worked_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a worked project, to be copied by each test."""
    path = tmp_path_factory.mktemp("worked") / "app.duckdb"
    work(path)
    close_database(path)
    return path


@pytest.fixture
def worked(database: Path, worked_file: Path) -> Path:
    shutil.copy(worked_file, database)
    return database


def work(path: Path) -> None:
    """A project through the whole loop: short outputs pass, long ones fail with a note."""
    db = open_database(path)
    project = projects.open_project(db, "shop")
    chance = random.Random(1)
    lines = ["id,input,output"]
    for i in range(40):
        size = chance.randint(5, 20) if i % 3 else chance.randint(60, 90)
        lines.append(
            f"{i},question "
            f"{i},{' '.join(chance.choice(['calm', 'blue', 'shop', 'order']) for _ in range(size))}"
        )
    file = path.with_suffix(".csv")
    file.write_text("\n".join(lines))
    importing.import_file(Workspace(db, project), str(file))
    sampling.draw_sample(Workspace(db, project), rule="random", n=30)
    for pick in grading.grading_queue(Workspace(db, project, "ann"), ahead=24).items:
        long = len(pick.output.text.split()) > 40
        grading.record(
            Workspace(db, project),
            [
                Grade(
                    id=f"g{pick.position}",
                    project_id=project.id,
                    output_id=pick.output.id,
                    annotator="ann",
                    value="fail" if long else "pass",
                    note=chance.choice(NOTES) if long else "",
                )
            ],
        )
    derivation.derive(Workspace(db, project), offline=True, accept_all=True)
    judging.propose(Workspace(db, project))
    judging.run_judges(Workspace(db, project))
    choosing_set.choose(Workspace(db, project))


def healthy(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    assert not app.error, [element.value for element in app.error]
    return app


@pytest.mark.parametrize("page", PAGES)
def test_every_page_alone_on_an_empty_project(database: Path, page: str) -> None:
    healthy(AppTest.from_file(ROOT / "pages" / page, default_timeout=20).run())


def test_every_page_on_a_worked_project(worked: Path) -> None:
    for page in PAGES:
        healthy(AppTest.from_file(ROOT / "pages" / page, default_timeout=20).run())


def test_every_page_through_the_navigation(worked: Path) -> None:
    app = AppTest.from_file(ROOT / "pages" / "widgets" / "navigation.py", default_timeout=20).run()
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
    app = healthy(AppTest.from_file(ROOT / "pages" / "widgets" / "navigation.py", default_timeout=20).run())
    assert app.title[0].value == "labelcore"
    assert "cannot be said yet" in app.subheader[0].value
    assert [button.label for button in app.button] == ["Import outputs"]


def part(view: str) -> AppTest:
    """A part of how the results were measured."""
    app = AppTest.from_file(ROOT / "pages" / "6_results.py", default_timeout=30)
    app.query_params["view"] = view
    return healthy(app.run())


def test_the_judges_in_use_are_told_in_sentences_before_tables(worked: Path) -> None:
    app = part("judges")
    assert any("it catches" in element.value for element in app.subheader)
    assert any("wrongly fails" in element.value for element in part("each").markdown)


def test_where_no_set_is_chosen_the_button_that_chooses_one_is_named(database: Path) -> None:
    app = part("judges")
    told = [element.value.replace("\\", "") for element in app.warning]  # plain text is escaped
    assert "No set is chosen yet: “Choose the best set” picks one." in told
    assert any(button.label == "Choose the best set" for button in app.button)
    assert not any("labelcore choose" in line for line in told)


@pytest.mark.parametrize("view", ["why", "rates", "judges", "each", "parts", "test", "history"])
def test_every_part_of_how_it_was_measured_opens(worked: Path, view: str) -> None:
    app = part(view)
    assert not app.exception and any(element.value == "How this was measured" for element in app.subheader)


def test_sampling_draws_and_says_why(database: Path) -> None:
    db = open_database(database)
    project = projects.open_project(db, "shop")
    file = database.with_suffix(".csv")
    file.write_text("output\n" + "\n".join(f"text {i}" for i in range(9)))
    importing.import_file(Workspace(db, project), str(file))
    app = AppTest.from_file(ROOT / "pages" / "2_sampling.py", default_timeout=20).run()
    app.number_input(key="sample-n").set_value(4)
    app.button[0].click().run()
    healthy(app)
    assert app.success[0].value == "Drew 4 outputs."


def test_criteria_are_accepted_by_a_click(worked: Path) -> None:
    db = open_database(worked)
    project = projects.open_project(db, "shop")
    first = editing.list_criteria(Workspace(db, project))[0]
    editing.restore(Workspace(db, project), first.id)
    app = AppTest.from_file(ROOT / "pages" / "4_deriving.py", default_timeout=20).run()
    app.button(key=f"accept-{first.id}").click().run()
    healthy(app)
    assert finding.find_criterion(Workspace(db, project), first.id).status == "accepted"


def test_a_held_database_is_explained_without_a_traceback(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.write_text("not a database " * 100)
    app = AppTest.from_file(ROOT / "pages" / "0_home.py", default_timeout=20).run()
    assert not app.exception
    assert "cannot be opened" in app.error[0].value


def test_hostile_names_are_not_formatted() -> None:
    from pages.widgets.shell import plain

    assert plain("![x](http://evil) <b>") == "\\!\\[x\\]\\(http\\://evil\\) \\<b\\>"


def test_streamlits_collection_after_every_run_is_off() -> None:
    import tomllib

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["runner"]["postScriptGC"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["server"]["address"] == "127.0.0.1"
