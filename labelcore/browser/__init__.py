"""What runs in a browser: modules and style sheets, and how they become one file that needs no network.

Pages serve ``FILES`` as they are; a pack carries the bundle of its modules.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

FILES = Path(__file__).parent / "files"

_IMPORT = re.compile(r'^import (\{[^}]*\}|\w+) from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (default )?(?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_STYLES = re.compile(r'^@import url\("(\w+\.css)"\);\n', re.MULTILINE)
_BREAKS_OUT = re.compile(r"</|<!--|<script", re.IGNORECASE)


@cache
def digest() -> str:
    """Changes with the files."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(FILES.iterdir()))).hexdigest()


@cache
def bundled_script(entry: str) -> str:
    """A module and all that it imports as one script: each becomes a function that runs once, after
    those that it needs, so names of different modules never meet.

    Raises:
        ValueError: modules import each other in a circle, or a line would end the script element.
    """
    script = "\n".join(['"use strict";', *_modules(entry, done={}, path=())])
    if _BREAKS_OUT.search(script):
        raise ValueError("A module holds characters that end or open a script element.")
    return script


def _modules(name: str, done: dict[str, None], path: tuple[str, ...]) -> list[str]:
    if name in path:
        raise ValueError(f"Modules import each other in a circle: {' > '.join((*path, name))}.")
    if name in done:
        return []
    source = (FILES / name).read_text("utf-8")
    needed = [
        module for match in _IMPORT.finditer(source) for module in _modules(match[2], done, (*path, name))
    ]
    done[name] = None
    exports = ", ".join(
        f"default: {match[2]}" if match[1] else match[2] for match in _EXPORT.finditer(source)
    )
    body = _EXPORT.sub("", _IMPORT.sub(_required, source))
    variable = f"module_{name.removesuffix('.js')}"
    return [*needed, f"const {variable} = (() => {{\n{body}return {{ {exports} }};\n}})();"]


def _required(match: re.Match[str]) -> str:
    names = match[1] if match[1].startswith("{") else f"{{ default: {match[1]} }}"
    return f"const {names.replace(' as ', ': ')} = module_{match[2].removesuffix('.js')};\n"


@cache
def bundled_styles(entry: str) -> str:
    """A style sheet with those that it imports in their places."""
    source = (FILES / entry).read_text("utf-8")
    return _STYLES.sub(lambda match: bundled_styles(match[1]), source)


@cache
def _page(name: str) -> str:
    """A page with its modules and styles in it, and a policy that runs these and nothing else."""
    parts = {"script": bundled_script(f"{name}.js"), "styles": bundled_styles(f"{name}.css")}
    for part, text in list(parts.items()):
        hashed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        parts[f"{part}_hash"] = f"sha256-{hashed}"
    page = (FILES / f"{name}.html").read_text("utf-8")
    return re.sub("__(" + "|".join(parts) + ")__", lambda match: parts[match[1]], page)


def page_with(name: str, data: str) -> str:
    """A page in one file, with JSON that its script reads.

    Nothing in the data can end the element that carries it.
    """
    before, after = _page(name).split("__data__")
    return before + data.replace("<", "\\u003c") + after
