"""What a model was given and gave back, as the attributes and events of a span say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from labelcore.store.formats.base import Remark
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    at,
    entries,
    exchange,
    first,
    kind_of,
    loaded,
    made,
    plain,
    remark,
)
from labelcore.text.nested import nested

_PLACES = (
    ("gen_ai.input.messages", "gen_ai.output.messages"),
    ("gen_ai.prompt", "gen_ai.completion"),
    ("llm.input_messages", "llm.output_messages"),
    ("ai.prompt.messages", "ai.response.text"),
    ("llm.prompts", "llm.choices"),
)
_MODELS = (
    "gen_ai.response.model",
    "gen_ai.request.model",
    "llm.model_name",
    "ai.model.id",
    "gen_ai.request.model_name",
)
_ROLES = {"gen_ai.assistant.message": "assistant", "gen_ai.tool.message": "tool"}


class Span(NamedTuple):
    """A span with its attributes as objects in each other, its events as (name, attributes)."""

    number: int
    id: str
    trace: str
    attributes: Mapping[str, Any]
    events: Sequence[tuple[str, Mapping[str, Any]]] = ()
    at: Any = ""
    remarks: Sequence[Remark] = ()
    whole: bool = False  # whether its input and output count where no model's messages are known

    def rows(self) -> Iterator[Said]:
        """The span's output; nothing where it holds no answer of a model, as a search or a tool's call."""
        parts = self._exchange()
        if not parts.output.strip():
            return
        group = first(self.attributes, "gen_ai.conversation.id", "session.id") or self.trace
        prompt = first(self.attributes, "llm.prompt_template.version", "gen_ai.prompt.version")
        yield made(
            self.number,
            parts,
            id=self.id,
            group=group,
            model=first(self.attributes, *_MODELS),
            prompt_version=prompt if isinstance(prompt, str) else "",
            at=self.at,
            details={"trace": self.trace} if group != self.trace else {},
            remarks=[*self.remarks, *self._evaluations()],
        )

    def _exchange(self) -> Exchange:
        merged = {**self.attributes}
        for name, attributes in self.events:
            if name.startswith(("gen_ai.client.inference", "gen_ai.content")):
                merged = nested({**merged, **attributes})
        for prompts, answered in _PLACES:
            answer = _replies(at(merged, answered))
            if answer:
                return exchange(_with_system(merged, at(merged, prompts)), answer)
        prompt, answer = self._from_events()
        if not answer and self.whole:
            prompt, answer = (_written(merged, key) for key in ("input", "output"))
        return exchange(prompt, answer)

    def _from_events(self) -> tuple[Any, Any]:
        """The messages of the older events, one each: ``gen_ai.user.message``, ``gen_ai.choice``."""
        prompts: list[Any] = []
        answer: list[Any] = []
        for name, attributes in self.events:
            message = loaded(attributes.get("message") or attributes)
            message = message if isinstance(message, dict) else {"content": message}
            if name == "gen_ai.choice":
                answer = _replies([message])
            elif name.startswith("gen_ai.") and name.endswith(".message"):
                prompts.append({"role": _ROLES.get(name, name.split(".")[1]), **message})
        return prompts, answer

    def _evaluations(self) -> list[Remark]:
        remarks: list[Remark] = []
        for name, attributes in self.events:
            if name == "gen_ai.evaluation.result":
                result = nested(attributes)
                title = plain(first(result, "gen_ai.evaluation.name"))
                score = first(result, "gen_ai.evaluation.score.value")
                value = first(result, "gen_ai.evaluation.score.label") or score
                reason = first(result, "gen_ai.evaluation.explanation")
                remarks += remark(kind_of(title), title, value, reason=reason, score=score)
        return remarks


def remarks_of(value: Any) -> list[Remark]:
    """Phoenix's annotations of a span: people's as grades, those of models and code as verdicts."""
    remarks: list[Remark] = []
    for note in entries(value):
        name, human = plain(first(note, "name", "annotation_name")), note.get("annotator_kind") == "HUMAN"
        who = first(note, "user.username", "user_id", "identifier") if human else ""
        remarks += remark(
            kind_of(name, "grade") if human else "verdict",
            name,
            first(note, "result.label", "label", "result.score", "score"),
            who=who,
            reason=first(note, "result.explanation", "explanation"),
            at=first(note, "updated_at", "created_at"),
            score=first(note, "result.score", "score"),
        )
    return remarks


def _replies(value: Any) -> Any:
    """A model's messages; those that do not say who speaks are the model's."""
    value = loaded(value)
    value = [value] if isinstance(value, dict) else value
    if not isinstance(value, list):
        return value
    return [
        {"role": "assistant", **item}
        if isinstance(item, dict) and not any(str(key).startswith("message") for key in item)
        else item
        for item in value
    ]


def _written(attributes: Mapping[str, Any], key: str) -> Any:
    """A span's ``input.value`` or ``output.value``, read where it says that it is JSON."""
    value = at(attributes, f"{key}.value")
    return loaded(value) if "json" in plain(at(attributes, f"{key}.mime_type")) else value


def _with_system(attributes: Mapping[str, Any], prompt: Any) -> Any:
    instructions = loaded(at(attributes, "gen_ai.system_instructions"))
    messages = loaded(prompt)
    return (
        {"system": instructions, "messages": messages}
        if instructions and isinstance(messages, list)
        else messages
    )
