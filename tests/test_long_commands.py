"""Commands that take long, as with a slow model: a log tells how far they are, and who stops one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelcore.cli import main, sending


def test_who_stops_a_command_is_told_that_what_was_saved_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sending, "run", stopped)
    with pytest.raises(SystemExit) as ended:
        main(["judge", "run", "--db", str(tmp_path / "x.duckdb")])
    assert ended.value.code == 130
    told = capsys.readouterr()
    assert told.err.strip() == "labelcore: stopped; what was saved stays saved." and not told.out


def test_a_log_gets_a_line_a_minute_and_no_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("labelcore.cli.sending.time.monotonic", lambda: clock[0])
    report = sending.progress_bar()
    for done in range(1, 8):
        clock[0] += 25
        report(done, 7, "decided")
    assert capsys.readouterr().err == "3/7 decided\n6/7 decided\n"
