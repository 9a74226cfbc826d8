"""Prompts of Ragas: an instruction with examples and fields, in a file that it saved or in classes."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

ROLE = "ragas"
"""The role of its only message, of which Ragas writes a part in code."""
_TYPES = {"str": "string", "bool": "boolean", "int": "integer", "float": "number"}


class RagasPrompt(NamedTuple):
    """What it asks, the fields that it is shown, those of its answer, and examples as (input, output)."""

    instruction: str
    inputs: Sequence[str]
    outputs: Mapping[str, Any]
    examples: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]

    @property
    def text(self) -> str:
        """One text with variables."""
        if not self.inputs:
            return self.instruction
        parts = [self.instruction, f"Answer with one JSON object with the fields {', '.join(self.outputs)}."]
        if any(self.outputs.values()):
            parts.append(f"Its JSON schema: {_json({'properties': self.outputs})}")
        parts += [f"Input: {_json(shown)}\nOutput: {_json(answer)}" for shown, answer in self.examples]
        fields = "\n".join(f"{name}: {{{{{name}}}}}" for name in self.inputs)
        return "\n\n".join([*parts, f"{fields}\n\nOutput:"])


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def saved(instruction: str, examples: Any) -> RagasPrompt:
    """A prompt as Ragas saves it."""
    pairs = [
        (example["input"], example["output"])
        for example in (examples if isinstance(examples, list) else [])
        if isinstance(example, Mapping)
        and isinstance(example.get("input"), Mapping)
        and isinstance(example.get("output"), Mapping)
    ]
    shown, answer = pairs[0] if pairs else ({}, {})
    return RagasPrompt(instruction, list(shown), dict.fromkeys(answer, ""), pairs)


def in_classes(
    tree: ast.Module, literal: Callable[[ast.expr | None], Any]
) -> Iterator[tuple[str, RagasPrompt]]:
    """(name, prompt) of each class with an instruction, and models of what it is shown and answers."""
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for name, node in classes.items():
        kept = {key: value for key, _, value in _fields(node)}
        instruction = literal(kept.get("instruction"))
        shown, answer = (_named(kept.get(key), classes) for key in ("input_model", "output_model"))
        if isinstance(instruction, str) and instruction.strip() and shown and answer:
            inputs = [key for key, _, _ in _fields(shown)]
            outputs = {key: _schema(kind, value) for key, kind, value in _fields(answer)}
            examples = list(_examples(kept.get("examples")))
            yield name, RagasPrompt(instruction.strip(), inputs, outputs, examples)


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None, ast.expr | None]]:
    """(name, type, value) of each field of a class."""
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id, part.annotation, part.value
        elif isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            yield part.targets[0].id, None, part.value


def _named(node: ast.expr | None, classes: Mapping[str, ast.ClassDef]) -> ast.ClassDef | None:
    return classes.get(node.id) if isinstance(node, ast.Name) else None


def _schema(kind: ast.expr | None, value: ast.expr | None) -> dict[str, Any]:
    """A field's type and description, as JSON Schema has them."""
    words = value.keywords if isinstance(value, ast.Call) else []
    told = [word.value for word in words if word.arg == "description"]
    about = {"description": told[0].value} if told and isinstance(told[0], ast.Constant) else {}
    if isinstance(kind, ast.Subscript) and ast.unparse(kind.value).endswith("Literal"):
        options = kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
        return about | {"enum": [part.value for part in options if isinstance(part, ast.Constant)]}
    written = ast.unparse(kind) if kind else ""
    return about | {"type": _TYPES.get(written, "object" if "List" not in written else "array")}


def _examples(node: ast.expr | None) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for pair in node.elts if isinstance(node, ast.List) else ():
        if isinstance(pair, ast.Tuple) and len(pair.elts) == 2:
            shown, answer = map(_values, pair.elts)
            if shown and answer:
                yield shown, answer


def _values(node: ast.expr) -> dict[str, Any]:
    """The values that a model is made with; {} where one of them is not written there."""
    try:
        words = node.keywords if isinstance(node, ast.Call) else []
        return {word.arg: ast.literal_eval(word.value) for word in words if word.arg}
    except (ValueError, RecursionError, MemoryError):
        return {}
