"""What the tools' formats share: places in records, and what a model was given and gave back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, FileHead, FormatRow, Recognise, Record, Remark, Rows, Source
from labelcore.store.formats.notes import UNREADABLE, parted
from labelcore.text.chats import Turn, loaded, plain, split_last, turns
from labelcore.wording import Wording

__all__ = ["loaded", "plain"]

Said = FormatRow | RejectedRow
Test = Callable[[Record], bool]
Reader = Callable[[int, Record], Iterable[Said]]
Kind = Literal["grade", "verdict", "feedback"]

_INPUTS = (
    "input question query prompt user_input user_query user_message message instruction instructions text "
    "user q question_text request 输入 问题 提示词"
).split()
_OUTPUTS = (
    "output answer response text content completion result generated_text actual_output final_answer "
    "output_text reply generation generated model_output 输出 回答 答案 回复"
).split()
_CONTEXTS = (
    "context contexts retrieved_contexts retrieval_context documents docs passages sources source_documents "
    "retrieved_documents 上下文"
).split()
_FEEDBACK = re.compile(r"feedback|thumb|user[ _-]?(score|rating)|csat", re.IGNORECASE)
_PERSON = ("email", "username", "user_name", "name", "user_id", "id")
_WIDEST = 2_000
_MANY_STEPS = 20
_LONGEST_CHOICE = 120
_PLACE = r"(?:(?!http)[a-z]\w*://|[a-z]:\\|[~.]{0,2}/)"
_MEDIA = re.compile(  # a place in which blanks may stand, an address, or a name of a file
    rf"(?:{_PLACE}(?:(?!\s(?:http|{_PLACE}))[^\n]){{0,2000}}|(?=\S*[/\\])\S{{1,2000}}|[!-~]{{1,2000}}|"
    r"(?:[^\s/\\]{1,200}[/\\]){2,30}[^\n/\\]{0,200})"
    r"\.(png|jpe?g|gif|webp|bmp|svg|tiff?|heic|mp3|wav|flac|ogg|m4a|mp4|webm|mov|avi|pdf|dcm)"
    r"(\?\S*)?|data:(image|audio|video)/\S*",
    re.IGNORECASE,
)


class Exchange(NamedTuple):
    """What a model was given and what it gave back; ``rest``: what else was named beside them."""

    output: str = ""
    input: str = ""
    context: str = ""
    conversation: Sequence[Turn] = ()
    rest: Mapping[str, Any] = {}


def at(value: Any, path: str) -> Any:
    """The value at a path of keys and places, ``choices.0.message``; None where there is none."""
    for step in path.split(".") if path else ():
        value = loaded(value) if isinstance(value, str) else value
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and len(step) < 9:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def first(value: Any, *paths: str) -> Any:
    """The value at the first path that holds one; "" where none does."""
    for path in paths:
        item = at(value, path)
        if item is not None and item != "":
            return item
    return ""


def entries(value: Any) -> list[Record]:
    """The objects of a list, whatever else it holds."""
    items = loaded(value)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def truth(value: Any) -> Literal["pass", "fail"] | None:
    """What a flag means that the tool itself defines as passed or not."""
    word = plain(value).strip().lower()
    return "pass" if word in {"true", "pass"} else "fail" if word in {"false", "fail"} else None


def kind_of(name: str, kind: Kind = "verdict") -> Kind:
    """The kind of a score that came by the tool's interface: feedback where its name says so."""
    return "feedback" if _FEEDBACK.search(name) else kind


def moment(value: Any) -> str:
    """A time in ISO 8601: a text as it is, a number as seconds since 1970 or finer; "" where it is none."""
    if isinstance(value, str) and not value.strip().isdecimal():
        return value if value[:4].isdecimal() else ""
    try:
        number = float(value)
        while number > 1e11:
            number /= 1000
        return datetime.fromtimestamp(number, UTC).isoformat() if number > 1e8 else ""
    except (TypeError, ValueError, OverflowError, OSError):
        return ""


def written(value: Any) -> Any:
    """A value that its tool always writes in JSON, a text too."""
    inner = loaded(value)
    if isinstance(inner, str) and inner.startswith('"') and inner.endswith('"'):
        texts = loaded(f"[{inner}]")
        inner = texts[0] if isinstance(texts, list) and len(texts) == 1 else inner
    return inner


def person(value: Any) -> str:
    """Who a person is, whether named by a text, a number or an object."""
    inner = loaded(value)
    return plain(first(inner, *_PERSON) if isinstance(inner, dict) else value)


def remark(kind: Kind, name: Any, value: Any, **more: Any) -> list[Remark]:
    """A remark where there is a value, or a person's reason without one, which `made` keeps as a note.

    Its other fields come as the tool has them. A ``score`` that is the value itself is none beside it.
    """
    content = plain(value).strip()
    meaning = more.pop("meaning", None)
    when = moment(more.pop("at", ""))
    texts = {key: person(text) if key == "who" else plain(text) for key, text in more.items()}
    if texts.get("score") == content:
        del texts["score"]
    is_note = kind != "verdict" and bool(texts.get("reason", "").strip())
    return [Remark(kind, plain(name), content, meaning, at=when, **texts)] if content or is_note else []


def passages(value: Any) -> str:
    """A context as one text: a list's passages with a line between them."""
    value = loaded(value)
    if not isinstance(value, list):
        return plain(value)
    keys = ("page_content", "text", "content", "document.content")
    texts = (plain(first(item, *keys) or item) if isinstance(item, dict) else plain(item) for item in value)
    return "\n\n".join(text for text in texts if text)


def exchange(prompt: Any, answer: Any) -> Exchange:
    """Input, context, conversation and output out of a model's input and output, however they are wrapped."""
    prompt, answer = _whole(prompt), _whole(answer)
    before, after = _chat(prompt), _chat(answer)
    question, context, rest = _named(prompt, _INPUTS, with_text=not before)
    output, sources, more = _named(answer, _OUTPUTS, with_text=not after)
    if after:
        earlier, output = split_last(after) or (after, "")
        before = earlier if earlier[: len(before)] == before else [*before, *earlier]
    if [(turn["role"], turn["content"]) for turn in before] == [("user", question)]:
        before = []
    return Exchange(output, question, context or sources, before, {**more, **rest})


def task(data: Record) -> Exchange:
    """What an annotated record shows: the answer by its name, the end of a chat, or the only text."""
    by_name = {str(key).strip().lower(): key for key in data}
    chats = (loaded(value) for value in data.values())
    chat = next((talk for value in chats if (talk := _chat(value))), [])
    texts = [key for key, value in data.items() if isinstance(value, str) and _is_words(value)]
    answer = next((by_name[name] for name in _OUTPUTS if by_name.get(name) in texts), None)
    if answer is None and not chat and len(texts) == 1:
        answer = texts[0]
    question, sources = (
        next((by_name[name] for name in names if by_name.get(name) not in (None, answer)), None)
        for names in (_INPUTS, _CONTEXTS)
    )
    before, output = (chat, plain(data[answer])) if answer is not None else split_last(chat) or (chat, "")
    prompt = plain(data[question]) if question in texts else ""
    rest = {key: data[key] for key in texts if key not in (answer, question, sources)}
    return Exchange(output, prompt, passages(data.get(sources)) if sources else "", before, rest)


def is_exchange(data: Record) -> bool:
    """Whether something in a record is named as an input or an output is."""
    return any(str(key).strip().lower() in {*_INPUTS, *_OUTPUTS} for key in data)


def _is_words(text: str) -> bool:
    """Whether a text says something, and is no address of a picture, a recording or a document."""
    return bool(text.strip()) and not _MEDIA.fullmatch(text.strip())


def no_words(data: Record) -> Wording | str:
    """Why nothing of a record can be graded, where it shows just a picture, a recording or a document."""
    texts = [value for value in data.values() if isinstance(value, str) and value.strip()]
    if not texts or any(map(_is_words, texts)):
        return ""
    return Wording("what was annotated is a picture, a recording or a document and no text")


def worded(value: Any) -> str:
    """What an annotator chose: several choices with commas between them, none as ""."""
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(map(plain, value))
    return plain(value)


def graded(answers: Iterable[tuple[Any, Any]], **more: Any) -> list[Remark]:
    """One annotator's answers to questions as grades; what is too long to be a choice is their reason.

    A reason of no grade is a note (see `remark`).
    """
    pairs = [(name, worded(loaded(value))) for name, value in answers]
    reason = "\n".join(text for _, text in pairs if len(text) > _LONGEST_CHOICE)
    more["reason"] = "\n".join(filter(None, (plain(more.get("reason")), reason)))
    short = [(name, text) for name, text in pairs if len(text) <= _LONGEST_CHOICE]
    grades = [grade for name, text in short if text for grade in remark("grade", name, text, **more)]
    return grades or remark("grade", "", "", **more)


def made(number: int, parts: Exchange, **fields: Any) -> Said:
    """The row of an exchange, or why there is none. ``fields`` come as the tool has them."""
    if not parts.output.strip():
        raw = plain(fields.get("raw") or fields.get("id"))[:RAW]
        trouble = plain(fields.get("trouble"))[:RAW]
        reason = Wording(trouble or "the record holds no answer of the model")
        return RejectedRow(row=number, field="output", reason=reason, raw=raw)
    remarks, note = parted(fields.get("remarks") or ())
    details = {**parts.rest, **_scores(remarks), **(fields.pop("details", None) or {})}
    if note:
        details["notes"] = "\n".join(filter(None, (plain(details.get("notes")), note)))
    texts = {key: plain(fields.get(key)) for key in ("id", "group", "model", "prompt_version")}
    return FormatRow(
        number,
        parts.output,
        parts.input,
        parts.context,
        parts.conversation,
        at=moment(fields.get("at")),
        details={plain(key): value for key, value in details.items() if value not in (None, "", [], {})},
        remarks=remarks,
        **texts,
    )


def _scores(remarks: Iterable[Remark]) -> dict[str, str]:
    """The numbers beside what was said, by the names of metrics and people."""
    names = ((" ".join(filter(None, (entry.name, "score", entry.who))), entry.score) for entry in remarks)
    return {name: score for name, score in names if score}


def likeness(test: Test, *paths: str, sure: float = 0.95) -> Recognise:
    """How sure it is that a file's records, at one of the paths in its document, pass a test."""

    def recognise(head: FileHead) -> float:
        return max(_share(_records(head, path), test) for path in paths or ("",)) * sure

    return recognise


def annotated(test: Test, data: Callable[[Record], Record], *paths: str) -> Recognise:
    """As `likeness`, and not sure where the records' data do not show which text was annotated."""

    def clear(record: Record) -> bool:
        return test(record) and (bool(task(data(record)).output.strip()) or no_words(data(record)) != "")

    return lambda head: max(likeness(clear, *paths)(head), likeness(test, *paths, sure=0.4)(head))


def read(source: Source, test: Test, row: Reader, *paths: str) -> Iterator[Said]:
    """The rows of all records at the path where most of the first ones pass the test.

    A record that gives several rows shifts the numbers of those behind it, so that no two share one.
    """
    path, shift = place_of(source, test, *paths), 0
    for number, record in source.records(path):
        rows = of_record(number, _opened(record) if isinstance(record, dict) else record, row)
        yield from (_numbered(entry, shift + place) for place, entry in enumerate(rows))
        shift += max(len(rows) - 1, 0)


def place_of(source: Source, test: Test, *paths: str) -> str:
    """The path at which most of the first records pass the test."""
    return max(paths or ("",), key=lambda path: _fitness(source.head, path, test))


def read_all(source: Source, test: Test, row: Reader, *paths: str) -> Iterator[Said]:
    """As `read`, of the records at all paths where some pass the test, one list after the other."""
    lists = [path for path in paths if _share(_records(source.head, path), test)]
    last = 0
    for path in lists[:1] if "" in lists else lists or [""]:
        shift = last
        for entry in read(source, test, row, path):
            entry = _numbered(entry, shift)
            last = entry.number if isinstance(entry, FormatRow) else entry.row
            yield entry


def has_roots(source: Source, test: Test, is_part: Test, is_root: Test, *paths: str) -> bool:
    """Whether some part of a trace in a file stands in no other, however late; true where there are none."""
    path = place_of(source, test, *paths)
    parts = (record for _, record in source.records(path) if isinstance(record, dict) and is_part(record))
    first_part = next(parts, None)
    return first_part is None or is_root(first_part) or any(map(is_root, parts))


def each(test: Test, *paths: str) -> Callable[[Reader], Rows]:
    """A function that gives the rows of one record, as one that gives those of a whole file (see `read`)."""
    return lambda row: lambda source: read(source, test, row, *paths)


def of_record(number: int, record: Any, row: Reader) -> list[Said]:
    """The rows of one record, or why it cannot be read: no record keeps a file's others from coming in."""
    reason, raw = Wording("this is not an object"), plain(record)[:RAW]
    if isinstance(record, dict):
        try:
            return list(row(number, record))
        except RecursionError:
            reason, raw = Wording("the record is nested too deep"), ""
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            reason = UNREADABLE
    return [RejectedRow(row=number, field="", reason=reason, raw=raw)]


def _numbered(entry: Said, further: int) -> Said:
    if not further:
        return entry
    if isinstance(entry, FormatRow):
        return replace(entry, number=entry.number + further)
    return entry.model_copy(update={"row": entry.row + further})


def _opened(record: Record) -> Record:
    """A table's row with the JSON in its cells read; an object, or a row wider than any tool's, as it is."""
    if len(record) > _WIDEST or any(isinstance(value, list | dict) for value in record.values()):
        return record
    return {key: loaded(value) for key, value in record.items()}


def _records(head: FileHead, path: str) -> Sequence[Record]:
    """The first records at a path of the document, "" for the document itself."""
    return entries(at(head.document, path)) if path else entries(head.document) or head.records


def _fitness(head: FileHead, path: str, test: Test) -> tuple[float, bool]:
    """How well a path's records pass a test; where none do, the document itself comes first."""
    return (_share(_records(head, path), test), path == "")


def _share(records: Sequence[Record], test: Test) -> float:
    passed = [bool(test(_opened(record))) for record in records if isinstance(record, dict)]
    return sum(passed) / len(passed) if passed else 0.0


def _whole(value: Any) -> Any:
    """A text that holds a chat as that chat; any other text as it is, as a model may answer in JSON."""
    inner = loaded(value)
    return inner if inner is value or _chat(inner) else value


def _chat(value: Any) -> list[Turn]:
    """The chat that a value is or holds, through objects with one key."""
    for _ in range(_MANY_STEPS):
        chat = turns(value) if isinstance(value, list | dict) else None
        if chat or not isinstance(value, dict) or len(value) != 1:
            return chat or []
        value = loaded(next(iter(value.values())))
    return []


def _named(value: Any, names: Sequence[str], *, with_text: bool) -> tuple[str, str, dict[str, Any]]:
    """(text, context, what else is named) of an input or output; the text of a chat only by its name."""
    for _ in range(_MANY_STEPS):
        if isinstance(value, dict) and len(value) == 1:
            value = next(iter(value.values()))
        elif with_text and isinstance(value, list) and len(value) == 1:
            value = value[0]
        else:
            break
    if not isinstance(value, dict) or (not with_text and "role" in value):
        return (plain(value) if with_text and value != [] else ""), "", {}
    by_name = {str(key).strip().lower(): key for key in value}
    keys = (by_name[name] for name in names if name in by_name)
    text = next((key for key in keys if isinstance(value[key], str | int | float)), None)
    sources = next((by_name[name] for name in _CONTEXTS if name in by_name), None)
    context = passages(value[sources]) if sources is not None else ""
    if text is not None:
        rest = {str(key): item for key, item in value.items() if key not in (text, sources)}
        return plain(value[text]), context, rest if with_text else {}
    others = {key: item for key, item in value.items() if key != sources}
    return (plain(others) if others and with_text else ""), context, {}
