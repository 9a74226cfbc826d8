"""A team's week at random, all at once: who is handed what, what comes back, and what all of it amounts to.

The machine keeps a record of every press, apart from the app, and holds the app to it after each step.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from labelcore.errors import BadInput, NotFound
from labelcore.models import Assignment, new_id, now
from labelcore.stages import grading, projects, sampling
from labelcore.stages.grading import AssignedPart, packs, settled
from labelcore.stages.grading.card import CardEvent
from labelcore.stages.grading.card_names import key_of
from labelcore.stages.grading.presses import store_events
from labelcore.stages.grading.queueing import QueueItem, persons_pool, whole_pool
from labelcore.stages.grading.rounds import REASON
from labelcore.stats.rate import Rate
from labelcore.store import assignments as assignment_table
from labelcore.store.connection import utc
from labelcore.store.live import live
from labelcore.workspace import Workspace
from tests.bench import team_coverage
from tests.databases import empty_database
from tests.stages.test_assignment import in_two_languages

TEAM = ("Ann", "Bo", "Cy", "Di")
CHINESE = {f"o{at}" for at in range(0, 12, 3)}
OUTPUTS = tuple(f"o{at}" for at in range(12))
people = st.sampled_from(TEAM)
outputs = st.sampled_from(OUTPUTS)
values = st.sampled_from(["pass", "pass", "fail", "fail", "unsure", "skipped", "skipped"])
languages = st.sampled_from(["", "", "en", "zh"])
kinds = st.sampled_from(["all", "share", "share", "mail", "quota"])
rules = st.fixed_dictionaries(
    {
        "per_output": st.sampled_from([None, 1, 2, 2, 3]),
        "pairs": st.booleans(),
        "gold_share": st.sampled_from([0, 0.5]),
        "repeat_share": st.sampled_from([0, 0.5]),
        "training": st.sampled_from([None, None, 0.5]),
    }
)


class Given(NamedTuple):
    """A press that counts, as the test saw it; ``id`` is "" where the app made the event itself."""

    id: str
    value: str


class Week(RuleBasedStateMachine):
    """One lead and four people on twelve outputs, a third of them Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        db = self.stack.enter_context(empty_database())
        self.workspace = Workspace(db, projects.open_project(db, "p"), "lead")
        in_two_languages(self.workspace, len(OUTPUTS))
        self.given: dict[tuple[str, str], list[Given]] = defaultdict(list)
        self.ruled: dict[str, str] = {}
        self.reads: dict[str, str] = {}
        self.packs: list[packs.Pack] = []

    @initialize(
        drawn=st.sampled_from([0, 8, 12]),
        reads=st.lists(languages, min_size=4, max_size=4),
        kinds=st.lists(kinds, max_size=4),
        gold=st.lists(outputs, max_size=3, unique=True),
        changed=rules,
    )
    def the_week_begins(
        self,
        drawn: int,
        reads: list[str],
        kinds: list[str],
        gold: list[str],
        changed: dict[str, float | None],
    ) -> None:
        if drawn:
            sampling.draw_sample(self.workspace, rule="random", n=drawn, seed=drawn)
        for who, language in zip(TEAM, reads, strict=True):
            self.what_somebody_reads_is_said(who, language)
        for who, kind in zip(TEAM, kinds, strict=False):
            self.outputs_are_assigned(who, kind, 3)
        for output in gold:
            self.gold_is_set(output, False, "fail")
        self.the_rules_change(changed)

    # What people do.

    @rule(who=people, value=values, times=st.integers(1, 4))
    def somebody_grades(self, who: str, value: str, times: int) -> None:
        for _ in range(times):
            if coming := self.queue(who).items:
                self.press(who, coming[0], value)

    @rule(who=people)
    def somebody_takes_their_last_grade_back(self, who: str) -> None:
        for (_, author), acts in reversed(self.given.items()):
            if author == who and acts and acts[-1].id:
                grading.undo(self.workspace.by(who), acts.pop().id)
                return

    @rule(who=people)
    def somebody_looks_again_at_what_they_skipped(self, who: str) -> None:
        resting = [key for key in self.given if key[1] == who and self.rests(*key)]
        assert grading.look_again(self.workspace.by(who)) == len(resting)
        for key in resting:
            self.given[key].pop()
            assert not self.rests(*key)

    @rule(who=people)
    def somebody_takes_over_what_others_hold(self, who: str) -> None:
        grading.take_over(self.workspace.by(who))

    # What the lead does.

    @rule(who=people, kind=kinds, n=st.integers(1, 5))
    def outputs_are_assigned(self, who: str, kind: str, n: int) -> None:
        part = {
            "all": AssignedPart(),
            "share": AssignedPart(share=n),
            "mail": AssignedPart(where=("task=mail",)),
            "quota": AssignedPart(quota=n),
        }
        grading.assign(self.workspace, who, part=part[kind])

    @rule(who=st.sampled_from([*TEAM, "all"]))
    def assignments_end(self, who: str) -> None:
        with suppress(NotFound):
            grading.unassign(self.workspace, who)

    @rule(who=people, language=languages)
    def what_somebody_reads_is_said(self, who: str, language: str) -> None:
        grading.describe_member(self.workspace, who, reads=(language,))
        self.reads[who] = language

    @rule(changed=rules)
    def the_rules_change(self, changed: dict[str, float | None]) -> None:
        with suppress(BadInput):
            self.workspace = self.workspace.with_project(grading.set_rules(self.workspace, **changed))

    @rule(output=outputs, value=st.sampled_from(["pass", "fail", "unclear", "withdrawn"]))
    def a_conflict_is_ruled_on(self, output: str, value: str) -> None:
        with suppress(NotFound):
            grading.rule(self.workspace, output, value, reason="so")
            self.ruled[output] = value

    @rule(output=outputs, training=st.booleans(), value=st.sampled_from(["pass", "fail", None]))
    def gold_is_set(self, output: str, training: bool, value: Literal["pass", "fail"] | None) -> None:
        if value:
            grading.set_gold(self.workspace, output, value, reason="so", training=training)
            self.ruled[output] = value
            return
        with suppress(NotFound):
            grading.end_gold(self.workspace, output)

    @rule(output=outputs, blind=st.booleans())
    def an_output_is_sent_back(self, output: str, blind: bool) -> None:
        with suppress(BadInput):
            grading.send_back(self.workspace, output, is_open=not blind)

    @rule(named=st.lists(outputs, max_size=3, unique=True), who=st.sets(people, max_size=3))
    def a_round_begins(self, named: list[str], who: set[str]) -> None:
        with suppress(BadInput):
            grading.start_round(self.workspace, named, n=3, people=tuple(sorted(who)))

    @rule(revealed=st.booleans())
    def the_round_is_over(self, revealed: bool) -> None:
        with suppress(BadInput, NotFound):
            _ = grading.reveal_round(self.workspace) if revealed else grading.end_round(self.workspace)

    @rule(who=st.sampled_from([*TEAM, ""]), skipped=st.booleans())
    def the_lead_gives_to_others(self, who: str, skipped: bool) -> None:
        once = [
            key
            for key, acts in self.given.items()
            if skipped and key[1] in {who or key[1]} and acts and acts[-1].value == "skipped"
        ]
        for key in [key for key in once if not self.rests(*key)]:
            self.given[key].append(Given("", "skipped"))
        grading.release(self.workspace, who, skipped=skipped)

    @rule(who=people, n=st.integers(1, 4))
    def a_pack_goes_out(self, who: str, n: int) -> None:
        with suppress(BadInput):
            pack = grading.make_pack(self.workspace, who, n=n)
            assert all(self.may_read(who, card["output_id"].partition("~")[0]) for card in pack.items)
            self.packs.append(pack)

    @rule(said=st.lists(values, min_size=4, max_size=4))
    def a_pack_comes_back(self, said: list[str]) -> None:
        if not self.packs:
            return
        pack = self.packs.pop(0)
        who, events = pack.manifest.annotator, []
        gold = packs._gold_in(pack.manifest, key_of(self.workspace))
        for card, value in zip(pack.items, said, strict=False):
            press = {"client_id": new_id("grade"), "output_id": card["output_id"], "value": value}
            events.append(press | {"at": now().isoformat()})
            if press["output_id"] not in gold and "~" not in press["output_id"]:
                self.given[press["output_id"], who].append(Given(press["client_id"], value))
        document = {"manifest": pack.manifest.model_dump(mode="json"), "events": events}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "grades.json"
            file.write_text(json.dumps(document | {"signature": pack.signature}))
            found = grading.merge_pack(self.workspace, file)
        assert (found.merged, found.refused) == (len(events), ())

    @rule()
    def the_app_starts_again(self) -> None:
        self.workspace.db.memory.clear()

    @rule()
    def the_lead_looks_at_the_parts(self) -> None:
        found, pool = grading.assignments(self.workspace), whole_pool(self.workspace)
        parts = [persons_pool(self.workspace.by(who)).at for who in TEAM]
        nobodys = sum(not any(output in part for part in parts) for output in pool.at)
        assert (found.outputs, found.nobodys) == (len(pool.at), nobodys if found.assignments else 0)
        assert all(load.total == load.done + load.left for load in found.people)

    # What must hold.

    @invariant()
    def labels_are_rulings_else_what_most_people_say(self) -> None:
        votes: dict[str, list[str]] = defaultdict(list)
        for (output, _), acts in self.given.items():
            if acts and acts[-1].value != "skipped":
                votes[output].append(acts[-1].value)
        expected: dict[str, bool] = {}
        for output, said in votes.items():
            counted, ruling = Counter(said), self.ruled.get(output, "withdrawn")
            most = counted["pass"] - counted["fail"]
            label = settled.RULED.get(ruling, most > 0 if most else None)
            expected |= {} if label is None else {output: label}
        assert grading.human_labels(self.workspace).value == expected

    @invariant()
    def parts_add_up(self) -> None:
        """Everything is somebody's who may grade it, and as many people's as are to grade it."""
        tasks = self.tasks()
        if not tasks:
            return
        rules, pool = self.workspace.project.rules, whole_pool(self.workspace)
        parts = {who: persons_pool(self.workspace.by(who)).at for who in TEAM}
        limited = any(part.quota for _, part in tasks)
        for output in pool.at:
            able, has = self.able(output), {who for who in TEAM if output in parts[who]}
            assert has <= able | self.graders(output)
            resting = {who for who in able if self.rests(output, who)}
            if not limited:
                wanted = 2 if rules.pairs else rules.per_output or 1
                left = able - resting if rules.pairs else able
                assert len(has | self.graders(output)) >= min(wanted, len(left))
                shared = has - self.able(output, free=True)
                assert rules.pairs or len(shared) <= wanted + len(resting)

    def teardown(self) -> None:
        """The week ends: nothing is held for ever, every skip comes back, everything is graded."""
        with self.stack:
            self.the_round_is_over(revealed=True)
            self.the_round_is_over(revealed=False)
            turns = 0
            while sum(self.works_on(who) for who in TEAM):
                turns += 1
                assert turns < 10
            self.labels_are_rulings_else_what_most_people_say()
            for who in TEAM:
                waiting = self.queue(who).waiting
                assert waiting and waiting.kind in {"done", "shared", "quota", "unassigned", "empty"}
            self.everything_is_graded()

    def works_on(self, who: str) -> bool:
        """Somebody grades all there is for them; whether there was any."""
        grading.release(self.workspace)
        self.somebody_looks_again_at_what_they_skipped(who)
        for n in range(200):
            if not (coming := self.queue(who).items):
                return n > 0
            right = self.ruled.get(coming[0].output.id, "pass")
            self.press(who, coming[0], right if right in {"pass", "fail"} else "pass")
        raise AssertionError(f"{who} is never done")

    def everything_is_graded(self) -> None:
        tasks, rules = self.tasks(), self.workspace.project.rules
        if any(part.quota for _, part in tasks):
            return
        for output in whole_pool(self.workspace).at:
            able = self.able(output)
            everybody = self.able(output, free=True) if rules.per_output is None else set[str]()
            wanted = rules.per_output or (1 if tasks else len(able))
            done = self.graders(output)
            assert everybody <= done
            assert len(done) >= min(wanted, len(able))

    # What the test knows by itself.

    def queue(self, who: str) -> grading.Queue:
        """What somebody is handed, none of which they may not see."""
        queue = grading.grading_queue(self.workspace.by(who))
        state = live(self.workspace.db, self.project_id)
        for item in queue.items:
            output = item.output.id
            if item.ending == "~2" or item.relook:
                assert self.given[output, who]
                continue
            assert self.may_read(who, output), (who, item)
            if item.ending or item.reason == REASON:
                continue
            assert not self.tasks() or who in self.able(output) | self.graders(output)
            others = self.graders(output) | state.holders(output, utc(now())).keys()
            most = self.workspace.project.rules.per_output
            assert most is None or len(others - {who}) < most
        return queue

    def press(self, who: str, item: QueueItem, value: str) -> None:
        event = CardEvent(client_id=new_id("grade"), output_id=item.output.id + item.ending, value=value)
        stored, refused = store_events(self.workspace.by(who), (event,))
        assert stored and not refused, refused
        if not item.ending or (item.relook and value != "skipped"):
            self.given[item.output.id, who].append(Given(event.client_id, value))

    @property
    def project_id(self) -> str:
        return self.workspace.project.id

    def tasks(self) -> list[tuple[str, Assignment]]:
        found = assignment_table.current(self.workspace.db, self.project_id)
        return [(row.person, row) for row in found]

    def able(self, output: str, *, free: bool = False) -> set[str]:
        """Who is assigned an output and reads it (``free``: without a share); where nothing is assigned, who
        reads it.
        """
        tasks, is_mail = self.tasks(), int(output[1:]) % 2 == 0
        covering = [(who, part) for who, part in tasks if is_mail or not part.fields]
        meant = {who for who, part in covering if not free or part.share is None} if tasks else set(TEAM)
        return {who for who in meant if self.may_read(who, output)}

    def may_read(self, who: str, output: str) -> bool:
        return self.reads.get(who, "") in {"", "zh" if output in CHINESE else "en"}

    def graders(self, output: str) -> set[str]:
        return {
            who
            for (key, who), acts in self.given.items()
            if key == output and acts and acts[-1].value != "skipped"
        }

    def rests(self, output: str, who: str) -> bool:
        newest = [act.value for act in self.given.get((output, who), [])[-2:]]
        return newest == ["skipped", "skipped"]


@pytest.mark.slow
def test_random_weeks_keep_every_promise_to_a_team() -> None:
    run_state_machine_as_test(Week, settings=settings(max_examples=10, stateful_step_count=20))


@pytest.mark.slow
@pytest.mark.parametrize("plan", list(team_coverage.PLANS)[2:])
def test_estimates_hold_the_truth_under_pairs_shares_and_gold(
    plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small run of `tests/bench/team_coverage.py`, whose results hold the coverage itself."""
    monkeypatch.setattr(team_coverage, "POOL", 60)
    monkeypatch.setattr(team_coverage, "DRAWN", 40)
    random = np.random.default_rng(11)
    told: dict[str, list[tuple[Rate, float]]] = defaultdict(list)
    for _ in range(6):
        with empty_database() as db:
            workspace = team_coverage.team_of(Workspace(db, projects.open_project(db, "p")), plan, random)
            good = [bool(value) for value in random.random(60) < 0.5]
            team_coverage.grade(workspace, good, 1.0, random)
            for name, (truth, rates) in team_coverage.figures(workspace).items():
                told[name] += [(rate, truth) for rate in rates if rate.n]
    for name, rows in told.items():
        inside = [(rate.low or 0) <= truth <= (rate.high or 1) for rate, truth in rows]
        assert sum(inside) >= 0.75 * len(inside), name
        mean = sum(rate.value or 0 for rate, _ in rows) / len(rows)
        assert abs(mean - rows[0][1]) < 0.1, name  # gold that counted would sink it further
