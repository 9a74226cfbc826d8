"""Files that hold no outputs, as people bring them: what each is, and what to bring in its place.

Known by how they begin, by what a zip holds and, of texts, by their endings: a configuration or a script
can be read as a table of one column, which nobody meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from labelcore.errors import BadInput
from labelcore.stages.importing.names import by_name
from labelcore.store.formats import every_tool
from labelcore.wording import Wording

_TABLE = Wording(
    "Bring the outputs as a table (CSV, Excel) or as JSON lines, one a row with what it answers."
)
_WORDS = Wording("labelcore grades texts: bring what is said in it as a table or as JSON lines, one a row.")
_EXPORT = Wording("Export its table as CSV, Parquet or JSON lines, then import that.")
_SHEET = Wording("Export it as Excel or CSV, then import that.")
_UNPACK = Wording("Unpack it, then import the file that holds the outputs.")
_RESULTS = Wording("It says what is asked, not what was answered: bring the results of a run.")

_SOUND, _VIDEO, _PICTURE = Wording("a sound recording"), Wording("a video"), Wording("a picture")
_MODEL, _ARRAY = Wording("the weights of a model"), Wording("an array of numbers")
_PICKLE = Wording("a Python pickle, which cannot be read safely")
_BEGINNINGS: tuple[tuple[int, bytes, Wording, Wording], ...] = (
    (0, b"%PDF", Wording("a PDF"), _TABLE),
    (0, b"{\\rtf", Wording("a text document"), _TABLE),
    (0, b"\x89PNG", _PICTURE, _WORDS),
    (0, b"\xff\xd8\xff", _PICTURE, _WORDS),
    (0, b"GIF8", _PICTURE, _WORDS),
    (8, b"WEBP", _PICTURE, _WORDS),
    (0, b"ID3", _SOUND, _WORDS),
    (0, b"OggS", _SOUND, _WORDS),
    (0, b"fLaC", _SOUND, _WORDS),
    (8, b"WAVE", _SOUND, _WORDS),
    (4, b"ftyp", _VIDEO, _WORDS),
    (0, b"\x1aE\xdf\xa3", _VIDEO, _WORDS),
    (0, b"SQLite format 3", Wording("a SQLite database"), _EXPORT),
    (8, b"DUCK", Wording("a DuckDB database"), _EXPORT),
    (0, b"Obj\x01", Wording("an Avro file"), _EXPORT),
    (0, b"ORC", Wording("an ORC file"), _EXPORT),
    (0, b"\x89HDF", Wording("an HDF5 file"), _EXPORT),
    (0, b"7z\xbc\xaf", Wording("a 7-Zip archive"), _UNPACK),
    (0, b"Rar!", Wording("a RAR archive"), _UNPACK),
    (257, b"ustar", Wording("a tar archive"), _UNPACK),
    (0, b"\x93NUMPY", _ARRAY, _TABLE),
    (0, b"GGUF", _MODEL, _TABLE),
    (7, b'\0{"', _MODEL, _TABLE),  # safetensors: the length of its header, then the header
    (0, b"\x7fELF", Wording("a program"), _TABLE),
    (0, b"MZ", Wording("a program"), _TABLE),
    *((0, bytes((128, version)), _PICKLE, _EXPORT) for version in range(2, 6)),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MEMBERS: tuple[tuple[str, Wording, Wording], ...] = (
    (r"word/document\.xml", Wording("a Word document"), _TABLE),
    (r"ppt/presentation\.xml", Wording("a presentation"), _TABLE),
    (r".*\.iwa", Wording("a file of Numbers, Pages or Keynote"), _SHEET),
    (r"META-INF/container\.xml|.*\.opf|mimetype", Wording("a book"), _TABLE),
    (r"(.*/)?data\.pkl", _MODEL, _TABLE),
    (r".*\.npy", _ARRAY, _TABLE),
)
_REQUESTS = Wording("a batch of requests to a model")
_CODE, _SETTINGS, _NOTEBOOK = Wording("code"), Wording("a configuration"), Wording("a notebook")
_NO_SAMPLES = Wording("a log of Inspect without its samples")
_PAGE, _XML, _YAML = Wording("a web page"), Wording("an XML file"), Wording("a YAML file")
_BRINGS = {
    _REQUESTS: Wording(
        "It says what is asked, not what was answered: bring the results of the batch, or each request and "
        "its response in one line."
    ),
    _CODE: _RESULTS,
    _SETTINGS: _RESULTS,
    _NOTEBOOK: _RESULTS,
    _PAGE: _SHEET,
    _YAML: _TABLE,
    _XML: _TABLE,
}
"""What to bring in place of a text that no tool wrote; of any other kind it is asked of no tool."""
_TEXTS: dict[str, Wording] = {
    ending: what
    for what, endings in {
        _CODE: ".py .js .mjs .cjs .ts .tsx .jsx .r .sh .sql .java .go .rs .rb",
        _YAML: ".yaml .yml",
        _SETTINGS: ".toml .ini .cfg .conf .env",
        _PAGE: ".html .htm .mhtml",
        _XML: ".xml .svg",
        Wording("a prompt's template"): ".jinja .jinja2 .j2 .mustache .prompt",
        Wording("a text document"): ".md .markdown .rst .tex",
        Wording("an e-mail"): ".eml",
    }.items()
    for ending in endings.split()
}
_BY_CONTENT: tuple[tuple[re.Pattern[bytes], Wording], ...] = (
    (re.compile(rb"<(!doctype\s+html|html)\b", re.IGNORECASE), _PAGE),
    (re.compile(rb"<\?xml\b|<svg\b|<testsuites?\b", re.IGNORECASE), _XML),
    (re.compile(rb"#!\s*/|from [\w.]+ import |import [\w.]+( as \w+)?\r?\n"), _CODE),
    (re.compile(rb"#\s*yaml-language-server:|%YAML "), _YAML),
)
_NOTEBOOKS = re.compile(rb'\{\s*"(cells|metadata|nbformat|nbformat_minor)"\s*:')
_CELL = re.compile(rb'"cell_type"\s*:\s*"(code|markdown|raw)"')
_ASKS = ({"prompts", "providers"}, {"prompts", "tests"}, {"providers", "tests"}, {"targets", "redteam"})
"""Keys that stand together in promptfoo's configurations."""
_ANSWERS = {"results", "outputs", "evalId"}
_SECTION = re.compile(rb"\[+\"?[A-Za-z_][\w.\" -]*\]+\s*([#;].*)?(\r?\n|$)")
_ASKED = re.compile(rb'(?:^|[{,]\s*)"?(prompts|providers|tests|targets|redteam)"?\s*:', re.MULTILINE)
_TOOLS = {
    name: name for name in "promptfoo deepeval ragas mlflow langfuse langsmith argilla prodigy".split()
} | {
    "inspect_ai": "inspect",
    "label_studio": "label_studio",
    "phoenix": "openinference",
    "evalid": "promptfoo",
}
_NAMED = re.compile(rf"\b({'|'.join(_TOOLS)})".encode())
_REQUEST = re.compile(rb'"(custom_id|key|recordId)"\s*:')
_LARGEST = 2_000_000
_LOOKED_AT = 65_536


def check(path: Path, start: bytes) -> None:
    """Refuse a file that cannot hold outputs, by its beginning.

    Raises:
        BadInput: it is one, with what it is and what to bring.
    """
    for place, mark, what, bring in _BEGINNINGS:
        if start.startswith(mark, place) and (b"\0" in start or not mark.isalnum()):
            raise _refusal(path, what, bring)
    ending = path.suffix.lower() or path.name.lower()
    if start.startswith(_OLD_OFFICE) and ending in {".doc", ".ppt", ".msg"}:
        raise _refusal(path, Wording("a text document"), _TABLE)
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    is_json = start[:1] == b"{" or (start[:1] == b"[" and not _SECTION.match(start))
    kind = _of_json(path, ending, start) if is_json else _of_text(ending, start)
    if kind:
        tool = _tool_of(path, kind)
        raise _refusal(path, kind, _results_of(tool) if tool else _BRINGS.get(kind, _TABLE))


def check_members(path: Path, names: Iterable[str], mimetype: bytes = b"") -> None:
    """Refuse a zip that is a document of another program, by the names in it.

    Raises:
        BadInput: it is one.
    """
    if b"opendocument.text" in mimetype or b"opendocument.presentation" in mimetype:
        raise _refusal(path, Wording("a text document"), _TABLE)
    for pattern, what, bring in _MEMBERS:
        if any(re.fullmatch(pattern, name) for name in names):
            raise _refusal(path, what, bring)


def _asks(path: Path) -> bool:
    """Whether the first line is a request of a batch: a body and no answer, whatever that is called."""
    with path.open("rb") as file:
        line = file.readline(_LARGEST)
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return False
    keys = set(request) if isinstance(request, dict) else set()
    place = next((key for key in ("body", "params", "request") if key in keys), "")
    body = request[place] if place else None
    asked = isinstance(body, dict) and bool({"messages", "input", "prompt", "contents"} & body.keys())
    return asked and not {"result", "error"} & keys and "output" not in by_name(sorted(keys - {place}), [])


def _refusal(path: Path, what: Wording, bring: Wording) -> BadInput:
    return BadInput("{name} is {foreign}.", next_step=bring, name=path.name, foreign=what)


def _tool_of(path: Path, what: Wording) -> str:
    """The tool that a text speaks of, "" where it speaks of none."""
    if what is _NO_SAMPLES:
        return "inspect"
    if what not in _BRINGS:
        return ""
    with path.open("rb") as file:
        text = path.name.lower().encode("utf-8", "replace") + b"\n" + file.read(_LOOKED_AT).lower()
    if what in {_YAML, _SETTINGS} and len(set(_ASKED.findall(text))) > 1:
        return "promptfoo"
    match = _NAMED.search(text)
    return _TOOLS[match[1].decode()] if match else ""


def _results_of(name: str) -> Wording:
    tool = every_tool()[name]
    return Wording(
        "It holds no answers that can be read. Bring in its place: {tool}. {get}",
        tool=Wording(tool.title),
        get=Wording(tool.get),
    )


def _of_text(ending: str, start: bytes) -> Wording | None:
    """What a text without outputs is; None where it may hold some."""
    by_content = (what for pattern, what in _BY_CONTENT if pattern.match(start))
    what = _TEXTS.get(ending) or next(by_content, None)
    return _SETTINGS if what is _YAML and len(set(_ASKED.findall(start))) > 1 else what


def _of_json(path: Path, ending: str, start: bytes) -> Wording | None:
    if _REQUEST.search(start) and _asks(path):
        return _REQUESTS
    if ending == ".ipynb" or (_NOTEBOOKS.match(start) and _CELL.search(start)):
        return _NOTEBOOK
    asks = any(key in start for key in (b'"prompts"', b'"providers"', b'"targets"', b'"eval"'))
    if not asks or path.stat().st_size > _LARGEST:
        return None
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    keys = set(document) if isinstance(document, dict) else set()
    if {"eval", "plan", "status"} <= keys and not document.get("samples"):
        return _NO_SAMPLES
    return _SETTINGS if any(shape <= keys for shape in _ASKS) and not _ANSWERS & keys else None
