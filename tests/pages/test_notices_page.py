"""The lead sets how people are told and sends a test; whoever is told something sees it."""

from __future__ import annotations

from labelcore.stages import notifying
from labelcore.workspace import Workspace
from pages.widgets import keys
from tests.pages.opening import opened, press, shown
from tests.pages.test_team import page
from tests.post_servers import hook_server


def test_a_lead_sets_a_webhook_tests_it_and_hands_a_link_over(place: Workspace) -> None:
    notifying.tell(place.by("Lea"), "reminder", "ann", figures={"n": 3})
    assert "3 outputs wait for your grade" in shown(opened("3_progress.py", labelcore_annotator="ann"))
    app = page("Notices", who="Lea")
    app.radio(key=keys.NOTICE_CHANNEL).set_value("webhook").run()
    app.text_input(key=keys.NOTICE_WEBHOOK).set_value("https://10.0.0.7/").run()
    assert "leads into the network" in shown(press(app, "Save"))
    app.text_input(key=keys.NOTICE_WEBHOOK).set_value("https://hooks.example.org/T0").run()
    app = press(app, "Save")
    assert [len(code.value) for code in app.code] == [64], "the secret, once"
    assert not app.run().code
    with hook_server() as hook:
        notifying.set_notices(place, changed=notifying.NoticeChange(webhook=hook.url))
        assert "The test was taken." in shown(press(app.run(), "Send a test"))
        assert len(hook.posts) == 1
