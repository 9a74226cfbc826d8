"""Commands made from operations: the signature gives arguments and options, the docstring the help."""

from __future__ import annotations

import getpass
import inspect
import re
import sys
import types
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from labelcore.cli import sending
from labelcore.errors import BadInput
from labelcore.operations import (
    FilePlace,
    FileText,
    Flags,
    LocalTime,
    Metavar,
    NotAnOption,
    Operation,
    find_operation,
)

_LONGEST_FILE = 4 * 2**20


def command_of(name: str, instead: Mapping[str, tuple[str, str]] | None = None) -> click.Command:
    """The command of an operation: what stands before ``*`` are arguments, what follows options. ``instead``:
    flags with which it calls another operation, which takes its arguments in the same order, and what the
    flags say in the help.
    """
    operation, others = find_operation(name), instead or {}
    shapes = _shapes(operation)

    def run(db: Path | None, project: str | None, author: str, as_json: bool, **given: Any) -> None:
        called = find_operation(next((other for flag, (other, _) in others.items() if given[flag]), name))
        taken = _shapes(called)
        taken |= dict(zip(_arguments(shapes), _arguments(taken).values(), strict=False))
        arguments = {
            taken[word].of.name: taken[word].read(value)
            for word, value in given.items()
            if word in taken and value is not None and value != () and value is not taken[word].default
        }
        person = sending.somebody(author) if operation.signed else author
        sending.send(called.name, db, project, as_json, person, **arguments)

    flags = [click.Option([f"--{flag}"], is_flag=True, help=told) for flag, (_, told) in others.items()]
    # For people: parameters by the names that they have on the command line.
    text = inspect.cleandoc(operation.function.__doc__ or "").partition("\nRaises:")[0]
    text = re.sub(r"``(\w+)``", lambda word: shapes[word[1]].flag if word[1] in shapes else word[1], text)
    return click.Command(
        operation.name.split()[-1],
        callback=run,
        params=[*(shape.parameter() for shape in shapes.values()), *flags, *common(taken=shapes)],
        help=text,
        short_help=operation.summary,
    )


def common(*, author: bool = True, taken: Container[str] = ()) -> list[click.Parameter]:
    """The options that every command has; `--annotator` where it does not mean somebody else."""
    names = ["--author", *([] if "annotator" in taken else ["--annotator"]), "author"]
    who = click.Option(names, default="", help="Who does this.")
    return [
        click.Option(["--db"], type=click.Path(path_type=Path), help="The DuckDB file."),
        click.Option(["--project"], help="The project's name."),
        *([who] if author else []),
        click.Option(
            ["--all"],
            is_flag=True,
            expose_value=False,
            callback=lambda _context, _option, wanted: sending.EVERYTHING.set(wanted),
            help="Print every line, not a screenful.",
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON document on stdout."),
    ]


def _shapes(operation: Operation) -> dict[str, ParameterShape]:
    shapes = {name: ParameterShape(parameter) for name, parameter in operation.fields.items()}
    return {name: shape for name, shape in shapes.items() if not shape.mark(NotAnOption)}


def _arguments(shapes: Mapping[str, ParameterShape]) -> dict[str, ParameterShape]:
    """Those that are given by their place."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    return {name: shape for name, shape in shapes.items() if shape.of.kind is not keyword}


@dataclass(frozen=True)
class ParameterShape:
    """How a parameter of an operation looks on the command line."""

    of: inspect.Parameter

    @property
    def default(self) -> Any:
        """What it is where it is not given."""
        return None if self.of.default is inspect.Parameter.empty else self.of.default

    @cached_property
    def marks(self) -> tuple[Any, ...]:
        """What its annotation says beside the type."""
        return tuple(_marks(self.of.annotation))

    @cached_property
    def types(self) -> tuple[Any, ...]:
        """The types that it may have, None left out."""
        return tuple(kind for kind in _alternatives(self.of.annotation) if kind is not type(None))

    @property
    def several(self) -> bool:
        """Whether it may be given more than once."""
        origins = [get_origin(kind) for kind in self.types]
        return any(isinstance(origin, type) and issubclass(origin, Iterable) for origin in origins)

    @cached_property
    def paired(self) -> bool:
        """Whether it is given as NAME=VALUE, as often as wanted."""
        return any(get_origin(kind) in {dict, Mapping} for kind in self.types)

    def mark(self, kind: type) -> Any:
        """The mark of a kind, None where there is none."""
        return next((mark for mark in self.marks if isinstance(mark, kind)), None)

    @property
    def help(self) -> str:
        """Its description."""
        described = (mark.description for mark in self.marks if isinstance(mark, FieldInfo))
        return next(filter(None, described), "")

    @cached_property
    def kind(self) -> click.ParamType[Any]:
        """What is given for it, or for each of several: a number, one of a few words, or a text."""
        if self.types in {(int,), (float,)}:
            return click.types.convert_type(self.types[0])
        parts = [
            part for kind in self.types for part in (kind, *get_args(kind)) if get_origin(part) is Literal
        ]
        words = [word for part in parts for word in get_args(part) if word]
        return click.Choice(words) if words and len(parts) == len(self.types) else click.STRING

    @property
    def flag(self) -> str:
        """Its name as an option, the first of several."""
        flags = self.mark(Flags)
        return flags.names[0] if flags else f"--{self.of.name.rstrip('_').replace('_', '-')}"

    def parameter(self) -> click.Parameter:
        """The argument or the option."""
        required = self.of.default is inspect.Parameter.empty
        metavar = self.mark(Metavar)
        if self.of.kind is not inspect.Parameter.KEYWORD_ONLY:
            name = metavar.text if metavar else None
            several = -1 if self.several else 1
            return click.Argument([self.of.name], required, type=self.kind, nargs=several, metavar=name)
        flags = self.mark(Flags)
        names = [*(flags.names if flags else (self.flag,)), self.of.name]
        if bool in self.types:
            names[0] = f"{names[0]}/--no-{self.flag[2:]}" if self.default and not flags else names[0]
            return click.Option(names, is_flag=True, default=self.default, help=self.help)
        shown = self.default if isinstance(self.default, str | int | float) and self.default != "" else None
        return click.Option(
            names,
            required=required,
            multiple=self.several,
            metavar=metavar.text if metavar else None,
            help=self.help,
            type=self.kind,
            default=shown,
            show_default=shown is not None,
        )

    def read(self, value: Any) -> Any:
        """The value as the operation takes it: files read here, places made absolute here."""
        if self.paired:
            return dict(self._pair(text) for text in value)
        if isinstance(value, tuple):
            return [self.read(part) for part in value]
        if here := self.mark(LocalTime):
            return str(here.reads(value))
        if self.mark(FileText):
            return self._text_of(value)
        if Path in self.types or (self.mark(FilePlace) and "://" not in value):
            return str(Path(value).expanduser().absolute())
        return value

    def _text_of(self, file: str) -> str:
        """The whole text of a file; for "-" what comes by a pipe or is typed, a secret unseen."""
        if file == "-" and SecretStr in self.types and sys.stdin.isatty():
            return getpass.getpass(f"{self.of.name}: ")
        try:
            content = _bytes_of(file)
            if len(content) > _LONGEST_FILE:
                raise BadInput(
                    "'{file}' is longer than {longest:,} bytes.",
                    next_step="Give it in several files." if self.several else "Give a shorter text.",
                    file=file,
                    longest=_LONGEST_FILE,
                )
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as trouble:
            raise BadInput("'{file}' is not UTF-8.", next_step="Save it as UTF-8.", file=file) from trouble
        except OSError as trouble:
            why = trouble.strerror
            raise BadInput(
                "'{file}' cannot be read: {why}.", next_step="Name a text file.", file=file, why=why
            ) from trouble

    def _pair(self, text: str) -> tuple[str, str]:
        """``city=Hangzhou`` in its two parts."""
        name, _, value = (part.strip() for part in text.partition("="))
        if name and value:
            return name, value
        wanted = self.mark(Metavar)
        example = next(mark.examples[0] for mark in self.marks if getattr(mark, "examples", None))
        raise BadInput(
            "{flag} wants {form}, not '{text}'.",
            next_step="For example: {flag} {example}",
            flag=self.flag,
            form=wanted.text if wanted else "NAME=VALUE",
            text=text,
            example=example,
        )


def _bytes_of(file: str) -> bytes:
    """The bytes of a file, or of stdin for "-": at most one more than may be."""
    if file == "-":
        return sys.stdin.buffer.read(_LONGEST_FILE + 1)
    with Path(file).expanduser().open("rb") as stream:
        return stream.read(_LONGEST_FILE + 1)


def _marks(annotation: Any) -> Iterable[Any]:
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
        yield from _marks(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, types.UnionType}:
        for part in get_args(annotation):
            yield from _marks(part)


def _alternatives(annotation: Any) -> Iterable[Any]:
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, types.UnionType}:
        for part in get_args(annotation):
            yield from _alternatives(part)
    else:
        yield annotation
