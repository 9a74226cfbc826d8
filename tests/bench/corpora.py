"""Corpora that simulated experts grade, and what is wrong with each text, by its mark.

forms: outputs of one pipeline with shared labels, of a record that the input tells. answers: free answers to
a document. Every fault is planted while the text is made, so its marks are known and not measured. The third
corpus has a separate file, corpus_shop.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.bench.corpus_words import ANSWERS, FORMS, MANNERS, WORDS

Rates = Mapping[str, float]
"""How often each mark is planted, 0 to 1."""
CONTRADICTIONS = ("wrong number", "wrong unit", "wrong date", "wrong name", "wrong negation")
_AMOUNT = re.compile(r"^([\d,]+)\s*(.+)$")
_DENIED = (("可以", "不可以"), ("需要", "不需要"), ("会(?!议)", "不会"), ("已", "未"), ("是", "不是"))
_END = {"en": " ", "zh": ""}


@dataclass(frozen=True)
class Item:
    """An output; ``marks``: what is wrong with it, each with what it is about (a label, a word)."""

    output: str
    input: str
    language: str
    group: str
    marks: Mapping[str, str]
    context: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of fact: labels of its section, what an input says of it, what an output says of it."""

    name: str
    labels: tuple[str, ...]
    said: tuple[str, ...]
    told: tuple[str, ...]

    def pairs(self) -> list[tuple[str, list[str]]]:
        """What is said, each with what may be told of it: nothing that it does not name."""
        found = [(said, [told for told in self.told if _named(told) <= _named(said)]) for said in self.said]
        return [(said, told) for said, told in found if told]


def _named(template: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", template))


def kinds_of(block: str) -> list[Kind]:
    """The kinds of a block of corpus_words."""
    rows = [line.split("|") for line in block.splitlines()]
    return [Kind(name, *(tuple(part.split(";")) for part in parts)) for name, *parts in rows]


def pick(words: Sequence[str], random: Random, other: str = "") -> str:
    """One of them, not ``other``."""
    return random.choice([word for word in words if word != other])


def slots(language: str, random: Random) -> dict[str, str]:
    """What a fact is about."""
    words = WORDS[language]
    found = {name: random.choice(words[name]) for name in ("who", "thing", "place", "adjective", "topic")}
    return found | {"sum": amount(language, random), "day": day(language, random)}


def amount(language: str, random: Random) -> str:
    """A number with its unit."""
    number = random.choice(
        [random.randrange(12, 99), random.randrange(100, 980), random.randrange(1_000, 9_800)]
    )
    return f"{number:,}{_END[language]}{random.choice(WORDS[language]['unit'])}"


def day(language: str, random: Random) -> str:
    """A day of the year."""
    month = random.choice(WORDS[language]["month"])
    number = random.randrange(1, 29)
    return f"{number} {month}" if language == "en" else f"{month}{number}日"


def contradicted(told: str, fact: Mapping[str, str], way: str, language: str, random: Random) -> str:
    """The sentence with one thing otherwise than the input has it; the same where it has none of these."""
    words = WORDS[language]
    number, unit = _AMOUNT.match(fact["sum"]).groups()
    if way == "wrong number":
        return told.replace(fact["sum"], fact["sum"].replace(number, _number(number, random), 1))
    if way == "wrong unit":
        other = pick(words["unit"], random, unit)
        return told.replace(fact["sum"], fact["sum"].replace(unit, other))
    if way == "wrong date":
        other = day(language, random)
        return told if other == fact["day"] else told.replace(fact["day"], other)
    if way == "wrong name":
        return told.replace(fact["who"], pick(words["who"], random, fact["who"]))
    return negated(told, language)


def _number(number: str, random: Random) -> str:
    value = int(number.replace(",", ""))
    return f"{max(2, round(value * random.choice([0.5, 0.8, 1.1, 1.3, 2, 10]))) + 1:,}"


def negated(told: str, language: str) -> str:
    """The first verb denied."""
    if language == "en":
        changed = re.sub(r"\b(will|is|are|was|were|has|can)\b", r"\1 not", told, count=1)
        return changed.replace("can not", "cannot")
    for verb, other in _DENIED:
        if changed := re.sub(verb, other, told, count=1).removesuffix(told):
            return changed
    return told


@dataclass
class Draft:
    """A text while it is made: ``facts`` by kind, and the marks that it has got."""

    language: str
    random: Random
    rates: Rates
    facts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    def learn(self, kind: Kind, count: int) -> None:
        """Facts of a kind."""
        said = [said for said, _ in kind.pairs()]
        self.facts[kind.name] = [
            slots(self.language, self.random) | {"said": self.random.choice(said)} for _ in range(count)
        ]

    def planted(self, mark: str, about: str = "") -> bool:
        """Whether the text gets this fault; it is marked then."""
        if self.random.random() >= self.rates.get(mark, 0.0):
            return False
        self.marks[mark] = about
        return True

    def told(self, kind: Kind, limit: int = 9) -> list[str]:
        """Sentences of the facts of a kind, now and then with something around them."""
        manner, found = MANNERS[self.language], []
        for fact in self.facts[kind.name][:limit]:
            lead = self.random.choice(manner["lead"])
            sentence = self.random.choice(dict(kind.pairs())[fact["said"]]).format(**fact)
            led = lead + re.sub("^The ", "the ", sentence) if lead else sentence[0].upper() + sentence[1:]
            found.append(self.denied(led, fact))
            if self.random.random() < 0.15:
                found.append(self.random.choice(manner["filler"]))
        return found

    def denied(self, sentence: str, fact: Mapping[str, str]) -> str:
        """The sentence, with a contradiction that is still to be planted where it fits."""
        for way in CONTRADICTIONS:
            if self.marks.get(way) == "":
                changed = contradicted(sentence, fact, way, self.language, self.random)
                if changed != sentence:
                    self.marks[way] = changed
                    return changed
        return sentence

    def written(self, name: str) -> str:
        """One of the manners' sentences, filled in."""
        manner = MANNERS[self.language]
        sentence = self.random.choice(manner[name])
        blame, mistake = self.random.choice(manner["blame"]), self.random.choice(manner["mistake"])
        return sentence.format(blame=blame, mistake=mistake, **slots(self.language, self.random))

    def asides(self) -> list[str]:
        """Sentences that are faults by themselves, and innocent ones of the same words."""
        found = [self.written("apart") for _ in range(self.random.choice([0, 0, 1, 2]))]
        found += [self.written(name) for name, mark in ASIDES.items() if self.planted(mark)]
        return found

    def finished(self) -> dict[str, str]:
        """Its marks; a contradiction that fitted nowhere is none."""
        return {mark: about for mark, about in self.marks.items() if about or mark not in CONTRADICTIONS}


ASIDES = {"concession": "concession", "hedge": "hedges", "rude": "rude", "blaming": "blames"}


@dataclass(frozen=True)
class Forms:
    """One pipeline's outputs: ``labels`` by kind in their order, their ``style``, kinds in bullets."""

    kinds: tuple[Kind, ...]
    language: str
    style: str
    labels: Mapping[str, str]
    bullets: frozenset[str]

    @classmethod
    def drawn(cls, random: Random) -> Forms:
        """A pipeline by chance."""
        language = random.choice(["en", "en", "zh"])
        kinds = kinds_of(FORMS[random.choice(list(FORMS))][language])
        random.shuffle(kinds)
        labels = {kind.name: random.choice(kind.labels) for kind in kinds}
        bullets = frozenset(kind.name for kind in kinds if random.random() < 0.4)
        style = random.choice(["heading", "label", "bold", "json"])
        return cls(tuple(kinds), language, style, labels, bullets)

    def marks(self) -> list[str]:
        """What an expert may mind."""
        of_sections = [
            f"{fault}:{kind.name}"
            for kind in self.kinds
            for fault in ("empty", "empty", "absent", "long", "omits", "layout")
        ]
        return [*of_sections, *(2 * CONTRADICTIONS), *(2 * ("concession", "blames")), "repeats", "too long"]

    def about(self, mark: str) -> str:
        """The label of the section that a mark is of."""
        return self.labels.get(mark.partition(":")[2], "")

    def item(self, number: int, rates: Rates, random: Random) -> Item:
        """One output with its input."""
        draft = Draft(self.language, random, rates)
        for kind in self.kinds:
            count = random.choice([1, 1, 2, 2, 3])
            if draft.planted(f"omits:{kind.name}"):
                count = random.choice([3, 4])
            draft.learn(kind, count)
        for way in CONTRADICTIONS:
            draft.planted(way)
        given = said(draft, self.kinds)
        sections = {
            kind.name: part for kind in self.kinds if (part := self._section(draft, kind)) is not None
        }
        self._asides(draft, sections)
        text = self._together(sections, draft.marks)
        return Item(text, given, self.language, f"f{number}", draft.finished())

    def _section(self, draft: Draft, kind: Kind) -> list[str] | None:
        """The sentences of a section, None where it is missing."""
        random, manner = draft.random, MANNERS[self.language]
        if f"omits:{kind.name}" in draft.marks:
            return [random.choice(manner["filler"])]
        if draft.planted(f"absent:{kind.name}"):
            return None
        if draft.planted(f"empty:{kind.name}"):
            return [random.choice(manner["placeholder"])]
        found = draft.told(kind)
        if draft.planted(f"long:{kind.name}"):
            found += random.sample(manner["filler"], k=random.randrange(5, 9))
        return found

    def _asides(self, draft: Draft, sections: dict[str, list[str]]) -> None:
        """Put what belongs to no section into some of those that have sentences."""
        random = draft.random
        filled = [name for name, part in sections.items() if len(part[0]) > 8 or len(part) > 1]
        for sentence in draft.asides() if filled else ():
            sections[random.choice(filled)].append(sentence)
        if filled and draft.planted("repeats"):
            name = random.choice(filled)
            sections[random.choice(filled)].append(sections[name][0])
        if filled and draft.planted("too long"):
            for name in filled:
                sections[name] += random.sample(MANNERS[self.language]["filler"], k=random.randrange(2, 4))
        for name in filled:
            if draft.planted(f"layout:{name}") and len(sections[name]) < 2:
                sections[name].append(random.choice(MANNERS[self.language]["filler"]))

    def _together(self, sections: Mapping[str, list[str]], marks: Mapping[str, str]) -> str:
        listed = {name: (name in self.bullets) != (f"layout:{name}" in marks) for name in sections}
        space = _END[self.language]
        if self.style == "json":
            parts = {
                self.labels[name]: part if listed[name] and len(part) > 1 else space.join(part)
                for name, part in sections.items()
            }
            return json.dumps(parts, ensure_ascii=False, indent=2)
        opening = {"heading": "## {}\n", "label": "{}: ", "bold": "**{}**\n"}[self.style]
        found = []
        for name, part in sections.items():
            bullets = listed[name] and len(part) > 1
            body = "\n".join(f"- {sentence}" for sentence in part) if bullets else space.join(part)
            start = opening.format(self.labels[name])
            found.append(
                start.rstrip(" ") + "\n" + body if bullets and self.style == "label" else start + body
            )
        return "\n\n".join(found)


@dataclass(frozen=True)
class Answers:
    """Free answers of one service to one sort of document, in one or both languages."""

    kinds: Mapping[str, tuple[Kind, ...]]
    letters: bool
    languages: tuple[str, ...]

    @classmethod
    def drawn(cls, random: Random) -> Answers:
        """A service by chance."""
        sort = random.choice(list(ANSWERS))
        kinds = {language: tuple(kinds_of(block)) for language, block in ANSWERS[sort].items()}
        return cls(kinds, sort == "support", random.choice([("en",), ("en",), ("zh",), ("en", "zh")]))

    def marks(self) -> list[str]:
        """What an expert may mind."""
        found = [*(2 * CONTRADICTIONS), *(2 * ("omits", "hedges", "concession", "blames"))]
        letter = ["unaddressed", "no next step", "no thanks", "rude"] if self.letters else []
        return [*found, *letter, "repeats", "too long", "too short"]

    def about(self, mark: str) -> str:
        """Nothing: these texts have no labels."""
        return ""

    def item(self, number: int, rates: Rates, random: Random) -> Item:
        """One answer with its input."""
        language = random.choice(self.languages)
        draft, kinds = Draft(language, random, rates), self.kinds[language]
        writer = random.choice(WORDS[language]["who"])
        for kind in kinds:
            draft.learn(kind, random.choice([1, 1, 2]))
        long = [kind for kind in kinds if kind.name in AT_LENGTH]
        left = random.choice(long).name if draft.planted("omits", "x") else ""
        for way in CONTRADICTIONS:
            draft.planted(way)
        given = said(draft, kinds)
        if self.letters:
            given += f"{_END[language]}{writer}"
        sentences = [s for kind in kinds if kind.name != left for s in draft.told(kind, 2)]
        if draft.planted("too short"):
            sentences = sentences[:1]
        for sentence in draft.asides():
            sentences.insert(random.randrange(len(sentences) + 1), sentence)
        if len(sentences) > 1 and draft.planted("repeats"):
            sentences.append(sentences[0])
        if draft.planted("too long"):
            sentences += random.sample(MANNERS[language]["filler"], k=random.randrange(5, 9))
        text = self._letter(draft, sentences, writer) if self.letters else _END[language].join(sentences)
        return Item(text, given, language, f"a{number}", draft.finished())

    def _letter(self, draft: Draft, sentences: Sequence[str], writer: str) -> str:
        manner, random = MANNERS[draft.language], draft.random
        found = []
        if not draft.planted("unaddressed"):
            found.append(random.choice(manner["greeting"]).format(who=writer))
        thanks = [] if draft.planted("no thanks") else [random.choice(manner["thanks"])]
        middle = random.randrange(1, len(sentences) + 1)
        space = _END[draft.language]
        found += [space.join([*thanks, *sentences[:middle]]), space.join(sentences[middle:])]
        if not draft.planted("no next step"):
            found.append(random.choice(manner["next"]))
        found.append(random.choice(manner["close"]))
        return "\n\n".join(part for part in found if part)


AT_LENGTH = {"fault", "voice", "history", "refund"}


def said(draft: Draft, kinds: Sequence[Kind]) -> str:
    """The input: what is said of all facts, in some order of the kinds."""
    order = list(kinds)
    draft.random.shuffle(order)
    lines = [fact["said"].format(**fact) for kind in order for fact in draft.facts[kind.name]]
    return draft.random.choice([_END[draft.language], "\n"]).join(lines)
