"""The grading card in a real Chromium: no press is lost, doubled, or put on another output."""

from __future__ import annotations

import json
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from _server import Server
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Route,
    expect,
    sync_playwright,
)

pytestmark = pytest.mark.journey

PAGE = Path(__file__).parent / "apps" / "grading_card_page.py"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-features=LocalNetworkAccessChecks",  # an answer with a policy added has no address
]  # fmt: skip
PLAIN = [
    {"output_id": f"o{n}", "input": f"Question {n}", "text": f"Answer {n}"} for n in range(1, 41)
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


class Trial:
    """One server with its own store, and what a test asks of it."""

    def __init__(self, folder: Path, items: list[dict[str, Any]], settings: dict[str, Any]) -> None:
        self.store = folder / "store.jsonl"
        (folder / "items.json").write_text(json.dumps(items))
        env = {"CARD_STORE": str(self.store), "CARD_ITEMS": str(folder / "items.json")}
        self.server = Server(PAGE, env | {"CARD_SETTINGS": json.dumps(settings)})

    def events(self) -> list[dict[str, Any]]:
        lines = self.store.read_text().splitlines() if self.store.exists() else []
        return [json.loads(line) for line in lines]

    def graded(self) -> list[tuple[str, str]]:
        return [(event["output_id"], event["value"]) for event in self.events()]

    def wait_for(self, n: int, seconds: float = 15) -> list[dict[str, Any]]:
        """The events, once n are stored."""
        end = time.monotonic() + seconds
        while len(self.events()) < n and time.monotonic() < end:
            time.sleep(0.02)
        return self.events()


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Callable[..., Trial]]:
    trials: list[Trial] = []

    def make(items: list[dict[str, Any]] = PLAIN, **settings: Any) -> Trial:
        trials.append(Trial(tmp_path, items, settings))
        trials[-1].server.start()
        return trials[-1]

    yield make
    for one in trials:
        one.server.stop()


# The policy that the app sends. Every journey runs under it, and none may violate it.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; "
    "connect-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'self'"
)


def under_policy(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, headers=answer.headers | {"content-security-policy": POLICY})


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []
    violations: list[str] = []

    def note(message: ConsoleMessage) -> None:
        is_streamlits_own = "Executing inline script" in message.text  # a flag for crawlers
        if "Content Security Policy" in message.text and not is_streamlits_own:
            violations.append(message.text)

    def make(trial: Trial, **options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.route(trial.server.url, under_policy)
        page.on("console", note)
        page.goto(trial.server.url)
        expect(page.locator(".card")).to_be_visible(timeout=20_000)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not violations


def shown(page: Page) -> str:
    return str(page.locator(".card").get_attribute("data-output-id"))


def expect_shown(page: Page, output_id: str) -> None:
    expect(page.locator(".card")).to_have_attribute("data-output-id", output_id)


def expect_status(page: Page, state: str, timeout: float = 10_000) -> None:
    status = page.locator(".card .status")
    expect(status).to_have_attribute("data-state", state, timeout=timeout)


def test_each_paced_press_grades_the_output_that_was_shown(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    expect(page.locator(".place")).to_have_text("1 / 40")
    seen = []
    for key, value in [("p", "pass"), ("Shift+F", "fail"), ("3", "unsure"), ("s", "skipped")] * 3:
        seen.append((shown(page), value))
        page.keyboard.press(key)
        page.wait_for_timeout(80)
    one.wait_for(12)
    assert one.graded() == seen
    assert [output for output, _ in seen] == [f"o{n}" for n in range(1, 13)]
    expect_status(page, "saved")
    event = one.events()[0]
    assert event["seconds"] > 0
    assert event["shown_at"].startswith("20")


def test_a_burst_of_six_keys_shows_six_and_stores_six(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    for _ in range(6):
        page.keyboard.press("p")
        page.wait_for_timeout(30)
    expect_shown(page, "o7")
    one.wait_for(6)
    page.wait_for_timeout(500)
    assert one.graded() == [(f"o{n}", "pass") for n in range(1, 7)]


def test_presses_beyond_what_is_loaded_are_refused_on_screen_and_stored_for_nothing(
    trial: Any, visit: Any
) -> None:
    one = trial(PLAIN[:20])
    page = visit(one)
    for _ in range(25):
        page.keyboard.press("p")
    expect_status(page, "saved")
    page.wait_for_timeout(500)
    stored = one.graded()
    assert len(stored) == len({output for output, _ in stored}) >= 11
    if len(stored) < 20:
        expect_shown(page, f"o{len(stored) + 1}")


def test_a_held_key_grades_once(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    for _ in range(12):
        page.keyboard.down("p")
    page.keyboard.up("p")
    page.wait_for_timeout(600)
    assert one.graded() == [("o1", "pass")]
    expect_shown(page, "o2")


def test_a_held_f_types_nothing_into_the_note(trial: Any, visit: Any) -> None:
    page = visit(trial())
    for _ in range(5):
        page.keyboard.down("f")
    page.keyboard.up("f")
    expect(page.get_by_label("What is wrong")).to_have_value("")
    page.keyboard.press("f")
    expect(page.get_by_label("What is wrong")).to_have_value("f")


def test_undo_takes_back_the_latest_grade_and_shows_its_output_again(
    trial: Any, visit: Any
) -> None:
    one = trial()
    page = visit(one)
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect_shown(page, "o3")
    page.keyboard.press("z")
    expect_shown(page, "o2")
    first, second, undone = one.wait_for(3)
    assert (undone["value"], undone["output_id"]) == ("undone", "o2")
    assert undone["supersedes"] == second["client_id"]
    page.keyboard.press("z")
    expect_shown(page, "o1")
    assert one.wait_for(4)[3]["supersedes"] == first["client_id"]
    page.keyboard.press("z")
    expect(page.get_by_text("There is nothing to take back.")).to_be_visible()


def test_undo_works_after_a_reload(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    for _ in range(8):
        page.keyboard.press("p")
    expect_status(page, "saved")
    page.reload()
    expect_shown(page, "o9")
    page.keyboard.press("z")
    expect_shown(page, "o8")
    events = one.wait_for(9)
    assert events[8]["supersedes"] == events[7]["client_id"]


def test_fail_is_stored_at_once_and_its_note_when_it_is_written(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    page.keyboard.press("f")
    (fail,) = one.wait_for(1)
    assert (fail["value"], fail["note"]) == ("fail", "")
    expect_shown(page, "o1")
    page.keyboard.type("The year is wrong, p u z")
    page.keyboard.press("Enter")
    expect_shown(page, "o2")
    noted = one.wait_for(2)[1]
    assert (noted["output_id"], noted["value"]) == ("o1", "fail")
    assert noted["note"] == "The year is wrong, p u z"
    assert noted["supersedes"] == fail["client_id"]
    page.keyboard.press("z")
    expect_shown(page, "o1")
    taken_back = {event["supersedes"] for event in one.wait_for(4)[2:]}
    assert taken_back == {fail["client_id"], noted["client_id"]}


def test_escape_goes_on_without_a_note_but_asks_before_it_drops_text(
    trial: Any, visit: Any
) -> None:
    one = trial()
    page = visit(one)
    page.keyboard.press("f")
    page.keyboard.press("Escape")
    expect_shown(page, "o2")
    page.keyboard.press("f")
    page.keyboard.type("hm")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Press Esc once more")).to_be_visible()
    page.keyboard.press("Escape")
    expect_shown(page, "o3")
    assert [event["note"] for event in one.wait_for(2)] == ["", ""]


def test_a_note_written_first_is_stored_with_the_grade(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    page.keyboard.press("n")
    page.keyboard.type("good tone")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Note for your grade: good tone")).to_be_visible()
    page.keyboard.press("p")
    expect_shown(page, "o2")
    (event,) = one.wait_for(1)
    assert (event["value"], event["note"]) == ("pass", "good tone")


def test_looking_back_and_grading_again_supersedes_the_earlier_grade(
    trial: Any, visit: Any
) -> None:
    one = trial()
    page = visit(one)
    page.keyboard.press("p")
    page.keyboard.press("p")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("k")
    expect_shown(page, "o1")
    expect(page.get_by_role("button", name="Pass")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("u")
    events = one.wait_for(3)
    assert (events[2]["output_id"], events[2]["value"]) == ("o1", "unsure")
    assert events[2]["supersedes"] == events[0]["client_id"]
    expect_shown(page, "o3")


def test_grades_pressed_while_the_server_is_down_are_stored_once_after_it_returns(
    trial: Any, visit: Any
) -> None:
    one = trial()
    page = visit(one)
    page.keyboard.press("p")
    one.wait_for(1)
    expect_status(page, "saved")
    one.server.stop()
    for _ in range(3):
        page.keyboard.press("p")
        page.wait_for_timeout(100)
    page.keyboard.press("f")
    page.keyboard.type("written while offline")
    page.keyboard.press("Enter")
    expect_status(page, "failing")
    expect(page.locator(".status")).to_have_text("5 not saved – retrying")
    one.server.start()
    expect_status(page, "saved", timeout=40_000)
    page.wait_for_timeout(1000)
    assert one.graded() == [
        *((f"o{n}", "pass") for n in range(1, 5)),
        ("o5", "fail"),
        ("o5", "fail"),
    ]
    assert one.events()[-1]["note"] == "written while offline"
    expect_shown(page, "o6")


def test_a_reload_while_the_server_is_down_loses_nothing(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    one.server.stop()
    page.keyboard.press("p")
    page.keyboard.press("u")
    page.keyboard.press("f")
    page.keyboard.type("half a note")
    one.server.start()
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect_status(page, "saved", timeout=30_000)
    assert one.graded() == [("o1", "pass"), ("o2", "unsure"), ("o3", "fail")]
    expect(page.get_by_label("What is wrong")).to_have_value("half a note")
    page.keyboard.press("Enter")
    assert one.wait_for(4)[3]["note"] == "half a note"


def test_a_long_outage_neither_stops_the_grading_nor_takes_words_out_of_a_note(
    trial: Any, visit: Any
) -> None:
    one = trial()
    page = visit(one)
    one.server.stop()
    page.keyboard.press("f")
    words = "typed slowly, all through the outage: pass fail unsure undo " * 2
    page.keyboard.type(words, delay=80)
    expect(page.get_by_label("What is wrong")).to_have_value(words)
    page.keyboard.press("Enter")
    page.keyboard.press("p")
    expect_shown(page, "o3")
    one.server.start()
    expect_status(page, "saved", timeout=60_000)
    assert one.graded() == [("o1", "fail"), ("o1", "fail"), ("o2", "pass")]


def test_the_browser_warns_before_an_unsaved_tab_closes(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    one.server.stop()
    page.keyboard.press("p")
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog", timeout=5000) as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    one.server.start()
    expect_status(page, "saved", timeout=30_000)
    page.close(run_before_unload=True)
    assert page.is_closed() or page.wait_for_event("close")


def test_a_grade_that_can_never_be_stored_is_said_so_and_not_sent_for_ever(
    trial: Any, visit: Any
) -> None:
    one = trial([{"output_id": "gone", "text": "about to be deleted"}, *PLAIN])
    page = visit(one)
    page.keyboard.press("p")
    expect(page.get_by_text("could not be stored: this output was deleted")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect_status(page, "ready")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".notice")).to_be_hidden()


# Notes what was on screen in the moment of each key, before the card hears of it.
WITNESS = """() => {
  window.seen = [];
  window.addEventListener("keydown", (event) => {
    const host = document.querySelector("[data-testid=stBidiComponentIsolated]");
    const card = host.shadowRoot.querySelector(".card");
    window.seen.push([card.dataset.outputId ?? null, event.key]);
  }, true);
}"""
VALUES = {"p": "pass", "F": "fail", "u": "unsure", "s": "skipped"}


@pytest.mark.parametrize("seed", [1, 2])
def test_in_a_hail_of_keys_every_grade_is_on_the_output_that_was_on_screen(
    trial: Any, visit: Any, seed: int
) -> None:
    draw = random.Random(seed)
    one = trial([*PLAIN, *({"output_id": f"x{n}", "text": f"More {n}"} for n in range(100))])
    page = visit(one)
    page.evaluate(WITNESS)
    for n in range(90):
        keys = ["p", "u", "s", "Shift+F", "z", "ArrowLeft", "ArrowRight"]
        page.keyboard.press(draw.choices(keys, [6, 3, 2, 3, 2, 1, 1])[0])
        page.wait_for_timeout(draw.choice([0, 0, 5, 20, 60]))
        if n == 45 and seed == 2:
            one.server.stop()
            one.server.start()
    expect_status(page, "saved", timeout=40_000)
    page.wait_for_timeout(300)
    meant = [
        (output, VALUES[key]) for output, key in page.evaluate("seen") if key in VALUES and output
    ]
    assert [grade for grade in one.graded() if grade[1] != "undone"] == meant
    ids = [event["client_id"] for event in one.events()]
    assert len(ids) == len(set(ids))


HOSTILE = [
    "<img src=http://evil.example/a.png onerror=alert(1)><script>alert(2)</script>",
    "![x](http://evil.example/b.png) [click](javascript:alert(3)) <http://evil.example/c>\n\n# h",
    '{"a": "<img src=http://evil.example/d.png onerror=alert(4)>", "__proto__": {"b": 1}}',
    "right\u202eleft\u200b zero \x07 bell \U000e0041 tag, "
    "fine: \U0001f468\u200d\U0001f467 ❤\ufe0f می\u200cخواهم",
    "| a |\n|---|\n| <iframe src=http://evil.example/e></iframe> |\n\n```\n<style>*{}</style>\n",
]


def test_hostile_content_is_inert_and_what_hides_is_shown(trial: Any, visit: Any) -> None:
    hostile = [
        {"output_id": f"h{n}", "text": text, "input": text, "context": text,
         "conversation": [["<b>user</b>", text]], "metadata": {text: text}, "reason_for_pick": text}
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip
    one = trial(hostile)
    page = visit(one)
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: asked.append(_outside(request, one.server.url)))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for n, text in enumerate(HOSTILE):
        expect_shown(page, f"h{n}")
        for button in page.locator(".formats button").all():
            button.click()
        card = page.locator(".card")
        assert card.locator("img, iframe, script, a, object, embed, style, svg").count() == 0
        if "<img" in text:
            expect(card.locator(".output")).to_contain_text("onerror=alert(")
        if "\u202e" in text:
            chips = card.locator(".output .chip").all_text_contents()
            assert chips == ["U+202E", "U+200B", "BEL", "U+E0041"]
        page.keyboard.press("Shift+F")
        page.wait_for_timeout(150)
    assert not dialogs
    assert not [url for url in asked if url]


def _outside(request: Request, home: str) -> str:
    inside = request.url.startswith((home, home.replace("http", "ws"), "data:", "blob:"))
    return "" if inside else request.url


MARKDOWN = (
    "# Title\n\nSome **bold**, *italic* and `code`.\n\n1. one\n2. two\n   - deep\n\n> quoted\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint(1)\n```\n\n[words](http://x.example/y)"
)


def test_markdown_and_json_are_laid_out_and_can_be_read_raw(trial: Any, visit: Any) -> None:
    tree = '{"big": 12345678901234567890, "list": [1, 2], "deep": {"a": {"b": {"c": 1}}}}'
    one = trial([{"output_id": "m", "text": MARKDOWN}, {"output_id": "j", "text": tree}])
    page = visit(one)
    output = page.locator(".output")
    for selector in ("[role=heading]", "strong", "em", "ol > li ul li", "blockquote", "td", "pre"):
        expect(output.locator(f".markdown {selector}").first).to_be_visible()
    expect(output).to_contain_text("words (http://x.example/y)")
    output.get_by_role("button", name="Plain").click()
    expect(output.locator(".plain")).to_have_text(MARKDOWN, use_inner_text=True)
    page.keyboard.press("p")
    expect(output.locator(".json")).to_contain_text("12345678901234567890")
    output.get_by_role("button", name="Plain").click()
    expect(output.locator(".plain")).to_have_text(tree)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_sees_all_buttons_and_never_scrolls_sideways(
    trial: Any, visit: Any, scheme: str
) -> None:
    wide = (
        "x" * 400 + "\n\n```\n" + "y" * 400 + "\n```\n\n|" + "wide cell|" * 30 + "\n|" + "--|" * 30
    )
    one = trial([{"output_id": "w", "text": wide, "input": "z" * 500}, *PLAIN])
    page = visit(one, viewport={"width": 360, "height": 740}, color_scheme=scheme, has_touch=True)
    expect(page.locator(".card")).to_have_attribute("data-theme", scheme)
    sideways = "() => document.querySelector('[data-testid=stMain]').scrollWidth"
    assert page.evaluate(sideways) <= 360
    for name in ("Pass", "Fail", "Unsure", "Skip", "Note", "Undo", "Keys"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["y"] + box["height"] <= 740
        assert box["height"] >= 40
    page.get_by_role("button", name="Fail", exact=True).tap()
    page.keyboard.type("too wide")
    assert page.evaluate(sideways) <= 360
    page.get_by_role("button", name="Save, next").tap()
    assert one.wait_for(2)[1]["note"] == "too wide"


def test_keys_typed_into_another_field_or_meant_for_the_browser_grade_nothing(
    trial: Any, visit: Any
) -> None:
    one = trial()
    page = visit(one)
    page.keyboard.press("Control+p")
    page.keyboard.press("Alt+f")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.wait_for_timeout(400)
    assert one.events() == []


def test_the_end_is_said_and_the_last_grade_can_still_be_taken_back(trial: Any, visit: Any) -> None:
    one = trial(PLAIN[:2])
    page = visit(one)
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect(page.get_by_text("All 2 graded")).to_be_visible()
    page.keyboard.press("z")
    expect_shown(page, "o2")
    page.keyboard.press("u")
    expect(page.get_by_text("All 2 graded")).to_be_visible()
    assert one.graded()[-1] == ("o2", "unsure")


def test_nothing_to_grade_is_said_with_the_next_step(trial: Any, visit: Any) -> None:
    page = visit(trial([]))
    expect(page.get_by_text("Draw a sample first")).to_be_visible()


def test_the_card_speaks_chinese(trial: Any, visit: Any) -> None:
    page = visit(trial(language="zh"))
    expect(page.get_by_role("button", name="不通过")).to_be_visible()
    words = page.locator(".card").inner_text()
    assert not re.search(r"\b(Pass|Fail|Skip|Undo|Note|Ready)\b", words)


CRITERIA = [
    {"id": "c1", "version": 1, "name": "Short", "severity": "must", "statement": "It is short."},
    {"id": "c2", "version": 3, "name": "Kind", "severity": "should", "statement": "It is kind."},
]


def test_criteria_are_graded_by_key_and_the_whole_after_them(trial: Any, visit: Any) -> None:
    one = trial(criteria=CRITERIA)
    page = visit(one)
    expect(page.locator(".mark")).to_have_count(2)
    page.keyboard.press("c")
    expect(page.locator(".mark").first).to_have_attribute("aria-current", "true")
    page.keyboard.press("f")
    expect(page.locator(".mark").nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect_shown(page, "o2")
    seen = [(e["output_id"], e["criterion_id"], e["criterion_version"], e["value"]) for e in one.wait_for(3)]  # fmt: skip
    assert seen == [("o1", "c1", 1, "fail"), ("o1", "c2", 3, "pass"), ("o1", None, None, "pass")]
    page.keyboard.press("z")
    page.keyboard.press("z")
    expect_shown(page, "o1")
    expect(page.locator(".mark").nth(1)).to_have_attribute("data-value", "none")
    taken_back = one.wait_for(5)[3:]
    assert [(e["value"], e["criterion_id"]) for e in taken_back] == [("undone", None), ("undone", "c2")]  # fmt: skip
    page.reload()
    expect(page.locator(".mark").first).to_have_attribute("data-value", "fail", timeout=20_000)


def test_redo_gives_again_what_was_taken_back(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    page.keyboard.press("u")
    expect_shown(page, "o2")
    page.keyboard.press("z")
    expect_shown(page, "o1")
    page.keyboard.press("y")
    expect_shown(page, "o2")
    assert [e["value"] for e in one.wait_for(3)] == ["unsure", "undone", "unsure"]
    page.keyboard.press("y")
    expect(page.get_by_text("There is nothing to give again.")).to_be_visible()


def test_marked_words_and_a_corrected_text_travel_with_the_grade(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    page.keyboard.press("m")
    expect(page.get_by_text("Select some words of the output first")).to_be_visible()
    page.locator(".output .text").dblclick(position={"x": 10, "y": 12})
    page.keyboard.press("m")
    expect(page.get_by_text("Marked: “Answer”")).to_be_visible()
    page.keyboard.press("o")
    field = page.get_by_label("How should this output read?")
    expect(field).to_have_value("Answer 1")
    field.press("End")
    page.keyboard.type(", said kindly")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("p")
    expect_shown(page, "o2")
    (event,) = one.wait_for(1)
    assert event["corrected_text"] == "Answer 1, said kindly"
    assert [(s["text"], s["start"], s["end"]) for s in event["spans"]] == [("Answer", 0, 6)]


def test_keys_can_be_changed_and_stay_changed(trial: Any, visit: Any) -> None:
    one = trial()
    page = visit(one)
    page.keyboard.press("?")
    page.get_by_role("button", name="Change U").click()
    page.keyboard.press("p")  # taken by pass
    expect(page.get_by_text("The key p cannot be taken")).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Change X")).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(".card")).to_be_visible(timeout=20_000)
    page.keyboard.press("u")
    page.keyboard.press("x")
    expect_shown(page, "o2")
    assert one.graded() == [("o1", "unsure")] or one.wait_for(1)[0]["value"] == "unsure"


def test_unseen_goes_to_the_first_output_without_a_grade(trial: Any, visit: Any) -> None:
    page = visit(trial())
    page.keyboard.press("p")
    expect_shown(page, "o2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect_shown(page, "o4")
    page.keyboard.press("g")
    expect_shown(page, "o2")


JUDGED = [own | {"suggestion": {"value": "fail", "reason": "It is too long."}} for own in PLAIN]


def test_the_judges_are_silent_until_the_grade_is_given(trial: Any, visit: Any) -> None:
    one = trial(JUDGED)
    page = visit(one)
    page.keyboard.press("a")
    expect(page.get_by_text("only after you have graded")).to_be_visible()
    expect(page.get_by_text("It is too long.")).to_have_count(0)
    page.keyboard.press("p")
    expect_shown(page, "o2")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("The judges: Fail. It is too long.")).to_be_visible()
    page.keyboard.press("a")
    first, second = one.wait_for(2)
    assert (first["value"], first["judge_shown"], first["agreed"]) == ("pass", False, False)
    assert (second["value"], second["judge_shown"], second["agreed"]) == ("fail", True, True)
    assert second["supersedes"] == first["client_id"]


def test_a_project_may_show_the_judges_first(trial: Any, visit: Any) -> None:
    one = trial(JUDGED, suggest_first=True)
    page = visit(one)
    expect(page.get_by_text("The judges: Fail. It is too long.")).to_be_visible()
    page.keyboard.press("a")
    expect_shown(page, "o2")
    page.keyboard.press("p")
    seen = [(e["value"], e["judge_shown"], e["agreed"]) for e in one.wait_for(2)]
    assert seen == [("fail", True, True), ("pass", True, False)]


def test_what_was_said_before_is_taken_by_key(trial: Any, visit: Any) -> None:
    one = trial(phrases=["too long", "invents a price"])
    page = visit(one)
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="invents a price")).to_be_visible()
    page.keyboard.press("Alt+2")
    page.keyboard.press("Alt+1")
    page.keyboard.press("Enter")
    expect_shown(page, "o2")
    assert one.wait_for(2)[1]["note"] == "invents a price; too long"
