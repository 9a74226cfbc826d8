"""Models on the Judges page: an endpoint is added, tested and taken away, and its key is seen by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from labelcore import endpoint_files
from labelcore.errors import BadInput
from labelcore.llm.spending import refuse_unpriced
from labelcore.models import Criterion, Grade, Output, new_id
from labelcore.settings import settings
from labelcore.stages import judging, projects
from labelcore.store import (
    close_database,
    criteria as criterion_table,
    grades as grade_table,
    open_database,
    outputs as output_table,
)
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from tests.databases import empty_file
from tests.mock_endpoint import MockEndpoint, serving
from tests.pages.opening import SECONDS, healthy

PAGES = Path(__file__).parent.parent.parent / "pages"
KEY = "sk-typed-on-a-page-0123"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    path = empty_file(tmp_path / "app.duckdb")
    names = {"DB": path, "PROJECT": "shop", "ANNOTATOR": "ann", "KEYS_FILE": tmp_path / "keys.json"}
    for name, value in names.items():
        monkeypatch.setenv(f"LABELCORE_{name}", str(value))
    monkeypatch.setattr(shell, "is_here", lambda: True)
    settings.cache_clear()
    db = open_database(path)
    workspace = Workspace(db, projects.open_project(db, "shop"))
    prices = {"id": "c1", "name": "Prices", "statement": "No invented price.", "status": "accepted"}
    criterion_table.save(db, [Criterion(project_id=workspace.project.id, version=1, **prices)])
    yield workspace
    close_database(path)
    settings.cache_clear()


@pytest.fixture
def mock() -> Iterator[tuple[MockEndpoint, str]]:
    with serving() as found:
        yield found


def opened(language: str = "") -> AppTest:
    app = AppTest.from_file(PAGES / "5_judging.py", default_timeout=SECONDS)
    app.query_params[keys.JUDGE_VIEW] = "models"
    if language:
        app.query_params[keys.LANGUAGE] = language
    return healthy(app.run())


def fill(app: AppTest, address: str, name: str = "near", **terms: float) -> AppTest:
    app.radio(key=keys.ENDPOINT_KEEP).set_value("file").run()
    app.text_input(key=keys.ENDPOINT_ADDRESS).set_value(address)
    app.text_input(key=keys.ENDPOINT_MODEL).set_value("mock")
    app.text_input(key=keys.ENDPOINT_NAME).set_value(name)
    app.text_input(key=keys.ENDPOINT_KEY).set_value(KEY)
    for term, value in terms.items():
        app.number_input(key=f"{keys.ENDPOINT_TERMS}-{term}").set_value(value)
    return app.button(key="endpoint-save").click().run()


def text_of(app: AppTest) -> str:
    elements = [*app.markdown, *app.success, *app.error, *app.info, *app.text]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def test_an_endpoint_is_added_tested_and_taken_away(place: Workspace, mock: tuple[MockEndpoint, str]) -> None:
    endpoint, url = mock
    app = healthy(fill(opened(), url))
    assert app.success[0].value == "near is added\\. Test it next\\."
    assert settings().all_endpoints["near"].key == KEY and settings().has_model
    assert KEY not in str(app.session_state._state.filtered_state) and KEY not in text_of(app)
    assert KEY not in endpoint_files.beside(settings().db).read_text()
    endpoint.answer = {"harbour_code": 3, "tide_word": "ebb"}
    healthy(app.button(key="endpoint-test-near").click().run())
    shown = text_of(app)
    for words in ("It answers and enforces schemas.", "Batches: yes", "it says that it is 'mock-1'"):
        assert words in shown
    app = healthy(fill(app, url))
    assert "It answers" not in text_of(app), "what was tested was the endpoint of before"
    healthy(app.button(key="endpoint-remove-near").click().run())
    assert not settings().has_model and KEY not in (settings().keys_file).read_text()


def test_a_model_on_a_machine_of_ones_own_gets_minutes_for_a_call_which_can_be_changed(
    place: Workspace, mock: tuple[MockEndpoint, str]
) -> None:
    """A small model takes longer than the minute that the form could not change."""
    app = opened()
    typed = {"price_in": 0.25, "price_cached": 0.1, "window": 4_096, "tokens_per_minute": 9.0}
    for name, value in typed.items():
        app.number_input(key=f"{keys.ENDPOINT_TERMS}-{name}").set_value(value)
    seconds = f"{keys.ENDPOINT_TERMS}-call_timeout"
    calls = f"{keys.ENDPOINT_TERMS}-concurrency"
    assert app.number_input(key=calls).value == 2, "a server on this machine answers one after the other"
    assert app.number_input(key=seconds).value == 300
    app.selectbox(key=keys.ENDPOINT_SERVER).set_value("OpenAI").run()
    assert app.number_input(key=calls).value == 16
    assert app.number_input(key=seconds).value == 60
    for name in (*typed, "price_out"):
        term = app.number_input(key=f"{keys.ENDPOINT_TERMS}-{name}")
        assert term.value is None, f"{name} was another server's"
    healthy(fill(app, mock[1], call_timeout=240.0))
    assert settings().all_endpoints["near"].call_timeout == 240


def test_a_server_on_this_machine_costs_nothing_unless_somebody_says_so(
    place: Workspace, mock: tuple[MockEndpoint, str]
) -> None:
    app = opened()
    price = app.number_input(key=f"{keys.ENDPOINT_TERMS}-price_in")
    assert (price.value, price.placeholder) == (None, "All empty: 0 on this machine"), (
        "one alone is half a price"
    )
    app = healthy(fill(app, mock[1]))
    near = settings().all_endpoints["near"]
    assert (near.price_in, near.price_out, near.cost(10, 5)) == (0, 0, 0)
    assert "free of charge" in text_of(app)
    app.selectbox(key=keys.ENDPOINT_SERVER).set_value("OpenAI").run()
    healthy(fill(app, mock[1], price_out=2.0))
    near = settings().all_endpoints["near"]
    assert (near.price_in, near.price_out) == (None, 2.0)


def test_what_is_free_on_this_machine_is_not_so_elsewhere_unless_somebody_says_so(place: Workspace) -> None:
    """A limit held nothing where the price of the server that was chosen stayed for another one's address."""
    app = healthy(fill(opened(), "http://models.example/v1", "far"))
    far = settings().all_endpoints["far"]
    assert (far.price_in, far.price_out) == (None, None) and "no price set" in text_of(app)
    with pytest.raises(BadInput, match="a spending limit cannot hold"):
        refuse_unpriced([far])
    healthy(fill(app, "http://models.example/v1", "free", price_in=0.0, price_out=0.0))
    assert settings().all_endpoints["free"].cost(10, 5) == 0


@pytest.mark.parametrize(
    ("term", "value", "label"),
    [
        ("requests_per_minute", 0.0, "Requests a minute"),
        ("tokens_per_minute", 0.0, "Tokens a minute"),
        ("call_timeout", 0.0, "Seconds after which a call is given up"),
        ("concurrency", 1001, "Calls at once"),
        ("window", 0, "Tokens that the model reads at most"),
    ],
)
def test_a_number_that_a_limit_cannot_be_is_refused_by_its_name(
    place: Workspace, term: str, value: float, label: str
) -> None:
    app = fill(opened(), "http://localhost:9/v1", **{term: value})
    assert not app.exception and f"'{label}' does not take what was typed" in text_of(app)
    assert not settings().has_model


def test_what_is_wrong_is_a_sentence_and_the_key_is_gone_all_the_same(place: Workspace) -> None:
    app = opened()
    for address in ("ftp://house/v1", "http://localhost：11434/v1", "http://[::1/v1", "http://[foo]/v1"):
        app = fill(app, address)
        assert not app.exception and "is not the address of an endpoint" in text_of(app)
        assert app.text_input(key=keys.ENDPOINT_ADDRESS).value == address, "what else was typed stays"
    assert app.text_input(key=keys.ENDPOINT_KEY).value == ""
    assert not settings().has_model


def test_hostile_words_of_an_endpoint_are_not_formatted(
    place: Workspace, mock: tuple[MockEndpoint, str]
) -> None:
    endpoint, url = mock
    endpoint.name = "![x](http://evil/x.png) <b>bold</b>"
    app = healthy(fill(opened(), url))
    healthy(app.button(key="endpoint-test-near").click().run())
    written = [element.value for element in app.markdown if "evil" in element.value]
    assert written and all("![" not in value and "<b>" not in value for value in written)


def test_without_a_model_pages_say_what_one_would_add_and_lead_here(place: Workspace) -> None:
    for file in ("4_deriving.py", "5_judging.py"):
        app = AppTest.from_file(PAGES / file, default_timeout=SECONDS)
        app.query_params[keys.ROLE] = "engineer"
        assert "A model would" in text_of(healthy(app.run())), file
    assert "尚未接入模型" in text_of(opened("zh"))


def test_judges_are_made_for_an_endpoint_a_variant_and_a_number_of_examples(
    place: Workspace, mock: tuple[MockEndpoint, str]
) -> None:
    outputs = [
        Output(id=f"o{n}", project_id=place.project.id, text=f"Text number {n} of all.") for n in range(12)
    ]
    output_table.add(place.db, outputs)
    grade_table.record(
        place.db,
        [
            Grade(
                id=new_id("grade"),
                project_id=place.project.id,
                output_id=output.id,
                annotator="ann",
                value="fail" if n % 2 else "pass",
            )
            for n, output in enumerate(outputs)
        ],
    )
    app = healthy(fill(opened(), mock[1]))
    healthy(fill(app, mock[1], "second"))
    boxes = {box.label: box for box in app.selectbox}
    boxes["Endpoint"].set_value("second")
    boxes["The prompt emphasises"].set_value("strict")
    app.slider[0].set_value(1)
    healthy(app.button(key="endpoint-propose").click().run())
    (made,) = [judge for judge in judging.active_judges(place) if judge.criterion_id]
    assert made.name == "Prices · mock (second, strict, examples: 1)"
    assert (made.spec["endpoint"], made.spec["variant"]) == ("second", "strict")
    assert made.spec["address"] == settings().all_endpoints["second"].address
