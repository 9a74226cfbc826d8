"""Detectors of one section that the outputs of a project share: which, is found from the outputs.

Parameters: ``section`` (its label in small letters), ``title`` (as most write it), ``beside`` (labels that
stand with it, where it belongs to some of the outputs only) and ``filler`` (what says nothing there).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from labelcore.judges.detectors import REGISTRY, Bad, Feature, register
from labelcore.judges.detectors.grounding import source
from labelcore.models import Output
from labelcore.text.reading import content_words, words
from labelcore.text.sections import bare, says_nothing, sections

_GROUPS = 3
_OUTPUTS, _SHARE = 4, 0.12
_MOST = 12
_EVERYWHERE = 0.5  # from this share on a section is missed in any output without it
_TOGETHER = 0.8
_VARYING = 2  # so many outputs must differ from the others
_LONG, _SHORT = 6, 3  # words: a filler is at most half as long as sections are at least
_STOP = set("the of and a an to for in or on with".split())

_GONE = "miss absent omit lack skip left-out forgot leave without no-section 缺 遗漏 漏 没有 少了"
_EMPTY = "empty blank fill n/a none placeholder unfilled nothing 空 没填 未填 空白 没写 没有内容"
_LONG_TOPIC = (
    "long length verbose wordy concise brief short detail vague thin 太长 啰嗦 简短 太短 简略 详细 笼统"
)
_ITEMS = "item point bullet list step too-many too-few 要点 条 项 列表 步骤"
_UNFOUNDED = (
    "invent hallucinat fabricat made-up unsupported wrong incorrect false 编造 捏造 虚构 错误 不实 不准"
)


def _of_section(name: str, quantity: str, bad: Bad, topics: str, **more: Any) -> Callable[[Feature], Feature]:
    return register(name, quantity, bad, topics, parameter="section", needs="section", **more)


def _body(output: Output, parameters: Mapping[str, Any]) -> str | None:
    section = sections(output.text).get(parameters["section"])
    return None if section is None else section.body


def _is_empty(body: str, parameters: Mapping[str, Any]) -> bool:
    return says_nothing(body) or bare(body) in parameters.get("filler", ())


@_of_section(
    "missing section",
    "signs that it is missing",
    "high",
    _GONE,
    holds=("the section “{title}” stands there", "the section “{title}” is missing"),
)
def missing_section(output: Output, parameters: dict[str, Any]) -> float | None:
    there, beside = sections(output.text), parameters.get("beside", ())
    if beside and 2 * sum(label in there for label in beside) < len(beside):
        return None
    return float(parameters["section"] not in there)


@_of_section(
    "empty section",
    "signs that it is empty",
    "high",
    f"{_EMPTY} {_GONE}",
    holds=("the section “{title}” is not empty", "the section “{title}” is empty"),
)
def empty_section(output: Output, parameters: dict[str, Any]) -> float | None:
    body = _body(output, parameters)
    return None if body is None else float(_is_empty(body, parameters))


@_of_section("words in a section", "words", "either", _LONG_TOPIC)
def words_in_section(output: Output, parameters: dict[str, Any]) -> float | None:
    body = _body(output, parameters)
    if body is None:
        return None
    return 0.0 if _is_empty(body, parameters) else float(len(words(body)))


@_of_section("lines in a section", "lines", "either", _ITEMS)
def lines_in_section(output: Output, parameters: dict[str, Any]) -> float | None:
    body = _body(output, parameters)
    return None if body is None else float(sum(bool(bare(line)) for line in body.splitlines()))


@_of_section(
    "new words in a section",
    "share of content words that are not in its input",
    "high",
    _UNFOUNDED,
    percent=True,
)
def new_words_in_section(output: Output, parameters: dict[str, Any]) -> float | None:
    body = _body(output, parameters)
    if body is None or _is_empty(body, parameters):
        return None
    there, here = content_words(source(output)), content_words(body)
    return len(here - there) / len(here) if there and here else None


@register(
    "empty sections",
    "labelled sections that are empty or as good as empty",
    "high",
    f"{_EMPTY} unknown section field 字段 未知",
)
def empty_sections(output: Output, _: dict[str, Any]) -> float:
    return sum(says_nothing(section.body) for section in sections(output.text).values())


TOPICS = frozenset(
    topic for detector in REGISTRY.values() if detector.parameter == "section" for topic in detector.topics
)
"""What notes say of any section."""


def found_in(outputs: Sequence[Output]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The detectors of shared sections with their parameters, those only by which the outputs differ."""
    names = [name for name, detector in REGISTRY.items() if detector.parameter == "section"]
    for parameters in _shared(outputs):
        for name in names:
            if name == "missing section" and parameters["beside"] is None:
                continue
            used = parameters | {"beside": parameters["beside"] or []}
            values = Counter(REGISTRY[name].feature(output, used) for output in outputs)
            del values[None]
            if values.total() - max(values.values(), default=0) >= _VARYING:
                yield name, used


def _shared(outputs: Sequence[Output]) -> list[dict[str, Any]]:
    """The commonest labels. ``beside`` is [] where it belongs to every output, None where to nobody knows."""
    groups: dict[str, set[str]] = defaultdict(set)
    holders: dict[str, list[int]] = defaultdict(list)
    for row, output in enumerate(outputs):
        for label in sections(output.text):
            groups[label].add(output.group)
            holders[label].append(row)
    least = max(_OUTPUTS, _SHARE * len(outputs))
    common = [
        label for label, rows in holders.items() if len(rows) >= least and len(groups[label]) >= _GROUPS
    ]
    common = sorted(common, key=lambda label: -len(holders[label]))[:_MOST]
    return [
        {
            "section": label,
            "title": Counter(sections(outputs[row].text)[label].title for row in holders[label]).most_common(
                1
            )[0][0],
            "beside": _beside(label, common, holders, len(outputs)),
            "filler": _filler([outputs[row] for row in holders[label]], label),
        }
        for label in common
    ]


def _beside(
    label: str, common: Iterable[str], holders: Mapping[str, list[int]], size: int
) -> list[str] | None:
    rows = set(holders[label])
    if len(rows) >= _EVERYWHERE * size:
        return []
    with_it = (other for other in common if other != label)
    return [other for other in with_it if len(rows & set(holders[other])) >= _TOGETHER * len(rows)] or None


def _filler(outputs: Sequence[Output], label: str) -> list[str]:
    """What several groups say there word for word, much shorter than others."""
    bodies = [(output.group, sections(output.text)[label].body) for output in outputs]
    sizes = [len(words(body)) for _, body in bodies if not says_nothing(body)]
    if not sizes or median(sizes) < _LONG:
        return []
    groups: dict[str, set[str]] = defaultdict(set)
    for group, body in bodies:
        if len(words(body)) <= _SHORT and not says_nothing(body):
            groups[bare(body)].add(group)
    return sorted(text for text, sources in groups.items() if len(sources) >= _GROUPS)


def section_name(note: str, note_words: Iterable[str], label: str) -> set[str] | None:
    """The words with which a note names a section, by their beginnings; none in Chinese, where the label
    stands in the note. None where it does not name it.
    """
    if not label.isascii():
        return set() if label in note else None
    label_words = [word for word in words(label) if len(word) > 2 and word not in _STOP]
    beginnings = [word[: max(4, len(word) - 2)] for word in label_words]
    matches = [{word for word in note_words if word.startswith(beginning)} for beginning in beginnings]
    return set().union(*matches) if matches and all(matches) else None
