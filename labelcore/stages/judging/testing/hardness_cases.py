"""The changes that test a judge: neutral ones, attacks, planted defects, and turned prompts.

Sources are outputs of the train and dev splits; no change is stored as an output.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from labelcore.judges.judge_prompt import Order
from labelcore.judges.kinds import kind_of
from labelcore.models import JudgeVersion, Output
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading import fitting_labels
from labelcore.stages.judging.proposing.subjects import subject_of
from labelcore.stages.judging.testing.probe_cases import probes_of
from labelcore.stats.drawing import hash_order
from labelcore.store import outputs as output_table, splits as split_table
from labelcore.text.attacks import ATTACKS, HARMLESS
from labelcore.text.neutral import CHANGES
from labelcore.text.planting import DEFECTS
from labelcore.workspace import Workspace

Family = Literal["position", "wording", "injection", "defect"]
FAMILIES: tuple[Family, ...] = ("position", "wording", "injection", "defect")
ASKED_AGAIN, EXAMPLES, OPTIONS = "asked again", "examples swapped", "verdicts swapped"


@dataclass(frozen=True)
class Case:
    """One change of one output: ``after`` is judged by the tested judge, or by it with its prompt turned."""

    id: str
    test: str
    family: Family
    source: Output
    people: str
    after: Output
    judge: JudgeVersion


@dataclass(frozen=True)
class Sources:
    """The outputs that are changed, and what people say of them on what the judge decides."""

    people: Mapping[str, str]
    outputs: Mapping[str, Output]

    def of(self, grade: str) -> list[Output]:
        """Those with this grade, in an order drawn once for ever."""
        return [output for key, output in self.outputs.items() if self.people.get(key) == grade]


def sources(workspace: Workspace, version: JudgeVersion, limit: int) -> Sources:
    """Up to ``limit`` failed and ``limit`` passed outputs, filled up with ungraded ones."""
    groups = output_table.groups(workspace.db, workspace.project.id)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    open_ = {output_id for output_id, group in groups.items() if dealt.of(group) != "test"}
    people = {key: grade for key, grade in _people(workspace, version).items() if key in open_}
    order = hash_order(sorted(people), 0)
    ids = [key for key in order if people[key] == "fail"][:limit]
    ids += [key for key in order if people[key] == "pass"][:limit]
    if len(ids) < limit:
        ids += hash_order(sorted(open_ - people.keys()), 0)[: limit - len(ids)]
    outputs = output_table.many(workspace.db, ids)
    return Sources(people, {key: outputs[key] for key in ids})


def _people(workspace: Workspace, version: JudgeVersion) -> dict[str, str]:
    """Output id -> pass or fail: of the whole, or of the criterion and what its evidence says."""
    criterion = find_criterion(workspace, version.criterion_id) if version.criterion_id else None
    fails = subject_of(criterion, fitting_labels(workspace)).fails
    return {key: "fail" if failed else "pass" for key, failed in fails.items()}


def cases(
    workspace: Workspace, version: JudgeVersion, material: Sources, limit: int, families: Sequence[Family]
) -> list[Case]:
    """All cases of a judge, each family on at most ``limit`` outputs for each of its tests."""
    mixed, failed = _mixed(material, limit), material.of("fail")[:limit]
    make: dict[Family, Callable[[], Iterable[_Made]]] = {
        "position": lambda: _positions(version, mixed),
        "wording": lambda: (
            (name, source, text, version)
            for name, change in CHANGES.items()
            for source in mixed
            if (text := change(source.text)) is not None
        ),
        "injection": lambda: (
            (attack.name, source, attack.put(source.text), version)
            for attack in (*HARMLESS, *ATTACKS)
            for source in failed
        ),
        "defect": lambda: _defects(workspace, version, material.of("pass")[:limit]),
    }
    cases = []
    for family in families:
        for test, source, text, judge in make[family]():
            content = "\x1f".join((version.id, test, source.id, text))
            key = "hard_" + hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:24]
            # Under an id that no fit has seen, in the group of its source.
            after = source.model_copy(update={"id": key, "text": text, "group_key": source.group})
            cases.append(Case(key, test, family, source, material.people.get(source.id, ""), after, judge))
    return cases


_Made = tuple[str, Output, str, JudgeVersion]


def _mixed(material: Sources, limit: int) -> list[Output]:
    """Failed and passed ones in turn, then ungraded ones."""
    pairs = zip(material.of("fail"), material.of("pass"), strict=False)
    turns = [output.id for pair in pairs for output in pair]
    return [material.outputs[key] for key in dict.fromkeys([*turns, *material.outputs])][:limit]


def _positions(version: JudgeVersion, outputs: Sequence[Output]) -> Iterator[_Made]:
    """The same output, asked again and with the parts of the prompt in another order."""
    prompts = kind_of(version).prompts
    if not prompts:
        return
    turned = {
        EXAMPLES: _turned(version, "fail_examples_first"),
        OPTIONS: _turned(version, "fail_option_first"),
    }
    for source in outputs:
        yield ASKED_AGAIN, source, source.text, version
        for test, judge in turned.items():
            if any(
                prompt.offers_both if test == OPTIONS else prompt.shows_both(source) for prompt in prompts
            ):
                yield test, source, source.text, judge


def _turned(version: JudgeVersion, order: Order) -> JudgeVersion:
    spec = kind_of(version).rewritten(lambda prompt: prompt.turned(order))
    return version.model_copy(update={"id": f"{version.id} {order}", "spec": spec})


def _defects(workspace: Workspace, version: JudgeVersion, outputs: Sequence[Output]) -> Iterator[_Made]:
    """The criterion's probes that nobody rejected; where it has none, freshly planted defects."""
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    probes = [
        probe
        for probe in (probes_of(workspace, version.criterion_id) if version.criterion_id else ())
        if probe.state != "rejected" and not probe.left_out and dealt.of(probe.source.group) != "test"
    ]
    for probe in probes:
        yield probe.case.defect, probe.source, probe.case.text, version
    if probes:
        return
    for name, plant in DEFECTS.items():
        for source in outputs:
            planted = plant(source.text, random.Random(f"{name}|{source.id}"))
            if planted is not None:
                yield name, source, planted.text, version
