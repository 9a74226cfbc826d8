"""Criteria that the pipeline's prompt asks for, and what the experts' grades say to them.

Many of a prompt's rules are never what an expert fails, and some the grades contradict: in practice a word
limit that failed 71 % of the outputs that experts passed. Rules on lengths are measured at once, by a code
check.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges.code_checks import CodeSpec
from labelcore.judges.fitting import Side
from labelcore.judges.kinds.code import decide, describe
from labelcore.models import Criterion, Fact, Frozen, Output, Role, fact
from labelcore.operations import Effect, FileText, operation
from labelcore.stages import projects
from labelcore.stages.deriving.editing import list_criteria, live_criteria, new_criterion
from labelcore.stages.grading import Labels, fitting_labels
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.store import criteria as criterion_table, outputs as output_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_ASKS = re.compile(
    r"\b(must|should|shall|never|always|only|do not|don't|avoid|ensure|make sure|at most|at least|"
    r"no more than|fewer than|less than)\b|^(?:please\s+)?(?:include|exclude|limit|keep|use|write|respond|"
    r"answer|cite|return|give|add|start|end)\b|必须|应当|应该|不要|不得|不能|禁止|务必|请|至少|最多|不超过|"
    r"以内|只",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|[。！？；]|\n+")
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)、])\s*")
_PLACEHOLDER = re.compile(r"\{\{?[^{}]*\}?\}|<[^<>]{1,40}>")
_NUMBERS = {1: "one 一", 2: "two 两 二", 3: "three 三", 4: "four 四", 5: "five 五", 6: "six", 10: "ten 十"}
_NUMBER_WORDS = {word: number for number, words in _NUMBERS.items() for word in words.split()}
_DETECTORS = {
    "words": "word 词",
    "sentences": "sentence 句",
    "characters": "character 字",
    "paragraphs": "paragraph 段",
    "bullets": "bullet item 条",
}
_UNITS = {word: detector for detector, words in _DETECTORS.items() for word in words.split()}
_N = r"(\d[\d,]*|" + "|".join(_NUMBER_WORDS) + r")"
_UNIT = rf"({'|'.join(_UNITS)})"
_MORE, _LESS = "(?:more|longer) than|超过|多于", "(?:less|fewer|shorter) than|少于|低于"
_NO = r"(?:no|not|never|don't|do not|must not|cannot)(?:\s+\w+){0,2}?\s+|(?:不|勿|别)[得能要可应]?\s*"
_GAP = rf"\s*{_N}\s*(?:[a-z]+\s)?个?{_UNIT}"


def _limit(pattern: str, side: Side, shift: int = 0) -> tuple[re.Pattern[str], Side, int]:
    return re.compile(pattern, re.IGNORECASE), side, shift


# Negated forms come first: "no more than" must not be read as "more than".
_LIMITS = (
    _limit(rf"(?:{_NO})(?:{_MORE}){_GAP}", "above"),
    _limit(rf"(?:{_NO})(?:{_LESS}){_GAP}", "below"),
    _limit(rf"(?:at most|under|within|max(?:imum)?(?: of)?|up to|limit(?:ed)? to|最多|至多){_GAP}", "above"),
    _limit(rf"(?:at least|min(?:imum)?(?: of)?|至少|最少){_GAP}", "below"),
    _limit(rf"{_N}\s*个?{_UNIT}s?\s*(?:or (?:less|fewer)|以内|之内|以下)", "above"),
    _limit(rf"{_N}\s*个?{_UNIT}s?\s*(?:or more|以上)", "below"),
    _limit(rf"(?:{_LESS}){_GAP}", "above", -1),
    _limit(rf"(?:{_MORE}){_GAP}", "below", 1),
)
_NEGATED = re.compile(r"\b(?:no|not|never|don't|cannot)\b|不|勿|别", re.IGNORECASE)
_MOST = 20
_SHORT, _LONG = 8, 300
_MUCH = 0.25


class PromptRule(Frozen):
    """A criterion from the prompt beside what experts did.

    ``failed_by_experts``: outputs that cite it or are failed on it, ``failing`` their ids. ``breaks``: the
    share of the outputs that experts PASSED which break the rule, where ``check`` can measure it,
    ``breaking`` their ids.
    """

    criterion: Criterion
    failed_by_experts: int
    breaks: Rate
    check: str
    contradicted: bool
    says: Fact
    failing: tuple[str, ...] = ()
    breaking: tuple[str, ...] = ()


class UnusedRule(Frozen):
    """A sentence of the prompt that became no criterion, and why."""

    text: str
    why: Wording


class PromptRules(Frozen):
    """The criteria that were proposed of a prompt now, and all of its rules beside the grades."""

    proposed: tuple[Criterion, ...]
    rules: tuple[PromptRule, ...]
    left_out: tuple[UnusedRule, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        rules = [
            rule.model_dump(exclude={"criterion"}) | {"criterion_id": rule.criterion.id}
            for rule in self.rules
        ]
        left_out = [unused.model_dump() for unused in self.left_out]
        proposed = [criterion.document() for criterion in self.proposed]
        return {"proposed": proposed, "rules": rules, "left_out": left_out}


@operation("criteria from-prompt", role=Role.ENGINEER, effect=Effect.WRITES)
def propose_from_prompt(
    workspace: Workspace,
    *,
    prompt: Annotated[
        str | None, FileText(), Field(description="A text file with the pipeline's prompt; it is kept.")
    ] = None,
) -> PromptRules:
    """Propose the rules of the pipeline's prompt, and say which the grades contradict.

    One criterion for each rule that no criterion holds yet; every other sentence is named with why it is
    left out. Without a file it is the prompt that is kept.

    Raises:
        BadInput: there is no prompt.
    """
    text = workspace.project.prompt_template if prompt is None else prompt
    if not text.strip():
        raise BadInput("There is no prompt yet.", next_step="Give the pipeline's prompt as text.")
    if prompt is not None and prompt != workspace.project.prompt_template:
        projects.update_project(workspace, prompt_template=prompt)
    here = list_criteria(workspace)
    statements = {criterion.statement.casefold() for criterion in here}
    names = {criterion.name for criterion in here}
    criteria = []
    rules, left_out = read_rules(text)
    for rule in rules:
        if rule.casefold() in statements:
            left_out.append(UnusedRule(text=rule, why=Wording("a criterion says it already")))
        else:
            why = "the pipeline's prompt asks for it; no expert has failed it yet"
            origin = {"severity": "should", "origin": "prompt", "why": why}
            name = rule if len(rule) <= 60 else f"{rule[:59].rsplit(' ', 1)[0]}…"
            name = name if name not in names else f"{name} ({len(names) + 1})"
            criteria.append(new_criterion(workspace, name, rule, **origin))
            names.add(name)
    criterion_table.save(workspace.db, criteria)
    return PromptRules(
        proposed=tuple(criteria), rules=tuple(prompt_rules(workspace)), left_out=tuple(left_out)
    )


def read_rules(prompt: str) -> tuple[list[str], list[UnusedRule]]:
    """The sentences of a prompt that demand something of the output, verbatim, at most twenty; and every
    other one with the reason why it is no rule.
    """
    parts = [_BULLET.sub("", part).strip() for part in _SENTENCES.split(prompt)]
    rules: list[str] = []
    left_out: list[UnusedRule] = []
    for part in filter(None, parts):
        why = _why_not(part, rules)
        if why:
            left_out.append(UnusedRule(text=part, why=why))
        else:
            rules.append(part)
    return rules, left_out


def _why_not(part: str, rules: Sequence[str]) -> Wording | None:
    if _PLACEHOLDER.fullmatch(part):
        return Wording("it is a place for a value")
    if not _ASKS.search(part):
        return Wording("no word in it demands anything of the output")
    if len(part) < _SHORT:
        return Wording("it is too short to say anything")
    if len(part) > _LONG:
        return Wording("it is longer than 300 characters: split it, or write the criterion by hand")
    if part in rules:
        return Wording("the prompt says it twice")
    return Wording("it comes after the first twenty rules") if len(rules) >= _MOST else None


def check_of(rule: str) -> CodeSpec | None:
    """The code check that a rule on lengths states; None for any other rule.

    None too where the sentence negates something else: a check that may mean the opposite is worse than none.
    """
    for pattern, side, shift in _LIMITS:
        if match := pattern.search(rule):
            if _NEGATED.search(rule[: match.start()] + rule[match.end() :]):
                return None
            number, unit = [part for part in match.groups() if part][:2]
            n = _NUMBER_WORDS.get(number.lower()) or int(number.replace(",", "") or 0)
            return CodeSpec(detector=_UNITS[unit.lower()], side=side, threshold=n + shift)
    return None


def prompt_rules(workspace: Workspace) -> list[PromptRule]:
    """Each criterion from the prompt with what the grades say to it, contradicted ones first."""
    criteria = [criterion for criterion in live_criteria(workspace) if criterion.origin == "prompt"]
    if not criteria:
        return []
    labels = fitting_labels(workspace)
    passed = list(output_table.many(workspace.db, labels.passed).values())
    failed = set(labels.failed)
    rules = [_rule(criterion, _failing(criterion, labels, failed), passed) for criterion in criteria]
    return sorted(rules, key=lambda rule: (not rule.contradicted, rule.criterion.name))


def _failing(criterion: Criterion, labels: Labels, failed: Set[str]) -> set[str]:
    """The failed outputs that cite a criterion, and those that people failed on it."""
    cited = {quote.output_id for quote in criterion.evidence} & failed
    return cited | {key for key, passed in labels.on.get(criterion.id, {}).items() if not passed}


def _rule(criterion: Criterion, fails: Set[str], passed: Sequence[Output]) -> PromptRule:
    spec = check_of(criterion.statement)
    broken: list[str] = []
    if spec is None:
        breaks = not_measurable("no code check can be read from its words")
    else:
        broken = [output.id for output in passed if decide(spec, output).value == "fail"]
        breaks = proportion(len(broken), len(passed), what="outputs that experts passed")
    contradicted = breaks.low is not None and breaks.low > _MUCH
    return PromptRule(
        criterion=criterion,
        failed_by_experts=len(fails),
        breaks=breaks,
        check=describe(spec) if spec else "",
        contradicted=contradicted,
        says=_in_words(criterion, len(fails), breaks, contradicted=contradicted),
        failing=tuple(sorted(fails)),
        breaking=tuple(broken),
    )


def _in_words(criterion: Criterion, fails: int, breaks: Rate, *, contradicted: bool) -> Fact:
    facts = [fact("failed_for_rule", n=fails) if fails else fact("never_failed_for_rule")]
    if breaks.value is not None:
        facts.append(fact("rule_would_fail", **breaks.model_dump(include={"value", "low", "high", "n"})))
    code = "prompt_rule_contradicted" if contradicted else "prompt_rule"
    return fact(code, rule=criterion.statement, told=facts)
