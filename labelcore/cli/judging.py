"""``labelcore judge run``: a run, its estimate, or its questions in batches; ``labelcore judge cascade``."""

from __future__ import annotations

from typing import Any

import click

from labelcore.cli.building import common
from labelcore.cli.sending import send
from labelcore.errors import BadInput

_OPTIONS = (
    click.Option(["--judge"], help="Only this judge."),
    click.Option(["--kind"], help="code, llm or learned"),
    click.Option(["--split"], help="train, dev or test"),
    click.Option(["--limit"], type=click.IntRange(min=1), help="At most so many outputs."),
    click.Option(["--concurrency"], type=click.IntRange(min=1), help="Model calls at once."),
    click.Option(
        ["--repeats"],
        type=click.IntRange(1, 20),
        default=1,
        help="How often an LLM judge decides each output in all.",
    ),
    click.Option(["--estimate"], is_flag=True, help="Only say what it will take."),
    click.Option(
        ["--batch"],
        is_flag=True,
        help="Hand LLM judges' questions to the provider's batches; say it again to collect.",
    ),
    click.Option(
        ["--engine"],
        help='Where they run: "dask" or "dask://HOST:PORT"; "" in this process. Default: LABELCORE_ENGINE.',
    ),
)


def _run(*, estimate: bool, batch: bool, engine: str | None, **given: Any) -> None:
    """Run judges; what is decided already is not asked again."""
    name = "judge estimate" if estimate else "judge batch" if batch else "judge run"
    more: dict[str, Any] = {"engine": engine} if name == "judge run" else {}
    send(name, **given, **more)


command = click.Command("run", callback=_run, params=[*_OPTIONS, *common()], help=_run.__doc__)

_STEPS = (
    click.Option(["--first"], help="The judge that decides where it is sure."),
    click.Option(["--then"], help="The judge that is asked where it is not."),
    click.Option(["--criterion"], help="What both decide; without it the overall grade."),
    click.Option(["--error"], type=float, default=0.05, help="The most that may be wrong at each step."),
    click.Option(["--confidence"], type=float, default=0.95, help="How sure that must be."),
    click.Option(["--show"], metavar="JUDGE", help="Only show this cascade."),
)


def _cascade(*, show: str | None, first: str | None, then: str | None, **given: Any) -> None:
    """Ask a cheap judge first, another where it is not sure, a person where neither is."""
    if show:
        place = {name: given[name] for name in ("db", "project", "as_json", "author")}
        send("judge cascade report", **place, judge=show)
    elif first and then:
        send("judge cascade", **given, first=first, then=then)
    else:
        raise BadInput("A cascade needs two judges.", next_step="Name them: --first J --then J.")


cascade = click.Command("cascade", callback=_cascade, params=[*_STEPS, *common()], help=_cascade.__doc__)
