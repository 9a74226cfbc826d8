"""Standard output holds what the command prints and nothing else, whatever a library writes there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from labelcore.cli import main, stdout

# A module that is imported while the command runs writes to descriptor 1 as a library in C does: past
# Python, at once (write) and held back until the process ends (printf, which fills a buffer first).
NOISY = """
import ctypes, os, sys

class Noisy:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            os.write(1, b"HighsMipSolverData::transformNewIntegerFeasibleSolution\\n")
            if os.name == "posix":
                ctypes.CDLL(None).printf(b"held back until the end\\n")
        return None

sys.meta_path.insert(0, Noisy())
from labelcore.cli import main
"""
AS_A_COMMAND = NOISY + "sys.argv[0] = 'labelcore'\nmain()\n"
FROM_A_PROGRAM = (
    NOISY
    + """
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code, ended.code
print("the program goes on")
os.write(1, b"and so does its library\\n")
"""
)


def ran(script: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=cwd, check=False)


@pytest.fixture
def outputs(tmp_path: Path) -> str:
    (tmp_path / "outputs.csv").write_text("id,output\n1,some words\n2,other words\n")
    return "outputs.csv"


@pytest.mark.slow
def test_a_library_that_prints_does_not_reach_the_document(tmp_path: Path, outputs: str) -> None:
    done = ran(AS_A_COMMAND, "import", outputs, "--db", "a.duckdb", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outputs_new"] == 2
    assert "HighsMipSolverData" in done.stderr


@pytest.mark.slow
def test_peoples_text_and_help_still_come_on_standard_output(tmp_path: Path, outputs: str) -> None:
    done = ran(AS_A_COMMAND, "import", outputs, "--db", "a.duckdb", cwd=tmp_path)
    assert "2" in done.stdout and "Highs" not in done.stdout and "held back" not in done.stdout
    told = ran(AS_A_COMMAND, "import", "--help", cwd=tmp_path)
    assert told.returncode == 0 and "Usage" in told.stdout and "Highs" not in told.stdout


@pytest.mark.slow
def test_a_program_that_runs_a_command_has_its_standard_output_back(tmp_path: Path, outputs: str) -> None:
    done = ran(FROM_A_PROGRAM, "import", outputs, "--db", "a.duckdb", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document, *rest = done.stdout.splitlines()
    assert json.loads(document)["outputs_new"] == 2
    assert sorted(rest) == ["and so does its library", "the program goes on"]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor as a shell does")
def test_a_reader_that_has_gone_gets_no_traceback(tmp_path: Path, outputs: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "labelcore", "import", outputs, "--db", "a.duckdb", "--json"]
    done = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=600, cwd=tmp_path, check=False
    )
    os.close(writing)
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


def test_captured_output_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    with pytest.raises(SystemExit):
        main(["--help"])
    assert sys.stdout is before
    assert "Usage" in capsys.readouterr().out
    stdout.given_back()
