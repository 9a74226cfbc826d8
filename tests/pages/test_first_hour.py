"""Small things that people saw on the pages in their first hour."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from labelcore.models import Grade, Output, Role
from labelcore.settings import settings
from labelcore.stages import grading, projects
from labelcore.stages.deriving import editing
from labelcore.store import (
    criteria as criterion_table,
    grades as grade_table,
    open_database,
    outputs as output_table,
)
from labelcore.workspace import Workspace
from pages.widgets import keys, routes
from tests.pages.opening import opened, shown


def test_without_a_named_project_the_one_with_outputs_opens(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LABELCORE_PROJECT")
    settings.cache_clear()
    db = open_database(database)
    for name in ("a draft", "zebra"):
        projects.open_project(db, name)
    support = projects.open_project(db, "support")
    output_table.add(db, [Output(id="o", project_id=support.id, text="A reply.")])
    assert opened("0_home.py").sidebar.selectbox[0].value == "support"
    zebra = projects.open_project(db, "zebra")
    output_table.add(db, [Output(id="z", project_id=zebra.id, text="A reply.")])
    drafts = {project.id: Role.EXPERT for project in projects.list_projects(db) if project != support}
    assert projects.opened_first(db, drafts.get) == zebra, "what is not open to somebody does not count"


def test_home_has_an_address_that_keeps_project_and_person() -> None:
    client = TestClient(Starlette(routes=routes.routes))
    answer = client.get("/home?labelcore-project=shop&labelcore-annotator=mei", follow_redirects=False)
    assert answer.is_redirect
    assert answer.headers["location"].endswith("/?labelcore-project=shop&labelcore-annotator=mei")


def test_what_was_ruled_unclear_shows_its_output_and_no_id(place: Workspace) -> None:
    output = Output(id="o_86fc3d07ce115994", project_id=place.project.id, text="It costs 5.")
    output_table.add(place.db, [output])
    for who, value in (("ann", "pass"), ("ben", "fail")):
        given = {"id": f"g-{who}", "annotator": who, "value": value, "note": "rude tone"}
        grade_table.record(place.db, [Grade(project_id=place.project.id, output_id=output.id, **given)])
    price = editing.new_criterion(place, "Price", "A price with tax passes.", status="accepted")
    criterion_table.save(place.db, [price])
    lead = Workspace(place.db, place.project, "lea", role=Role.LEAD)
    grading.rule(lead, output.id, "unclear", reason="with tax?", about=price)
    app = opened("4_deriving.py", **{keys.CRITERION: price.id})
    assert "with tax? — lea" in shown(app) and output.id[:10] not in shown(app)
    app.toggle(key=f"unclear-{price.id}").set_value(True).run()
    assert output.text in [element.value for element in app.code]
