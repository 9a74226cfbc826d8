"""What the pages' tests share: a worked project, and how a page is opened, pressed and read."""

from __future__ import annotations

import random
from pathlib import Path

from streamlit.testing.v1 import AppTest

from labelcore.models import Grade
from labelcore.stages import grading, importing, judging, projects, sampling
from labelcore.stages.aligning import choosing_set
from labelcore.stages.deriving import derivation
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.name for path in (ROOT / "pages").glob("*.py"))
NOTES = (
    "far too long for a reply",
    "too long, nobody reads this",
    "太长了，没人会看",
    "invents a price",
    "makes up a discount",
)
SECONDS = 240
"""What a page may take until it is drawn, on the busiest of machines."""


def work(path: Path) -> None:
    """A project through the whole loop: short outputs pass, long ones fail with a note."""
    db = open_database(path)
    project = projects.open_project(db, "shop")
    chance = random.Random(1)
    lines = ["id,input,output"]
    for i in range(40):
        size = chance.randint(5, 20) if i % 3 else chance.randint(60, 90)
        lines.append(
            f"{i},question "
            f"{i},{' '.join(chance.choice(['calm', 'blue', 'shop', 'order']) for _ in range(size))}"
        )
    file = path.with_suffix(".csv")
    file.write_text("\n".join(lines))
    importing.import_file(Workspace(db, project), str(file))
    sampling.draw_sample(Workspace(db, project), rule="random", n=30)
    for pick in grading.grading_queue(Workspace(db, project, "ann"), ahead=24).items:
        long = len(pick.output.text.split()) > 40
        grading.record(
            Workspace(db, project),
            [
                Grade(
                    id=f"g{pick.position}",
                    project_id=project.id,
                    output_id=pick.output.id,
                    annotator="ann",
                    value="fail" if long else "pass",
                    note=chance.choice(NOTES) if long else "",
                )
            ],
        )
    derivation.derive(Workspace(db, project), offline=True, accept_all=True)
    judging.propose(Workspace(db, project))
    judging.run_judges(Workspace(db, project))
    choosing_set.choose(Workspace(db, project))
    close_database(path)


def healthy(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    assert not app.error, [element.value for element in app.error]
    return app


def opened(page: str, **address: str) -> AppTest:
    """A page by its file's name; what stands in its address by name, with _ for -."""
    app = AppTest.from_file(ROOT / "pages" / page, default_timeout=SECONDS)
    for name, value in address.items():
        app.query_params[name.replace("_", "-")] = value
    return healthy(app.run())


def press(app: AppTest, label: str) -> AppTest:
    """What the page may refuse is told on it."""
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception, app.exception
    return app


def shown(app: AppTest) -> str:
    """What the page says in words, without what keeps names from being formatted."""
    told = (*app.subheader, *app.markdown, *app.text, *app.caption, *app.info, *app.success, *app.error)
    words = [str(element.value).replace("\\", "") for element in told]
    return "\n".join([*words, *(element.proto.json for element in app.get("bidi_component"))])
