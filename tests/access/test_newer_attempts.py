"""Further attempts, at what came later: prompts and patterns that are brought, mappings, keys of redaction,
endpoints, local models, files that are written. By an engineer who sits elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, LabelcoreError
from labelcore.models import EVERY_PROJECT, Role, Visitor
from labelcore.settings import settings
from labelcore.stages import importing
from labelcore.stages.importing.mapping import Mapping
from labelcore.workspace import Workspace

Ask = Callable[..., str]
_ROWS = (
    'output,"o""; DROP TABLE grade; --",review\n'
    '{}!,heronwren,"{{""v"":""pass""}}"\n'
    'b,y,"{{""v"":""fail""}}"\n'
)
_PATTERNS = (
    *("(a+)+$", "(a|a)*b", "(?:(a+)+)+!x", "(.*)*x", "a{1000000}", "(?P<x>", "[" * 3_000),
    *("\\1(a)", "(?<=a+)b"),
)


@pytest.fixture
def files(place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that may be named from elsewhere, with a file; another file lies beside it."""
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.setenv("LABELCORE_FOLDERS", str(folder))
    monkeypatch.setenv("LABELCORE_KEYS_FILE", str(tmp_path / "keys.json"))
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "heronsecret")
    settings.cache_clear()
    (tmp_path / "outside.csv").write_text("output\nheronoutside\n")
    (folder / "a.csv").write_text(_ROWS.format("a" * 60))
    importing.import_file(place, str(folder / "a.csv"))
    yield folder
    settings.cache_clear()


@pytest.fixture
def ask(place: Workspace, files: Path) -> Ask:
    """All that an engineer is told, "" where it was refused in words; what stands there stays."""

    def asked(operation: str, /, *, role: Role = Role.ENGINEER, **arguments: Any) -> str:
        before = sorted(place.db.rows("SELECT table_name, estimated_size FROM duckdb_tables()"))
        there = {path: path.read_bytes() for path in files.parent.rglob("*.csv")}
        visitor = Visitor(name="Eng", roles={EVERY_PROJECT: role})
        request = Request(operation=operation, project="test", arguments=arguments)
        try:
            told = json.dumps(execute(place.db, request, here=False, visitor=visitor).document, default=str)
        except LabelcoreError as trouble:
            told, refusal = "", str(trouble)
        else:
            refusal = ""
        names = {name for name, _ in before}
        now = place.db.rows("SELECT table_name FROM duckdb_tables()")
        assert {name for (name,) in now} == names, "a table was dropped"
        assert {path: path.read_bytes() for path in files.parent.rglob("*.csv")} == there
        assert not [word for word in ("heronoutside", "heronsecret", "root:x:0") if word in told + refusal]
        return told

    return asked


@pytest.mark.parametrize("pattern", _PATTERNS)
def test_a_pattern_that_never_ends_elsewhere_ends_here_or_is_refused(
    ask: Ask, files: Path, pattern: str
) -> None:
    ask("criteria add", name="City", statement="Names it.")
    ask("preview", file=str(files / "a.csv"), redact=["all"], redact_pattern={"x": pattern})
    ask("redact scan", redact=["all"], redact_pattern={"x": pattern})
    ask("judge prompt import", text="Judge {output}.", criterion="City", pattern=pattern, preview=True)


@pytest.mark.parametrize(
    "text",
    [
        *("/etc/passwd", "{outside}", "file:///etc/passwd", "@/etc/passwd", "${{jndi:ldap://x}} {{output}}"),
        *("{{{{config}}}} {{output.__class__.__mro__}}", "{{output!r:>9999999999}}", "{{0}}{{output[0]}}"),
        *(
            "{{input.__init__.__globals__}} {{output}}",
            "{{% for x in ().__class__ %}}{{{{output}}}}{{% endfor %}}",
        ),
        *("!!python/object/apply:os.system ['id']\nprompt: {{output}}", "%s %(output)s {{output}}"),
    ],
)
def test_a_prompt_that_is_brought_is_text_and_reads_nothing(ask: Ask, files: Path, text: str) -> None:
    ask("criteria add", name="City", statement="Names it.")
    text = text.format(outside=files.parent / "outside.csv")
    told = ask("judge prompt import", text=text, criterion="City", preview=True)
    assert "<class" not in told and "uid=" not in told and "labelcore.models" not in told


@pytest.mark.parametrize(
    "text", ["x" * 3_000_000, "\ud800{output}", '{"a":' * 3_000, "{" * 5_000 + "}" * 5_000]
)
def test_a_prompt_that_is_too_much_is_refused_or_text(ask: Ask, text: str) -> None:
    ask("criteria add", name="City", statement="Names it.")
    ask("judge prompt import", text=text, criterion="City", preview=True)


@pytest.mark.parametrize("operation", ["preview", "import"])
@pytest.mark.parametrize(
    "columns",
    [
        *({"output": 'o"; DROP TABLE grade; --'}, {"output": "output", "input": "review.v') FROM grade--"}),
        *({"output": "output", "id": "'; ATTACH '/tmp/x' AS y;--"}, {"output": "$.a[*].b"}),
        *({"__class__": "output"}, {"output": "review." + "a." * 2_000 + "v"}, {"output": "../outside.csv"}),
    ],
)
def test_a_mapping_names_columns_and_nothing_else(
    ask: Ask, files: Path, operation: str, columns: dict[str, str]
) -> None:
    ask(operation, file=str(files / "a.csv"), columns=columns)


def test_a_path_without_end_is_refused_however_deep_the_stack(place: Workspace, files: Path) -> None:
    mapping = Mapping(output="review." + "a." * 200 + "v")
    with pytest.raises(BadInput, match="more than 100 steps"):
        importing.preview(place, str(files / "a.csv"), mapping)


@pytest.mark.parametrize(
    "key", ["k.json", "/etc/passwd", "door.duckdb", "outside.csv", "files/k.json", "files/a.csv"]
)
def test_a_key_of_redaction_is_neither_written_nor_read_from_elsewhere(
    ask: Ask, files: Path, place: Workspace, key: str
) -> None:
    path = str(files.parent / key)
    assert not ask("import", file=str(files / "a.csv"), redact=["all"], redact_key=path)
    assert not ask("redact scan", redact=["all"], redact_key=path)
    assert not ask("redact restore", key=path, role=Role.ADMIN)
    assert not ask("redact restore", key=str(files / "a.csv"), outputs=["a"], out=path, role=Role.ADMIN)
    assert not (files.parent / "k.json").exists() and not (files / "k.json").exists()


@pytest.mark.parametrize(
    "order",
    [
        *({"key_env": "SECRET_OF_THE_SERVER", "address": "https://evil.example/v1"}, {"key_env": "PATH"}),
        *({"address": "http://127.0.0.1:1/v1"}, {"address": "http://169.254.169.254/v1"}),
        *(
            {"address": "http://user:pw@x.example/v1"},
            {"address": "file:///etc/passwd"},
            {"concurrency": 10**9},
        ),
        *({"name": "../e"}, {"name": "default", "address": "https://evil.example/v1"}, {"price_in": -1}),
        *(
            {"address": "https://x.example/v1?key=heronsecret"},
            {"call_timeout": "inf"},
            {"keep": "/etc/passwd"},
        ),
    ],
)
def test_an_endpoint_takes_no_secret_of_the_server_and_stands_nowhere_inside(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, order: dict[str, Any]
) -> None:
    monkeypatch.setenv("LABELCORE_MODEL", "model")
    settings.cache_clear()
    assert not ask("endpoints add", **{"name": "e", "model": "m"} | order)


@pytest.mark.parametrize("role", [Role.EXPERT, Role.LEAD, Role.MANAGER])
def test_who_is_no_engineer_brings_and_tries_nothing(ask: Ask, role: Role) -> None:
    for operation in ("endpoints add", "judge prompt import", "judge prompt try", "import", "judge try"):
        assert not ask(operation, role=role)


@pytest.mark.parametrize(
    "name", ["../outside.csv", "r.html", "a.csv", "../door.duckdb.door", "/tmp/heron.html"]
)
def test_from_elsewhere_nothing_is_written_whatever_writes_it(ask: Ask, files: Path, name: str) -> None:
    out = str(files / name)
    for operation, more in (("report", {}), ("card", {"judge": "x"}), ("library save", {}), ("audit", {})):
        assert not ask(operation, role=Role.ADMIN, out=out, **more)
    for what in ("outputs", "credential", "person", "outputs; DROP TABLE grade", "../outputs"):
        assert not ask("export", what=what, out=out)
    assert not (files / "r.html").exists() and not Path("/tmp/heron.html").exists()


def test_a_check_and_a_local_model_run_nothing_of_the_servers(ask: Ask, files: Path) -> None:
    for weights in ("/etc/passwd", str(files.parent / "outside.csv"), "/bin/sh"):
        assert not ask("local-model start", weights=weights)
    for source in ("import os", "__import__('os')", "open('/etc/passwd')", "().__class__.__base__"):
        check = (
            f"def check(output, input, context, metadata):\n    return {source.replace('import os', 'os')}\n"
        )
        assert not ask("judge try", source=f"{source}\n{check}")
