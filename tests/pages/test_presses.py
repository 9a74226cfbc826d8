"""The card's door: stored before it is answered, once, and only with a token of this server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from labelcore.messages import Language
from labelcore.models import Criterion, Grade, Output, Project
from labelcore.settings import settings
from labelcore.stages import grading, projects, sampling
from labelcore.stages.grading.card import CardEvent
from labelcore.store import (
    Database,
    close_database,
    criteria as criterion_table,
    open_database,
    outputs as output_table,
)
from labelcore.workspace import Workspace
from pages.widgets import routes
from pages.widgets.grading_session import GradingSession
from tests.databases import empty_file

Send = Callable[..., Any]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Database, Project]]:
    path = empty_file(tmp_path / "app.duckdb")
    monkeypatch.setenv("LABELCORE_DB", str(path))
    settings.cache_clear()
    db = open_database(path)
    project = projects.open_project(db, "shop")
    for version in ("v1", "v2"):
        texts = [f"answer {at} of {version}" for at in range(4)]
        made = [
            Output(
                id=output_table.content_id(project.id, text, prompt_version=version),
                project_id=project.id,
                text=text,
                input=f"question {at}",
                prompt_version=version,
            )
            for at, text in enumerate(texts)
        ]
        output_table.add(db, made)
    sampling.draw_sample(Workspace(db, project), rule="random", n=8)
    yield db, project
    close_database(path)
    settings.cache_clear()


def token_of(place: tuple[Database, Project], way: Any = "single", who: str = "ann") -> str:
    return routes.route_of(GradingSession(Workspace(*place, who), "en", way)).token


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=routes.routes), raise_server_exceptions=False)


@pytest.fixture
def send(client: TestClient, place: tuple[Database, Project]) -> Send:
    def post(*events: object, have: tuple[str, ...] = (), token: str = "") -> Any:
        given = {"authorization": f"Bearer {token or token_of(place)}"}
        sent = json.dumps({"events": events, "have": have})
        return client.post(routes.PATH, content=sent, headers=given)

    return post


def press(output_id: str, client_id: str = "press-0001", **more: object) -> dict[str, object]:
    return {"client_id": client_id, "output_id": output_id, "value": "fail", **more}


def test_a_press_is_stored_and_answered_with_what_comes_next(
    send: Send, place: tuple[Database, Project]
) -> None:
    first = send().json()
    shown = first["items"][0]["output_id"]
    answer = send(press(shown, note="too long")).json()
    assert answer["acknowledged"] == ["press-0001"] and answer["refused"] == {}
    assert shown not in {item["output_id"] for item in answer["items"]}
    assert (answer["done"], answer["total"]) == (1, 8)
    (stored,) = grading.current_grades(Workspace(*place))
    assert (stored.output_id, stored.value, stored.note, stored.annotator) == (
        shown,
        "fail",
        "too long",
        "ann",
    )


def test_the_same_press_twice_is_one_grade_and_acknowledged_twice(
    send: Send, place: tuple[Database, Project]
) -> None:
    event = press(send().json()["items"][0]["output_id"])
    assert [send(event).json()["acknowledged"] for _ in range(2)] == [["press-0001"]] * 2
    assert len(grading.grade_history(Workspace(*place))) == 1


def test_what_the_browser_holds_is_not_sent_again(send: Send) -> None:
    first = send().json()
    ids = [item["output_id"] for item in first["items"]]
    answer = send(have=("en", *ids)).json()
    assert answer["messages"] is None and first["messages"]
    assert all("text" not in item for item in answer["items"]) and len(answer["items"]) == len(ids)


def test_the_person_is_the_tokens_whatever_the_body_says(send: Send, place: tuple[Database, Project]) -> None:
    shown = send().json()["items"][0]["output_id"]
    token = token_of(place, who="bob")
    answer = send(press(shown, "press-0002") | {"annotator": "eve"}, press(shown), token=token)
    assert set(answer.json()["refused"]) == {"press-0002"}
    assert [grade.annotator for grade in grading.current_grades(Workspace(*place))] == ["bob"]


@pytest.mark.parametrize("token", ["", "eyJ.no", "another.server.made.this"])
def test_without_a_token_of_this_server_nothing_is_stored(
    client: TestClient, send: Send, place: tuple[Database, Project], token: str
) -> None:
    shown = send().json()["items"][0]["output_id"]
    headers = {"authorization": f"Bearer {token}"}
    answer = client.post(routes.PATH, json={"events": [press(shown)]}, headers=headers)
    assert answer.status_code == 401
    assert client.post(routes.PATH, json={"events": [press(shown)]}).status_code == 401
    assert grading.grade_history(Workspace(*place)) == []


def test_a_malformed_press_is_refused_and_the_others_are_stored(
    send: Send, place: tuple[Database, Project]
) -> None:
    shown = send().json()["items"][0]["output_id"]
    answer = send(
        {"client_id": "half-\ud83d", "value": "pass"}, press("gone", "press-0002"), press(shown)
    ).json()
    assert answer["acknowledged"] == ["press-0001"]
    assert set(answer["refused"]) == {"half-?", "press-0002"}
    assert len(grading.grade_history(Workspace(*place))) == 1


def test_what_is_no_json_or_too_much_gets_a_clear_answer(
    client: TestClient, place: tuple[Database, Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"authorization": f"Bearer {token_of(place)}"}
    for broken in (b"{", b"[" * 50_000, b"\xff", b""):
        assert client.post(routes.PATH, content=broken, headers=headers).status_code == 400
    for deep in ("[" * 900 + "]" * 900, f'{{"events": [{"[" * 900}{"]" * 900}], "have": {{"a": [[1]]}}}}'):
        assert client.post(routes.PATH, content=deep, headers=headers).status_code == 200
    assert client.post(routes.PATH, json=[1, {}], headers=headers).status_code == 200
    monkeypatch.setattr(routes, "LARGEST", 10)
    answer = client.post(routes.PATH, json={"events": [press("o")]}, headers=headers)
    assert answer.status_code == 413


def test_a_token_of_pairs_stores_a_preference(send: Send, place: tuple[Database, Project]) -> None:
    grading.set_rules(Workspace(*place), compare=["v1", "v2"])
    token = token_of(place, "pairs")
    pair = send(token=token).json()["items"][0]
    answer = send(press(pair["output_id"]) | {"value": "left"}, token=token).json()
    assert answer["acknowledged"] == ["press-0001"] and answer["done"] == 1
    assert grading.grade_history(Workspace(*place)) == []


def test_the_page_is_asked_for_only_when_the_rules_or_the_end_change_it(
    send: Send, place: tuple[Database, Project]
) -> None:
    pages = [send().json()["page"]]
    for at in range(8):
        shown = next(item["output_id"] for item in send().json()["items"] if not item["current"])
        pages.append(send(press(shown, f"press-{at:04}")).json()["page"])
    assert len(set(pages[:8])) == 1 and pages[8] != pages[7]
    grading.set_rules(Workspace(*place), ask_criteria=True)
    assert send().json()["page"] != pages[8]


def test_a_later_answer_carries_a_later_stamp(send: Send) -> None:
    first, two = send().json(), send().json()
    assert first["epoch"] == two["epoch"] and first["stamp"] < two["stamp"]


@pytest.mark.parametrize(("language", "words"), [("en", "Due on"), ("zh", "截止")])
def test_the_deadline_is_said_in_the_language_of_the_page(
    place: tuple[Database, Project], language: Language, words: str
) -> None:
    db, project = place
    grading.set_rules(Workspace(db, project), deadline="2999-01-01")
    session = GradingSession(Workspace(db, projects.open_project(db, "shop"), "ann"), language, "single")
    assert words in session.news(()).pace


def made_elsewhere(db: Database) -> tuple[Workspace, Output, Criterion]:
    """Another project with an output, a criterion and bob's grade."""
    other = Workspace(db, projects.open_project(db, "other"), "ann")
    output = Output(id="theirs", project_id=other.project.id, text="an answer elsewhere")
    output_table.add(db, [output])
    criterion = Criterion(
        id="c-theirs", version=1, project_id=other.project.id, name="Short", statement="It is short."
    )
    criterion_table.save(db, [criterion])
    grade = Grade(
        id="grade-theirs", project_id=other.project.id, output_id="theirs", annotator="ann", value="pass"
    )
    grading.record(other, [grade])
    return other, output, criterion


def test_a_press_moves_nothing_in_another_project(send: Send, place: tuple[Database, Project]) -> None:
    other, output, criterion = made_elsewhere(place[0])
    shown = send().json()["items"][0]["output_id"]
    answer = send(
        press(output.id, "press-0001"),
        press(shown, "press-0002", criterion_id=criterion.id, criterion_version=1),
        press(shown, "press-0003", criterion_id="c-nobodys", criterion_version=1),
        press(shown, "press-0004") | {"value": "undone", "supersedes": "grade-theirs"},
        press(output.id, "press-0005") | {"value": "undone", "supersedes": "grade-theirs"},
        press(f"{shown}~2", "press-0006"),
    ).json()
    assert answer["acknowledged"] == [] and len(answer["refused"]) == 6
    assert [grade.value for grade in grading.current_grades(other)] == ["pass"]
    assert grading.grade_history(Workspace(*place)) == []


def test_what_was_asked_once_is_taken_however_late(send: Send, place: tuple[Database, Project]) -> None:
    db, project = place
    grading.set_rules(Workspace(*place), per_output=1, ask_criteria=True, repeat_share=0.5)
    criterion = Criterion(
        id="c-ours",
        version=1,
        project_id=project.id,
        name="Short",
        statement="It is short.",
        status="accepted",
    )
    criterion_table.save(db, [criterion, criterion.model_copy(update={"version": 2})])
    first, two, *_ = (item["output_id"] for item in send().json()["items"])
    assert send(press(first, "press-0001")).json()["refused"] == {}
    grading.set_rules(Workspace(*place), per_output=1, ask_criteria=False, repeat_share=0)
    sampling.draw_sample(Workspace(*place), rule="random", n=1, seed=7)
    criterion_table.save(db, [criterion.model_copy(update={"version": 3, "status": "dropped"})])
    late = send(
        press(two, "press-0002"),
        press(two, "press-0003", criterion_id="c-ours", criterion_version=1),
        press(first, "press-0004") | {"value": "undone", "supersedes": "press-0001"},
        press(f"{first.partition('~')[0]}~2", "press-0005"),
        press(first, "press-0006"),
        press(first, "press-0007") | {"value": "undone", "supersedes": "never-arrived"},
        token=token_of(place),
    ).json()
    assert late["refused"] == {} and len(late["acknowledged"]) == 6


def test_whoever_presses_fast_is_told_of_each_gold_output_and_of_none_before_its_grade(
    send: Send, place: tuple[Database, Project]
) -> None:
    texts = {"json-1": '{"total": 1}', "json-2": '{"total": 2}'}
    output_table.add(
        place[0], [Output(id=key, project_id=place[1].id, text=text) for key, text in texts.items()]
    )
    for key in texts:
        grading.set_gold(Workspace(*place, "lead"), key, "fail", reason="no date", training=True)
    rules = grading.set_rules(Workspace(*place), training=1.0, ask_fields=True)
    session = GradingSession(Workspace(place[0], rules, "ann"), "en", "single")
    cards = [item.output_id for item in session.news(()).items]
    first = texts[cards[0].partition("~")[0]]

    def pressed(*events: dict[str, object]) -> str:
        return session.news(tuple(CardEvent.model_validate(event) for event in events)).told

    assert pressed(press(cards[0], "press-0001", field="/total")) == ""
    both = press(cards[0], "press-0002") | {"value": "pass"}, press(cards[1], "press-0003")
    assert pressed(*both) == f"“{first}” was settled as a fail: no date  |  The last one was right: no date"
    assert pressed(both[0]) == "The last one was settled as a fail: no date"
