"""Names, notes and settings that were written to do harm, on every page: nothing runs, nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from labelcore.models import Criterion, JudgeVersion, Role
from labelcore.stages import grading, importing, people, projects
from labelcore.stages.judging import running
from labelcore.store import close_database, criteria as criterion_table, judges as judge_table, open_database
from labelcore.workspace import Workspace
from tests.app_server import serving
from tests.journeys.rules import settle

pytestmark = pytest.mark.journey
_TOLD = "found => found.map(link => link.parentElement.outerHTML)"
LINK = "[src*='evil.example/'], [href^='http://evil'], [href^='javascript:']"
PAGES = "importing outputs sampling grading progress team deriving judging results exporting".split()
HOSTILE = (
    "![i](http://evil.example/i.png) [l](http://evil.example/l) <img src=http://evil.example/h.png "
    'onerror="window.hacked=1"><script>window.hacked=1</script> [j](javascript:window.hacked=1) $x^2$ :red[r]'
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A project in which everything that people and tools name is hostile."""
    folder = tmp_path_factory.mktemp("app")
    database, answers = folder / "app.duckdb", folder / f"a{HOSTILE[:30].replace('/', '-')}.jsonl"
    answers.write_text(
        "\n".join(
            json.dumps({"output": f"Answer {number}", "model": HOSTILE, "input": HOSTILE})
            for number in range(12)
        )
    )
    db = open_database(database)
    name = f"support {HOSTILE}"[:100]
    place = Workspace(db, projects.open_project(db, name), f"Ana {HOSTILE}"[:100])
    importing.import_file(place, str(answers))
    named = {"project_id": place.project.id, "version": 1}
    criterion = Criterion(id="c", name=HOSTILE[:200], statement=HOSTILE, status="accepted", **named)
    criterion_table.save(db, [criterion])
    judge = JudgeVersion(
        id="j",
        judge_id="j",
        name=HOSTILE[:200],
        kind="code",
        criterion_id="c",
        criterion_version=1,
        spec={"detector": "words", "side": "above", "threshold": -1},
        **named,
    )
    judge_table.save(db, [judge])
    ids = [str(key) for (key,) in db.rows("SELECT output_id FROM output_current")]
    for at, output in enumerate(ids[:10]):
        for person in (place.person, f"Ben {HOSTILE}"[:100]):
            grader = place.by(person)
            value = "fail" if at % 2 and person == place.person else "pass"
            grading.grade(grader, output, value, note=HOSTILE)
            grading.grade(grader, output, value, criterion=criterion, note=HOSTILE)
    running.run(place, [judge], ids)
    people.invite(place, f"Cleo {HOSTILE}"[:100], Role.EXPERT)
    close_database(database)
    with serving(database, name) as url:
        yield url, name


def looked_at(page: Page) -> Iterator[str]:
    """The page, then each of its tabs."""
    page.locator("h1, .card").first.wait_for()
    settle(page)
    yield "first"
    for at in range(page.get_by_role("tab").count()):
        tab = page.get_by_role("tab").nth(at)
        if tab.is_visible():
            tab.click()
            settle(page)
            yield str(tab.text_content())


def test_no_page_runs_or_fetches_anything_of_a_hostile_name(browser: Browser, app: tuple[str, str]) -> None:
    url, name = app
    asked: list[str] = []
    place = {"labelcore-project": name, "labelcore-annotator": "Dora", "labelcore-language": "English"}
    found = []
    for at in ("", *PAGES):
        page = browser.new_context().new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{url}/{at}?{urlencode(place | {'labelcore-role': 'engineer', 'judge': 'j'})}")
        for part in looked_at(page):
            bad = [str(shown)[:200] for shown in page.locator(LINK).evaluate_all(_TOLD)]
            bad += ["an unseen character"] * ("\u2060" in page.locator("body").inner_text())
            if bad or page.evaluate("'hacked' in window"):
                found.append((at, part, bad))
        page.context.close()
    assert found == []
    assert [address for address in asked if urlsplit(address).hostname == "evil.example"] == []
