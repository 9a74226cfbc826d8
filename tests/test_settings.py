"""Endpoints from the environment and from files; keys stay where they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from labelcore.errors import BadInput, ModelTrouble
from labelcore.llm import Answerer, endpoint_for
from labelcore.settings import Settings, settings

SMALL = {"base_url": "http://small/v1", "model": "small-1", "price_in": 0.1, "concurrency": 64}
BIG = {"base_url": "http://big/v1", "model": "big-1", "api_key_env": "BIG_KEY", "tokens_per_minute": 90_000}


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    def configure(**names: str) -> Settings:
        for name, value in names.items():
            monkeypatch.setenv(f"LABELCORE_{name}", value)
        settings.cache_clear()
        return settings()

    return configure


def test_several_endpoints_come_as_json(configured: Callable[..., Settings]) -> None:
    found = configured(
        ENDPOINTS=json.dumps({"small": SMALL, "big": BIG}), MODEL="m", API_KEY="k"
    ).all_endpoints
    assert list(found) == ["default", "small", "big"]
    assert (found["small"].name, found["small"].concurrency, found["big"].tokens_per_minute) == (
        "small",
        64,
        90_000,
    )


def test_half_a_price_is_none_wherever_it_stands(configured: Callable[..., Settings], tmp_path: Path) -> None:
    place = tmp_path / "endpoints.toml"
    place.write_text("[filed]\nmodel = 'f'\nprice_out = 2\n")
    named = {"MODEL": "m", "API_KEY": "k", "PRICE_IN": "1", "ENDPOINTS": json.dumps({"small": SMALL})}
    found = configured(ENDPOINTS_FILE=str(place), **named).all_endpoints
    assert [found[name].cost(10, 10) for name in ("default", "small", "filed")] == [None, None, None]


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_or_from_a_file(configured: Callable[..., Settings], tmp_path: Path, suffix: str) -> None:
    place = tmp_path / f"endpoints.{suffix}"
    toml = "[small]\nbase_url = 'http://small/v1'\nmodel = 'small-1'\n"
    place.write_text(toml if suffix == "toml" else json.dumps({"small": SMALL}))
    found = configured(ENDPOINTS_FILE=str(place))
    assert found.all_endpoints["small"].model == "small-1"
    assert found.model == "small-1" and found.has_model, "the first one is the default"
    assert found.default_endpoint.name == "small"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ENDPOINTS", "{not json", "JSON"),
        ("ENDPOINTS", '{"a": {"base_url": "x"}}', "endpoints.a.model"),
        ("ENDPOINTS", '{"a": {"model": "m", "concurency": 3}}', "concurency"),
        ("ENDPOINTS_FILE", "/nowhere/e.toml", "cannot be read"),
        ("CONCURRENCY", "0", "LABELCORE_CONCURRENCY|concurrency"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    configured: Callable[..., Settings], name: str, value: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        configured(**{name: value})


def test_no_error_and_no_description_shows_a_key(configured: Callable[..., Settings]) -> None:
    secret = "sk-very-secret"
    with pytest.raises(BadInput) as trouble:
        configured(ENDPOINTS=json.dumps({"a": {"api_key": secret, "modell": "m"}}))
    assert secret not in str(trouble.value) and trouble.value.__cause__ is None
    found = configured(ENDPOINTS=json.dumps({"a": {"api_key": secret, "model": "m"}}))
    assert secret not in repr(found) and secret not in found.model_dump_json()
    assert found.all_endpoints["a"].key == secret


def test_a_key_can_stay_in_a_variable_of_its_own(
    configured: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = configured(ENDPOINTS=json.dumps({"big": BIG})).endpoints["big"]
    with pytest.raises(ModelTrouble, match="BIG_KEY is not set"):
        _ = endpoint.key
    monkeypatch.setenv("BIG_KEY", "k2")
    assert endpoint.key == "k2"


def test_a_judge_is_answered_by_whom_it_names_or_who_has_its_model(
    configured: Callable[..., Settings],
) -> None:
    configured(ENDPOINTS=json.dumps({"small": SMALL, "big": BIG}), MODEL="m", API_KEY="k")
    assert endpoint_for(Answerer("big-1")).name == "big"
    assert endpoint_for(Answerer("m")).name == "default"
    named = endpoint_for(Answerer("pinned-0", "small"))
    assert (named.name, named.model) == ("small", "pinned-0")
    assert endpoint_for(Answerer("gone")).model == "gone", "a judge's model is pinned"
    with pytest.raises(ModelTrouble, match="'away', which is not configured"):
        endpoint_for(Answerer(endpoint="away"))
