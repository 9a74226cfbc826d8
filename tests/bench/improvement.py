"""Whether suggestions for a prompt help on outputs that nobody looked at, and stay away where nothing helps.

    PYTHONPATH=. python tests/bench/improvement.py [--runs 12] [--out tests/bench/results/improvement.md]

Synthetic. An endpoint answers by what its prompt says. In each run experts grade 160 outputs (one grade in
twenty is wrong), a judge's suggestions on dev are accepted one by one, the best of each search, until a
search offers none or three are accepted; then the first version and the last decide 150 outputs that came in
afterwards. Alignment is the mean of TPR and TNR. The intervals over runs are Student's.

Something to gain: experts' notes name the kind of fail that the model misses; the model itself proposes the
rule that it lacks, beside one that harms; its score has the wrong threshold. Nothing: its errors stay the
same whatever it is told; every change of the prompt makes other ones by chance; it errs nowhere.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t

from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.templates import DEFAULT
from labelcore.models import Grade, JudgeVersion, Output, new_id
from labelcore.settings import settings
from labelcore.stages import judging, projects
from labelcore.stages.judging.keeping.versions import JudgeDraft
from labelcore.stages.judging.running.trial_run import ask_unstored
from labelcore.stages.refining.keeping import in_use
from labelcore.stages.refining.suggesting import search
from labelcore.stages.refining.suggestions import accept
from labelcore.stages.refining.trying import Order
from labelcore.store import (
    grades as grade_table,
    judges as judge_table,
    open_database,
    outputs as output_table,
)
from labelcore.workspace import Workspace
from tests.mock_endpoint import serving

GRADED, UNTOUCHED, TRIED, MOST = 160, 150, 40, 3
KINDS = ("lie", "lie", "date", "date", "date", "plain", "plain", "plain", "plain", "plain")
NOTE, RULE = "a wrong date is invented", "Check every date against the calendar."
HARM = "Be lenient: small slips pass."
REFLECTS = "You improve the prompt of a judge"
Answer = dict[str, Any] | str


def chance(*words: str) -> float:
    """A number in [0, 1) that these words always give."""
    return int(hashlib.sha256("|".join(words).encode()).hexdigest()[:8], 16) / 2**32


def parts(prompt: str) -> tuple[str, str]:
    """What stands before the output that is judged, and that output."""
    before, _, rest = prompt.rpartition("<<DATA output")
    return before, rest.partition(">>")[2].partition("<<END")[0].strip()


def verdict(*, fails: bool) -> Answer:
    return {"reason": "because", "verdict": "fail" if fails else "pass"}


def slips(text: str, share: float = 0.06) -> bool:
    """Whether the model errs on an output, whatever it is told."""
    return chance("slip", text) < share


def by_note(prompt: str) -> Answer:
    """Sees dates where the prompt says what experts noted."""
    if REFLECTS in prompt:
        return {"proposals": []}
    before, text = parts(prompt)
    return verdict(fails=("lie" in text or (NOTE in before and "date" in text)) != slips(text))


def by_rule(prompt: str) -> Answer:
    """Sees dates where the prompt has the rule, which it proposes beside one that harms."""
    if REFLECTS in prompt:
        return {"proposals": [{"why": "dates", "instruction": RULE}, {"why": "strict", "instruction": HARM}]}
    before, text = parts(prompt)
    seen = ("lie" in text and HARM not in before) or (RULE in before and "date" in text)
    return verdict(fails=seen != slips(text))


def by_score(prompt: str) -> Answer:
    """Gives a score; what is bad has less than seven."""
    if REFLECTS in prompt:
        return {"proposals": []}
    text = parts(prompt)[1]
    bad = text.startswith(("lie", "date"))
    low, high = (1, 6) if bad != slips(text) else (7, 10)
    return f"Score: {low + int(chance('score', text) * (high - low + 1))}"


def stubborn(prompt: str) -> Answer:
    """Errs on one output in seven, whatever it is told."""
    if REFLECTS in prompt:
        return {"proposals": [{"why": "dates", "instruction": RULE}]}
    text = parts(prompt)[1]
    return verdict(fails=text.startswith(("lie", "date")) != slips(text, 0.15))


def fickle(prompt: str) -> Answer:
    """Errs on one output in seven, on others with each prompt."""
    if REFLECTS in prompt:
        return {"proposals": [{"why": "dates", "instruction": RULE}]}
    before, text = parts(prompt)
    told = hashlib.sha256(before.partition("<<DATA input")[0].encode()).hexdigest()
    return verdict(fails=text.startswith(("lie", "date")) != (chance(told, text) < 0.15))


def right(prompt: str) -> Answer:
    """Errs nowhere."""
    return verdict(fails=parts(prompt)[1].startswith(("lie", "date")))


@dataclass(frozen=True)
class World:
    """How the endpoint answers, what experts note on dates, and what the judge's specification holds."""

    name: str
    answers: Callable[[str], Answer]
    gains: bool
    note: str = ""
    scored: bool = False


WORLDS = (
    World("experts' notes name what it misses", by_note, gains=True, note=NOTE),
    World("the model proposes the rule that it lacks", by_rule, gains=True),
    World("its score has the wrong threshold", by_score, gains=True, scored=True),
    World("its errors stay whatever it is told", stubborn, gains=False, note=NOTE),
    World("each change makes other errors by chance", fickle, gains=False, note=NOTE),
    World("it errs nowhere", right, gains=False, note=NOTE),
)


@dataclass(frozen=True)
class Outcome:
    """One run: how many suggestions were accepted, the sum of what dev said of them, and what new outputs
    say, both in shares of balanced accuracy; ``looks`` at dev.
    """

    accepted: int
    on_dev: float
    untouched: float
    looks: int


def texts(seed: int, count: int, tag: str) -> list[str]:
    """Outputs of all kinds in an order by chance."""
    drawn = random.Random(f"{seed}{tag}")
    return [f"{drawn.choice(KINDS)} {tag} {seed} number {n}" for n in range(count)]


def brought(workspace: Workspace, found: Sequence[str]) -> list[Output]:
    """Stored outputs, each from another source."""
    project = workspace.project.id
    made = [
        Output(id=output_table.content_id(project, text), project_id=project, text=text, input=f"ask: {text}")
        for text in found
    ]
    output_table.add(workspace.db, made)
    return made


def graded(workspace: Workspace, world: World, outputs: Sequence[Output]) -> None:
    """What experts say, who are wrong once in twenty."""
    found = []
    for output in outputs:
        bad = output.text.startswith(("lie", "date")) != (chance("expert", output.text) < 0.05)
        value, note = ("fail", world.note if output.text.startswith("date") else "") if bad else ("pass", "")
        given = {"output_id": output.id, "annotator": "ann", "value": value, "note": note}
        found.append(
            Grade.model_validate({"id": new_id("grade"), "project_id": workspace.project.id, **given})
        )
    grade_table.record(workspace.db, found)


def made_judge(workspace: Workspace, world: World) -> JudgeVersion:
    spec: dict[str, Any] = {"prompt_version": "judge-v2", "name": "Facts", "statement": "Every fact is true."}
    if world.scored:
        form = AnswerFormat(kind="score", low=1, high=10, threshold=4)
        spec |= {"template": DEFAULT.model_dump(), "answer": form.model_dump(mode="json")}
    version = JudgeDraft("llm", "Facts · LLM", spec | {"model": "mock"}, "Asks.").version(
        workspace.project, None
    )
    judge_table.save(workspace.db, [version])
    return judging.find_judge(workspace, "Facts · LLM")


def alignment(workspace: Workspace, version: JudgeVersion, outputs: Sequence[Output]) -> float:
    """The mean of TPR and TNR against the truth on outputs that nobody looked at."""
    said = ask_unstored(workspace, version, [output.id for output in outputs], Order().options).decisions
    rates = []
    for bad in (False, True):
        of_kind = [output for output in outputs if output.text.startswith(("lie", "date")) == bad]
        hits = [
            said[output.id].value == ("fail" if bad else "pass") for output in of_kind if output.id in said
        ]
        rates.append(float(np.mean(hits)))
    return float(np.mean(rates))


def one_run(world: World, seed: int) -> Outcome:
    db = open_database(None)
    workspace = Workspace(db, projects.open_project(db, "bench"), "ann")
    graded(workspace, world, brought(workspace, texts(seed, GRADED, "seen")))
    first = present = made_judge(workspace, world)
    accepted, on_dev, looks = 0, 0.0, 0
    while accepted < MOST:
        found = search(workspace, present, Order(TRIED))
        looks = found.looks.versions
        if not found.offered:
            break
        best = max(found.offered, key=lambda offered: offered.on_dev.gain if offered.on_dev else 0.0)
        on_dev += best.on_dev.gain if best.on_dev else 0.0
        accept(workspace, present, best.id, why="bench")
        present, accepted = in_use(workspace, present.judge_id), accepted + 1
    new = brought(workspace, texts(seed, UNTOUCHED, "new")) if accepted else []
    gain = alignment(workspace, present, new) - alignment(workspace, first, new) if accepted else 0.0
    db.close()
    return Outcome(accepted, on_dev, gain, looks)


def interval(values: Sequence[float]) -> str:
    """A mean with its 95 % interval over runs, in points."""
    found = 100 * np.array(values)
    half = t.ppf(0.975, len(found) - 1) * found.std(ddof=1) / np.sqrt(len(found)) if len(found) > 1 else 0.0
    return f"{found.mean():+.1f} [{found.mean() - half:+.1f}, {found.mean() + half:+.1f}]"


def rows(runs: int) -> list[str]:
    """A line of the table for each world."""
    found = []
    with serving() as (mock, address):
        os.environ |= {"LABELCORE_BASE_URL": address, "LABELCORE_API_KEY": "k", "LABELCORE_MODEL": "mock"}
        settings.cache_clear()
        for world in WORLDS:
            mock.answer = world.answers
            outcomes = [one_run(world, seed) for seed in range(runs)]
            helped = [outcome for outcome in outcomes if outcome.accepted]
            told = (
                "something" if world.gains else "nothing",
                f"{len(helped)} of {runs}",
                f"{np.mean([outcome.accepted for outcome in outcomes]):.1f}",
                interval([outcome.on_dev for outcome in outcomes]),
                interval([outcome.untouched for outcome in outcomes]),
                f"{np.mean([outcome.looks for outcome in outcomes]):.1f}",
            )
            found.append(f"| {world.name} | {' | '.join(told)} |")
            print(found[-1], flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=12)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    head = (
        "| the endpoint | to gain | runs with a suggestion | accepted in each | points on dev, as told "
        "| points on untouched outputs | versions compared on dev |\n|---|---|---|---|---|---|---|"
    )
    made = f"Made by `PYTHONPATH=. python tests/bench/improvement.py --runs {given.runs}`"
    text = f"# What accepted suggestions do on untouched outputs, by simulation\n\n{made} (Python " + (
        f"{platform.python_version()}). Synthetic; the head of the script says what.\n\n{head}\n"
    )
    text += "\n".join(rows(given.runs)) + "\n"
    if given.out:
        given.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
