"""Endpoints that people add: beside the database, their keys where only their owner finds them."""

from __future__ import annotations

import json
import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from labelcore import endpoint_files
from labelcore.cli import main
from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, LabelcoreError, ModelTrouble, NotAllowed, NotFound
from labelcore.llm.spending import refuse_unpriced
from labelcore.messages.catalogue import speaking
from labelcore.messages.lines.endpoints import term_words
from labelcore.models import Role
from labelcore.settings import Endpoint, settings, working_on
from labelcore.stages.judging.running.endpoints import EndpointOrder, add_endpoint, remove_endpoint
from labelcore.store import audit
from labelcore.workspace import Workspace
from tests.mock_endpoint import serving

KEY = "sk-a-secret-0123456789"
HERE = EndpointOrder(model="m", address="http://localhost:11434/v1")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, value in (("DB", tmp_path / "a.duckdb"), ("KEYS_FILE", tmp_path / "keys" / "keys.json")):
        monkeypatch.setenv(f"LABELCORE_{name}", str(value))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_an_empty_key_is_told_as_such(workspace: Workspace) -> None:
    for typed in ("", "  \n"):
        with pytest.raises(BadInput, match="key is empty"):
            add_endpoint(workspace, "near", order=HERE, key=SecretStr(typed))


def test_what_is_added_is_asked_by_all_that_work_on_the_database_and_survives(
    workspace: Workspace, place: Path
) -> None:
    assert not settings().has_model
    add_endpoint(workspace, "near", order=HERE)
    add_endpoint(workspace, "far", order=EndpointOrder(model="gpt", price_in=2, price_cached=0.5))
    settings.cache_clear()
    assert settings().has_model and settings().default_endpoint.name == "near"
    far = settings().all_endpoints["far"]
    assert (far.model, far.price_in, far.price_cached, far.address) == (
        "gpt",
        2,
        0.5,
        "https://api.openai.com/v1",
    )
    add_endpoint(workspace, "far", order=EndpointOrder(model="gpt"), first=True)
    assert settings().default_endpoint.name == "far"
    with working_on(place / "other.duckdb"):
        assert not settings().has_model, "another database has other settings"
    assert settings().has_model


def test_the_environment_goes_first_and_cannot_be_changed_here(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_endpoint(workspace, "near", order=HERE)
    fixed = {"base_url": "http://fixed/v1", "model": "fixed"}
    monkeypatch.setenv("LABELCORE_ENDPOINTS", json.dumps({"near": fixed}))
    settings.cache_clear()
    assert settings().all_endpoints["near"].model == "fixed"
    monkeypatch.setenv("LABELCORE_ENDPOINTS", json.dumps({"set": fixed}))
    settings.cache_clear()
    for name in ("set", "default"):
        with pytest.raises(BadInput, match="set by the environment"):
            add_endpoint(workspace, name, order=HERE)
    with pytest.raises(NotFound):
        remove_endpoint(workspace, "set")


def test_a_key_in_a_file_is_for_its_owner_alone_and_refused_once_others_may_read_it(
    workspace: Workspace, place: Path
) -> None:
    made = add_endpoint(workspace, "near", order=HERE, key=SecretStr(f"{KEY}\n"))
    file = place / "keys" / "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert made.key == KEY and settings().all_endpoints["near"].key == KEY
    assert [path.name for path in file.parent.iterdir()] == ["keys.json"], "nothing half written is left"
    file.chmod(0o640)
    with pytest.raises(ModelTrouble, match="can be read by others"):
        _ = made.key
    with pytest.raises(LabelcoreError, match="can be read by others"):
        add_endpoint(workspace, "near", order=HERE, key=SecretStr("another-key-000"))
    file.chmod(0o600)
    remove_endpoint(workspace, "near")
    assert KEY not in file.read_text()


def test_a_link_in_the_place_of_the_keys_is_not_followed(workspace: Workspace, place: Path) -> None:
    (place / "keys").mkdir()
    (place / "else.json").write_text("{}")
    (place / "keys" / "keys.json").symlink_to(place / "else.json")
    with pytest.raises(BadInput, match="cannot be used"):
        add_endpoint(workspace, "near", order=HERE, key=SecretStr(KEY))
    assert (place / "else.json").read_text() == "{}"


@pytest.mark.parametrize("keep", ["file", "keyring"])
def test_a_key_is_nowhere_but_in_its_place(
    workspace: Workspace, place: Path, caplog: pytest.LogCaptureFixture, keep: str, keyring_here: None
) -> None:
    with caplog.at_level(logging.DEBUG):
        made = add_endpoint(workspace, "near", order=HERE, key=SecretStr(KEY), keep=keep)
        listed = execute(workspace.db, Request(operation="endpoints list", project="test"))
    assert settings().all_endpoints["near"].key == KEY
    shown = f"{made!r} {made.document()} {listed.document} {listed.lines} {settings()!r} {caplog.text}"
    assert KEY not in shown and made.document()["key_in"] == keep
    assert KEY not in endpoint_files.beside(settings().db).read_text()
    events = audit.all_of(workspace.db, workspace.project.id, ["endpoints add"])
    assert len(events) == 1 and "http://localhost" in str(events) and KEY not in str(events)
    for table in workspace.db.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal"):
        assert KEY not in str(workspace.db.rows(f"FROM {table[0]}"))


@pytest.fixture
def keyring_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A keyring in memory, as a system's would be."""
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 5

        kept: ClassVar[dict[tuple[str, str], str]] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            del self.kept[service, username]

    before = keyring.get_keyring()
    Memory.kept.clear()
    memory: type[Any] = Memory  # the package has no types
    keyring.set_keyring(memory())
    yield
    keyring.set_keyring(before)


def test_without_a_keyring_that_is_said_with_what_else_there_is(workspace: Workspace) -> None:
    keyring = pytest.importorskip("keyring")
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.core.load_keyring("keyring.backends.fail.Keyring"))
    try:
        with pytest.raises(BadInput, match="keyring of the system cannot be used") as refused:
            add_endpoint(workspace, "near", order=HERE, key=SecretStr(KEY), keep="keyring")
    finally:
        keyring.set_keyring(before)
    assert "a variable or a file" in refused.value.next_step
    assert not settings().has_model, "nothing was added"


def test_an_endpoint_that_is_led_elsewhere_does_not_take_its_key_along(workspace: Workspace) -> None:
    add_endpoint(workspace, "near", order=HERE, key=SecretStr(KEY))
    priced = HERE.model_copy(update={"price_in": 3.0})
    assert add_endpoint(workspace, "near", order=priced).key == KEY, "the address is the same"
    elsewhere = HERE.model_copy(update={"address": "http://elsewhere.example/v1"})
    assert add_endpoint(workspace, "near", order=elsewhere).key == "none"
    file = endpoint_files.beside(settings().db)
    table = json.loads(file.read_text())
    table["near"]["key_in"] = "file"  # as somebody's hand might
    file.write_text(json.dumps(table))
    settings.cache_clear()
    with pytest.raises(ModelTrouble, match="none is kept for http://elsewhere"):
        _ = settings().all_endpoints["near"].key


@pytest.mark.parametrize(
    "address",
    [
        *("localhost:11434", "ftp://a/v1", "file:///etc/passwd", "http://", "http:// a/v1", "http://a\n/v1"),
        *("http://u:p@a/v1", "http://a/v1?key=sk-1", "http://a/v1#x", "http://a:99999/v1", "javascript:a(1)"),
    ],
)
def test_only_a_web_address_without_a_secret_is_taken(workspace: Workspace, address: str) -> None:
    with pytest.raises(BadInput) as refused:
        add_endpoint(workspace, "near", order=EndpointOrder(model="m", address=address))
    assert "sk-1" not in str(refused.value) and "u:p" not in str(refused.value)
    assert not settings().has_model


def test_the_address_of_the_environment_is_shown_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELCORE_BASE_URL", "https://me:secret@House.example:443/v1/?k=secret")
    monkeypatch.setenv("LABELCORE_MODEL", "m")
    settings.cache_clear()
    shown = settings().default_endpoint
    assert shown.address == shown.document()["base_url"] == "https://house.example/v1"


def test_who_may_add_and_what_they_may_name(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_KEY", KEY)
    assert add_endpoint(workspace, "near", order=HERE, key_env="THE_KEY").key == KEY
    with pytest.raises(NotAllowed):
        add_endpoint(replace(workspace, role=Role.EXPERT), "near", order=HERE)
    with pytest.raises(NotAllowed, match="From elsewhere"):
        add_endpoint(replace(workspace, here=False), "evil", order=HERE, key_env="THE_KEY")
    with pytest.raises(BadInput, match="not the name of a variable") as refused:
        add_endpoint(workspace, "near", order=HERE, key_env=KEY)
    assert KEY not in str(refused.value)
    for name in ("", "a b", "../x", "x" * 41, "<b>"):
        with pytest.raises(BadInput):
            add_endpoint(workspace, name, order=HERE)


@pytest.mark.whole
def test_by_command_the_key_comes_from_a_file_and_the_test_says_what_the_endpoint_can(
    place: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    secret = tmp_path / "key.txt"
    secret.write_text(KEY)
    db = place / "by-command.duckdb"
    common = ["--db", str(db), "--json"]
    with serving() as (mock, url):
        mock.answer = {"harbour_code": 3, "tide_word": "ebb"}
        mock.odds = {"yes": 0.6, "no": 0.4}
        prices = ["--price-in", "1", "--price-out", "4", "--price-cached", "0.1", "--window", "8192"]
        given = ["--address", url, "--model", "mock", *prices, "--key", str(secret)]
        assert run("endpoints", "add", "near", *given, *common) == 0
        made = json.loads(capsys.readouterr().out)
        assert (made["name"], made["price_cached"], made["key_in"]) == ("near", 0.1, "file")
        assert made["window"] == 8192
        assert run("endpoints", "list", *common[:2]) == 0
        told = capsys.readouterr().out
        assert (
            "16 calls at once, reads 8,192 tokens at most, US$ 1 in, 4 out" in told and "0.1 from the" in told
        )
        assert run("endpoints", "test", "near", *common) == 0
        out = capsys.readouterr()
        (found,) = json.loads(out.out)["endpoints"]
        assert (found["answered"], found["schemas"], found["likelihoods"], found["batches"]) == (True,) * 4
        assert (found["model"], found["answered_as"], found["renamed"]) == ("mock", "mock-1", True)
        assert "says that it is 'mock-1'" in out.err and KEY not in out.out + out.err
        assert run("endpoints", "remove", "near", *common) == 0
        capsys.readouterr()
        assert run("endpoints", "list", *common) == 0
        assert json.loads(capsys.readouterr().out) == {"endpoints": []}
    assert os.environ["LABELCORE_DB"] == str(place / "a.duckdb")


def test_prices_in_chinese_stand_in_brackets_of_theirs() -> None:
    with speaking("zh"):
        *_, told = term_words(Endpoint(name="near", model="m", price_in=1, price_out=4, price_cached=0.1))
    assert told == "价格（每百万 token：输入 1 美元，输出 4 美元，缓存 0.1 美元）"


HALVES = ({"price_in": 1.0}, {"price_out": 4.0}, {"price_cached": 0.1}, {"price_in": 0.0})


@pytest.mark.parametrize("half", HALVES)
def test_half_a_price_is_none(workspace: Workspace, half: dict[str, float]) -> None:
    """What is missing counted as 0: what cost most was called free, and a limit held half of it."""
    made = add_endpoint(workspace, "near", order=HERE.model_copy(update=half))
    assert (made.priced, made.cost(10, 5), made.cost(0, 0)) == (False, None, 0)
    assert term_words(made)[-1].startswith("not known what it costs")
    far = made.model_copy(update={"base_url": "http://models.example/v1"})
    for endpoint in [far, *([made] if made.may_cost else [])]:
        with pytest.raises(BadInput, match="spending limit cannot hold") as refused:
            refuse_unpriced([endpoint])
        assert "both" in refused.value.next_step
        assert "No price is set" not in str(refused.value), "half of one is"


def run(*words: str) -> int:
    try:
        main(list(words))
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
