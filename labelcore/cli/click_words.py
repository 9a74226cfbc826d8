"""What click says by itself, in Chinese: its modules look their words up in gettext under the name ``_``."""

from __future__ import annotations

import click
from click import core, decorators, exceptions, formatting, parser, types
from typing_extensions import override

_CHINESE = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Show this message and exit.": "显示本帮助后退出。",
    "Show the version and exit.": "显示版本后退出。",
    "required": "必填",
    "default: {default}": "默认：{default}",
    "Aborted!": "已中止！",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "帮助见“{command} {option}”。",
    "Invalid value: {message}": "值无效：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值无效：{message}",
    "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "No such option {name!r}.": "没有选项 {name!r}。",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Did you mean {possibility}?": "您是不是想用 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "（您是不是想用其中之一：{possibilities}？）",
    "Got unexpected extra argument ({args})": "多出了参数（{args}）",
    "Got unexpected extra arguments ({args})": "多出了参数（{args}）",
    "Takes {nargs} values but 1 was given.": "需要 {nargs} 个值，只给了 1 个。",
    "Takes {nargs} values but {len} were given.": "需要 {nargs} 个值，给了 {len} 个。",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带值。",
    "Option {name!r} requires an argument.": "选项 {name!r} 需要一个值。",
    "Option {name!r} requires {nargs} arguments.": "选项 {name!r} 需要 {nargs} 个值。",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 需要 {nargs} 个值。",
    "{value!r} is not {choice}.": "{value!r} 不是 {choice}。",
    "{value!r} is not one of {choices}.": "{value!r} 不在 {choices} 之中。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是有效的数（{number_type}）。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 之内。",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是一个文件。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是一个目录。",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 无法读取。",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 无法写入。",
    "file": "文件",
    "directory": "目录",
    "path": "路径",
}


_spoken: dict[str, str] = {}
"""What is said for the English words now: nothing else while English is spoken."""


def translated(message: str) -> str:
    """The message in the language that is spoken, or as it is where nobody has said it yet."""
    return _spoken.get(message, message)


def speaks_chinese() -> bool:
    """Whether anything else than English is spoken."""
    return bool(_spoken)


def _counted(singular: str, plural: str, n: int) -> str:
    return translated(singular if n == 1 else plural)


class _Formatter(click.HelpFormatter):
    """Headings with the colon of the language."""

    @override
    def write_heading(self, heading: str) -> None:
        colon = "：" if speaks_chinese() else ":"
        self.write(f"{'':>{self.current_indent}}{heading}{colon}\n")


def speak(language: str) -> None:
    """Have click say in a language ("en", "zh") whatever it says in this process."""
    _spoken.clear()
    if language == "zh":
        _spoken.update(_CHINESE)
    click.Context.formatter_class = _Formatter
    for module in (click, core, decorators, exceptions, formatting, parser, types):
        names = vars(module)
        for name, words in (("_", translated), ("ngettext", _counted)):
            if name in names:
                names[name] = words
