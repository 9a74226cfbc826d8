"""How often intervals hold the truth where a team's grading is planned: pairs, assignment, gold, half a week.

    PYTHONPATH=. python tests/bench/team_coverage.py [--runs 200] [--out tests/bench/results/team.md]

Each run makes a project of 300 outputs, a third of them Chinese; draws 60 by chance; and has a team of five
grade through the app's queues: two read both languages, two English, one Chinese. Half of the outputs are
good, and people err on one in ten, at random, so that half of what they say is a pass and two say the same
of 82 %. Gold outputs all fail, and everybody says so: if they counted, the pass rate would sink.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from labelcore.models import Output, new_id
from labelcore.stages import grading, projects, sampling
from labelcore.stages.grading.card import CardEvent
from labelcore.stages.grading.presses import store_events
from labelcore.stats.rate import Rate, proportion
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from tests.bench.pools import Table, new_table, note, rows_of
from tests.databases import empty_database

READS = {"ann": (), "bo": (), "cy": ("en",), "di": ("en",), "li": ("zh",)}
POOL, DRAWN, GOLD = 300, 60, 12
WRONG = 0.1
SAME = WRONG**2 + (1 - WRONG) ** 2
PLANS: dict[str, dict[str, object]] = {
    "two on each, whoever comes first": {},
    "planned pairs": {"pairs": True},
    "planned pairs, three in ten are gold": {"pairs": True, "gold_share": 0.3},
    "shares of 50, 50, 30, 20 and 50, three in ten are gold": {"gold_share": 0.3},
}


def team_of(workspace: Workspace, plan: str, random: np.random.Generator) -> Workspace:
    """The project, drawn from and assigned."""
    texts = ("This is a mail about a contract.", "这是一份关于合同的邮件，其中没有任何问题。")
    made = [
        Output(id=f"o{at}", project_id=workspace.project.id, text=f"{texts[at % 3 == 0]} {at}")
        for at in range(POOL + GOLD)
    ]
    output_table.add(workspace.db, made[:POOL])
    sampling.draw_sample(workspace, rule="random", n=DRAWN, seed=int(random.integers(2**31)))
    output_table.add(workspace.db, made[POOL:])
    for output in made[POOL:]:
        grading.set_gold(workspace.by("lead"), output.id, "fail", reason="settled")
    shares = (50, 50, 30, 20, 50) if plan.startswith("shares") else (None,) * len(READS)
    for (who, reads), share in zip(READS.items(), shares, strict=True):
        grading.assign(workspace, who, part=grading.AssignedPart(share=share))
        if reads:
            grading.describe_member(workspace, who, reads=reads)
    return workspace.with_project(grading.set_rules(workspace, per_output=2, **PLANS[plan]))


def grade(workspace: Workspace, good: list[bool], part: float, random: np.random.Generator) -> None:
    """Everybody in turns grades what comes next, until so large a part of what is theirs is done."""
    busy = set(READS)
    while busy:
        for who in random.permutation(sorted(busy)):
            person = workspace.by(str(who))
            queue = grading.grading_queue(person, ahead=2)
            if not queue.items or queue.done >= part * queue.total:
                busy.remove(str(who))
                continue
            item = queue.items[0]
            number = int(item.output.id[1:])
            says = number < POOL and good[number] != bool(random.random() < WRONG)
            value = "pass" if says else "fail"
            card = CardEvent(client_id=new_id("grade"), output_id=item.output.id + item.ending, value=value)
            store_events(person, (card,))


def figures(workspace: Workspace) -> dict[str, tuple[float, list[Rate]]]:
    """The truth of each figure and what labelcore says of it."""
    labels = grading.human_labels(workspace)
    pairs = grading.together(workspace).pairs
    same = sum(round((pair.same.value or 0) * pair.same.n) for pair in pairs)
    everybody = proportion(same, sum(pair.same.n for pair in pairs))
    return {
        "people's pass rate": (0.5, [proportion(len(labels.passes), len(labels.value))]),
        "two people say the same": (SAME, [everybody]),
        "one pair says the same": (SAME, [pair.same for pair in pairs]),
    }


def simulate(runs: int) -> Table:
    """All plans, each half way and at the end."""
    random = np.random.default_rng(7)
    table = new_table()
    for plan in PLANS:
        told: dict[tuple[str, int], list[tuple[Rate, float]]] = {}
        for _ in range(runs):
            with empty_database() as db:
                workspace = team_of(Workspace(db, projects.open_project(db, "p")), plan, random)
                good = [bool(value) for value in random.random(POOL) < 0.5]
                for part in (50, 100):
                    grade(workspace, good, part / 100, random)
                    for name, (truth, rates) in figures(workspace).items():
                        told.setdefault((name, part), []).extend((rate, truth) for rate in rates)
        for (name, part), rows in told.items():
            low = np.array([np.nan if rate.low is None else rate.low for rate, _ in rows])
            high = np.array([np.nan if rate.high is None else rate.high for rate, _ in rows])
            note(table, (plan, name, part), low, high, rows[0][1], ~np.isnan(low))
    return table


def page(table: Table, runs: int) -> str:
    """The results as Markdown."""
    lines = [
        "# Do intervals hold where a team's grading is planned?",
        "",
        f"Made by `PYTHONPATH=. python tests/bench/team_coverage.py --runs {runs}`; see the script's head.",
        "",
        "Cover should be 93 to 97 %, beyond chance in so many runs.",
        "",
        "| who grades what | interval | % of the work done | cover | mean width |",
        "|---|---|---:|---:|---:|",
    ]
    for (plan, name, part), cover, _, width, _ in rows_of(table):
        if cover is not None:
            lines.append(f"| {plan} | {name} | {part} | {cover:.1%} | {width:.3f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Simulate and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--out", default=str(Path(__file__).parent / "results" / "team.md"))
    chosen = parser.parse_args()
    Path(chosen.out).write_text(page(simulate(chosen.runs), chosen.runs), "utf-8")


if __name__ == "__main__":
    main()
