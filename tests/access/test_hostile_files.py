"""Files that somebody made to do harm: packs, archives, links, and texts that a spreadsheet runs."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labelcore import files
from labelcore.errors import BadInput, LabelcoreError, NotAllowed
from labelcore.models import Output, Role, Visitor, now
from labelcore.operations import find_operation
from labelcore.settings import settings
from labelcore.stages import auditing, exporting, grading, importing, projects, signing
from labelcore.stages.grading.packs import Pack, make_pack, merge_pack
from labelcore.stages.importing import history
from labelcore.store import audit
from labelcore.store.formats import packing
from labelcore.workspace import Workspace


@pytest.fixture
def pack(workspace: Workspace, add_outputs: Callable[..., list[Output]]) -> Pack:
    add_outputs("first", "second", "third")
    return make_pack(workspace, "Ben", n=2)


def merged(workspace: Workspace, folder: Path, pack: Pack, *events: object, **changed: object) -> Any:
    """What merging these events of a pack does; ``changed``: parts of the file that somebody edited."""
    manifest = pack.manifest.model_dump(mode="json", exclude_unset=True)
    file = folder / "back.json"
    document = {"manifest": manifest, "signature": pack.signature, "events": list(events)}
    file.write_text(json.dumps(document | changed))
    return merge_pack(workspace, file)


def press(pack: Pack, name: str = "press-000001", **changed: object) -> dict[str, object]:
    return {"client_id": name, "output_id": pack.manifest.outputs[0], "value": "pass"} | changed


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2999-01-01T00:00:00Z"]
)
@pytest.mark.parametrize("name", ["at", "shown_at"])
def test_a_moment_that_somebody_made_up_stands_above_nothing_later(
    workspace: Workspace, tmp_path: Path, pack: Pack, at: str, name: str
) -> None:
    assert merged(workspace, tmp_path, pack, press(pack, **{name: at})).merged == 1
    grade = grading.current_grades(workspace, "Ben")[0]
    assert grade.at <= now()
    grading.grade(workspace.by("Ben"), grade.output_id, "fail")
    assert [known.value for known in grading.current_grades(workspace, "Ben")] == ["fail"]


@pytest.mark.parametrize(
    "changed",
    [
        {"signature": "ü" * 64},
        {"signature": "\ud800"},
        {"signature": ["x"]},
        {"signature": None},
        {"manifest": {}},
        {"manifest": []},
        {"events": 7},
        {"events": None},
    ],
)
def test_a_pack_that_was_edited_is_refused_in_words(
    workspace: Workspace, tmp_path: Path, pack: Pack, changed: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        merged(workspace, tmp_path, pack, press(pack), **changed)


@pytest.mark.parametrize(
    "edited",
    [
        {"annotator": "Eve"},
        {"annotator": "\ud800"},
        {"annotator": "BEN"},
        {"outputs": []},
        {"pack": "pack_another"},
        {"project": "another"},
        {"project_id": "another"},
        {"made_at": "2020-01-01T00:00:00Z"},
        {"held_until": "2999-01-01T00:00:00Z"},
        {"marks": ["0" * 16] * 2},
        {"more": 1},
    ],
)
def test_who_a_pack_is_for_and_what_it_holds_cannot_be_edited(
    workspace: Workspace, tmp_path: Path, pack: Pack, edited: dict[str, object]
) -> None:
    manifest = pack.manifest.model_dump(mode="json", exclude_unset=True)
    with pytest.raises(BadInput):
        merged(workspace, tmp_path, pack, press(pack), manifest=manifest | edited)
    without = {name: value for name, value in manifest.items() if name not in edited}
    with pytest.raises(BadInput):
        merged(workspace, tmp_path, pack, press(pack), manifest=without | edited)


def test_a_pack_of_another_project_or_database_is_refused(
    workspace: Workspace, tmp_path: Path, pack: Pack
) -> None:
    other = Workspace(workspace.db, projects.open_project(workspace.db, "other"), "Lea")
    with pytest.raises(BadInput, match="belongs to the project"):
        merged(other, tmp_path, pack, press(pack))
    manifest = pack.manifest.model_dump(mode="json", exclude_unset=True) | {"project_id": other.project.id}
    with pytest.raises(BadInput, match="changed by hand"):
        merged(other, tmp_path, pack, press(pack), manifest=manifest)


def test_a_pack_that_is_sent_again_adds_nothing_and_speaks_for_nobody_else(
    workspace: Workspace, tmp_path: Path, pack: Pack, add_outputs: Callable[..., list[Output]]
) -> None:
    [outside] = add_outputs("outside")
    first = press(pack)
    acts = [
        first,
        first,
        press(pack, "press-000002", annotator="Eve", person="Eve", source="gold"),
        press(pack, "press-000003", output_id=outside.id),
        press(pack, "press-000004", output_id=f"{pack.manifest.outputs[0]}~2-1"),
        press(pack, "\ud800" * 9),
        press(pack, "press-000005", value="perfect"),
        "press",
    ]
    merged(workspace, tmp_path, pack, *acts)
    again = merged(workspace, tmp_path, pack, *acts)
    assert again.merged == 0
    assert {grade.annotator for grade in grading.current_grades(workspace)} == {"Ben"}
    assert [grade.output_id for grade in grading.current_grades(workspace)] == [pack.manifest.outputs[0]]
    again.model_dump_json()


@pytest.fixture
def far(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An engineer who sits elsewhere, and a folder that the settings name."""
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    monkeypatch.setenv("LABELCORE_FOLDERS", str(allowed))
    settings.cache_clear()
    visitor = Visitor(name="Eng", roles={workspace.project.id: Role.ENGINEER})
    return signing.enter(workspace.db, workspace.project, visitor, here=False)


@pytest.mark.parametrize("place", ["x.csv", "", "*.csv", "**/*.csv", "folder", "f*/secret.csv", "folder/*"])
@pytest.mark.parametrize("operation", ["import", "preview"])
def test_a_link_in_an_allowed_folder_leads_nowhere_else(
    far: Workspace, tmp_path: Path, place: str, operation: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.csv").write_text("output\nTop secret\n")
    (tmp_path / "allowed" / "x.csv").symlink_to(elsewhere / "secret.csv")
    (tmp_path / "allowed" / "folder").symlink_to(elsewhere)
    with pytest.raises(NotAllowed):
        find_operation(operation).call(far, {"file": str(tmp_path / "allowed" / place)})


def test_a_link_within_the_allowed_folders_is_followed(far: Workspace, tmp_path: Path) -> None:
    (tmp_path / "allowed" / "real").mkdir()
    (tmp_path / "allowed" / "real" / "blob.csv").write_text("output\nHello\n")
    (tmp_path / "allowed" / "names").mkdir()
    (tmp_path / "allowed" / "names" / "data.csv").symlink_to(tmp_path / "allowed" / "real" / "blob.csv")
    done = find_operation("import").call(far, {"file": str(tmp_path / "allowed" / "names")})
    assert done.batch.outputs_new == 1


def zipped(path: Path, *entries: tuple[str | zipfile.ZipInfo, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


@pytest.mark.parametrize(
    "name",
    [
        "../../../escaped.csv",
        "/escaped.csv",
        "a/..",
        "..",
        "..\\..\\escaped.csv",
        "C:\\escaped.csv",
        "a\x00b.csv",
        "./../escaped.csv",
        link("link.csv"),
    ],
)
def test_an_archive_writes_and_reads_nothing_outside_itself(
    workspace: Workspace, tmp_path: Path, name: str | zipfile.ZipInfo
) -> None:
    file = zipped(tmp_path / "a.zip", (name, f"output\n{tmp_path}/secret\n"))
    before = set(tmp_path.parent.rglob("*"))
    with contextlib.suppress(LabelcoreError):
        importing.import_file(workspace, str(file))
    assert set(tmp_path.parent.rglob("*")) == before
    assert not Path("/escaped.csv").exists()


def bomb(path: Path, megabytes: int) -> Path:
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"a" * 1_000_000
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(press.compress(block))
        file.write(press.flush())
    return path


def test_what_unpacks_to_a_thousand_times_its_size_is_refused(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_ALWAYS", 10_000_000)
    log = tmp_path / "log.eval"
    with zipfile.ZipFile(log, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", '{"eval":{}}')
        archive.writestr("samples/1.json", "a" * 40_000_000)
    for file in (
        bomb(tmp_path / "bomb.csv.gz", 40),
        log,
        zipped(tmp_path / "b.zip", ("b.csv", "a" * 40_000_000)),
    ):
        tracemalloc.start()
        with pytest.raises(BadInput, match="unpacks to more than"):
            importing.import_file(workspace, str(file))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
        tracemalloc.stop()


def test_an_archive_that_claims_to_be_huge_takes_no_memory(workspace: Workspace, tmp_path: Path) -> None:
    log = tmp_path / "log.eval"
    with zipfile.ZipFile(log, "w") as archive:
        archive.writestr("header.json", '{"eval":{}}')
        archive.writestr("samples/1.json", '{"id":1}')
    claims = bytearray(log.read_bytes())
    at = claims.rfind(b"PK\x01\x02")
    claims[at + 10 : at + 12] = struct.pack("<H", 93)
    claims[at + 20 : at + 24] = struct.pack("<I", 0xFFFF_FFF0)
    log.write_bytes(claims)
    tracemalloc.start()
    with pytest.raises(BadInput):
        importing.import_file(workspace, str(log))
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "－1+1")


def cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


def test_a_spreadsheet_runs_nothing_of_a_csv_file(
    workspace: Workspace, tmp_path: Path, add_outputs: Callable[..., list[Output]]
) -> None:
    outputs = add_outputs(*FORMULAS)
    for output, formula in zip(outputs, FORMULAS, strict=True):
        grading.grade(workspace.by(f"=name({formula.strip()})"), output.id, "fail", note=formula)
    audit.note(workspace.db, workspace.project.id, "=Ana", "=act", "=subject")
    written = [auditing.read(workspace).table().decode()]
    for table in ("outputs", "grades"):
        exporting.export_table(workspace, table, out=tmp_path / f"{table}.csv")
        written.append((tmp_path / f"{table}.csv").read_text("utf-8"))
    batch = importing.import_bytes(workspace, "a.jsonl", b'{"output": "fine"}\n=1+1\n{"output": "so"}\n')
    written.append(history.rejected_csv(workspace.db, batch.batch.id))
    for text in written:
        assert [cell for cell in cells(text) if files.FORMULA.match(cell)] == []


def test_numbers_and_files_for_programs_stay_as_they_are(
    workspace: Workspace, tmp_path: Path, add_outputs: Callable[..., list[Output]]
) -> None:
    add_outputs("-3.5", "+1e9", "plain", "- a list", "=1+1")
    for ending in ("csv", "jsonl"):
        exporting.export_table(workspace, "outputs", out=tmp_path / f"outputs.{ending}")
    rows = list(csv.DictReader((tmp_path / "outputs.csv").open(encoding="utf-8", newline="")))
    assert [row["output"] for row in rows] == ["-3.5", "+1e9", "plain", "'- a list", "'=1+1"]
    lines = (tmp_path / "outputs.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["output"] for line in lines] == ["-3.5", "+1e9", "plain", "- a list", "=1+1"]


_BOOK = "http://schemas.openxmlformats.org"
_LAUGHS = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("declared", "shown"),
    [('<!ENTITY e SYSTEM "file:///etc/passwd">', "&e;"), (_LAUGHS, "&i;"), ("", None)],
    ids=["a file", "a billion laughs", "no cell"],
)
def test_a_workbook_opens_no_file_by_an_entity_and_grows_by_none(
    workspace: Workspace, tmp_path: Path, declared: str, shown: str | None
) -> None:
    cells = ("output", shown) if shown else ()
    rows = "".join(
        f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>{words}</t></is></c></row>'
        for at, words in enumerate(cells, 1)
    )
    main = f"{_BOOK}/spreadsheetml/2006/main"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{_BOOK}/officeDocument/2006/relationships">'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="rId1" Type="{_BOOK}/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<!DOCTYPE x [{declared}]>"
        f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        for name, text in parts.items():
            book.writestr(name, text)
    with pytest.raises(BadInput):
        importing.import_file(workspace, str(tmp_path / "book.xlsx"))
