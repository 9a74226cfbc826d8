"""What work under way cost so far: a part that nobody knows the price of is not called free."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.errors import ModelTrouble
from labelcore.messages import speaking
from labelcore.messages.figures import so_far_words
from labelcore.models import Decision, Output
from labelcore.settings import settings
from labelcore.stages.refining.migrating import MoveOptions, compare_models
from labelcore.stages.refining.ongoing import Ongoing
from labelcore.stages.refining.suggesting import search
from labelcore.stages.refining.trying import Order
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint
from tests.stages.improvable import REFLECTS, Give, N, judged, made_judge, verdict


@pytest.fixture
def unpriced(monkeypatch: pytest.MonkeyPatch, mock: MockEndpoint) -> MockEndpoint:
    for name in ("PRICE_IN", "PRICE_OUT"):
        monkeypatch.delenv(f"LABELCORE_{name}", raising=False)
    settings.cache_clear()
    mock.answer = lambda prompt: (
        {"proposals": []} if REFLECTS in prompt else {**verdict(failed="lie" in judged(prompt))}
    )
    return mock


@pytest.fixture
def outputs(add_outputs: Callable[..., list[Output]], give_all: Give) -> list[Output]:
    made = add_outputs(*(f"{'lie' if n % 3 else 'date'} number {n}" for n in range(N)))
    give_all(made, ["fail" if n % 2 else "pass" for n in range(N)], ["a note" for _ in made])
    return made


def test_what_is_known_is_told_as_the_least_where_a_part_is_not() -> None:
    watched = Ongoing()
    told = []
    trouble = ModelTrouble("It broke off.")
    trouble.cost_usd = 0.25
    for result in (
        Decision(value="pass", cost_usd=0.0),
        Decision(value="pass", cost_usd=0.5),
        trouble,
        Decision(value="pass", cost_usd=None),
    ):
        watched.hear("o1", result)
        told.append(so_far_words(watched.cost_usd, unpriced=watched.unpriced))
    assert told == ["", "US$ 0.5000", "US$ 0.7500", "at least US$ 0.7500"]
    assert so_far_words(0.0, unpriced=True) == "no price set"
    with speaking("zh"):
        assert so_far_words(0.75, unpriced=True) == "至少 0.7500 美元"


@pytest.mark.usefixtures("unpriced", "outputs")
def test_a_search_of_a_model_without_a_price_says_so_while_it_goes(workspace: Workspace) -> None:
    watched = Ongoing()
    search(workspace, made_judge(workspace), Order(watched=watched))
    assert watched.unpriced and watched.cost_usd == 0


@pytest.mark.usefixtures("unpriced", "outputs")
def test_a_move_to_another_model_says_so_from_its_first_step(workspace: Workspace) -> None:
    class First(Ongoing):
        def begin(self, step: str, total: int = 0) -> None:
            if step != "present":
                assert self.unpriced, "the present model was asked, and has no price"
            super().begin(step, total)

    watched = First()
    compare_models(workspace, made_judge(workspace), "new", MoveOptions(no_repair=True), watched)
    assert watched.unpriced
