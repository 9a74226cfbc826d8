"""The client over real HTTP: faults are asked again, hopeless ones end with a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from labelcore.errors import ModelTrouble
from labelcore.judges.llm_judge import JudgeAnswer
from labelcore.llm import Answer, client_from_settings
from labelcore.llm.client import OpenAIClient
from labelcore.settings import Settings
from tests.mock_endpoint import MockEndpoint, serving

pytestmark = pytest.mark.slow  # a real server; retries really wait


@pytest.fixture
def mock() -> Iterator[tuple[MockEndpoint, Settings]]:
    with serving() as (endpoint, url):
        config = Settings(
            base_url=url,
            api_key=SecretStr("k"),
            model="mock",
            call_timeout=0.5,
            price_in=2.0,
            price_out=4.0,
        )
        yield endpoint, config


def ask(config: Settings) -> Answer[JudgeAnswer]:
    async def once() -> Answer[JudgeAnswer]:
        client = OpenAIClient(config.default_endpoint)
        try:
            return await client.answer(
                [{"role": "user", "content": "<<DATA output x>> fine"}], JudgeAnswer
            )
        finally:
            await client.close()

    return asyncio.run(once())


@pytest.mark.parametrize(
    "faults",
    [["429"], ["500"], ["malformed"], ["truncated"], ["hang"], ["429", "malformed", "500"]],
)
def test_faults_are_asked_again(mock: tuple[MockEndpoint, Settings], faults: list[str]) -> None:
    endpoint, config = mock
    endpoint.faults = list(faults)
    answer = ask(config)
    assert answer.parsed.verdict == "pass"
    assert answer.requests == len(faults) + 1
    assert answer.model == "mock-1"
    answered = 1 + sum(fault in {"malformed", "truncated"} for fault in faults)
    assert answer.cost_usd == pytest.approx(answered * (10 * 2.0 + 5 * 4.0) / 1e6)


def test_an_endpoint_without_schemas_is_parsed_strictly(
    mock: tuple[MockEndpoint, Settings],
) -> None:
    endpoint, config = mock
    endpoint.knows_schemas = False
    assert ask(config).parsed.verdict == "pass"
    assert "by this schema" in endpoint.prompts[-1]


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("401", "key", "refuses the key"),
        ("404", "unknown model", "knows no model 'mock'"),
        ("quota", "quota", "used up"),
    ],
)
def test_hopeless_faults_end_at_once_with_a_sentence(
    mock: tuple[MockEndpoint, Settings], fault: str, kind: str, words: str
) -> None:
    endpoint, config = mock
    endpoint.faults = [fault]
    with pytest.raises(ModelTrouble, match=words) as trouble:
        ask(config)
    assert (trouble.value.kind, trouble.value.fatal) == (kind, True)
    assert len(endpoint.prompts) == 1


def test_nonsense_for_ever_is_an_error_and_no_answer(mock: tuple[MockEndpoint, Settings]) -> None:
    endpoint, config = mock
    endpoint.faults = ["malformed"] * 50
    with pytest.raises(ModelTrouble) as trouble:
        ask(config)
    assert trouble.value.kind == "malformed"


def test_no_model_is_a_sentence_with_the_next_step() -> None:
    with pytest.raises(ModelTrouble, match="LABELCORE_MODEL"):
        client_from_settings()
