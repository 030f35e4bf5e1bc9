"""Whole programs: commands of installed packages, workspace files, scripts."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

NEMORUN = [sys.executable, "-m", "nemo_run"]

PLUGIN = """
from dataclasses import dataclass
import nemo_run as run

@dataclass
class Net:
    width: int = 8

@run.cli.entrypoint(namespace="toolbox", help="Train a net.", skip_confirmation=True)
def train(net: Net, steps: int = 1):
    print("trained", net.width, steps)

@run.cli.entrypoint(namespace="toolbox.data", enable_executor=False)
def check(path: str):
    print("checked", path)
"""

WORKSPACE = """
import nemo_run as run
import toolbox

@run.cli.factory
def huge() -> run.Config[toolbox.Net]:
    return run.Config(toolbox.Net, width=1000)
"""


@dataclass
class Ended:
    """A program that has ended."""

    code: int
    out: str
    err: str


@dataclass
class Place:
    """A folder with installed packages and a current folder."""

    site: Path
    here: Path

    def install(self, name: str, source: str) -> None:
        """Install a package whose module is a plug-in of the same name."""
        (self.site / f"{name}.py").write_text(source)
        info = self.site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[nemo_run.cli]\n{name} = {name}\n")

    def run(self, *argv: str, **environ: str) -> Ended:
        ours = {
            "PYTHONPATH": os.pathsep.join(filter(None, [str(self.site), os.environ.get("PYTHONPATH")])),
            "NEMORUN_HOME": str(self.here / "home"),
            "PYTHONWARNINGS": "error",
            "COLUMNS": "100",
        }
        done = subprocess.run(
            argv,
            env={**os.environ, **ours, **environ},
            cwd=self.here,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def nemorun(self, *words: str, **environ: str) -> Ended:
        return self.run(*NEMORUN, *words, **environ)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "site", tmp_path / "here")
    place.site.mkdir()
    place.here.mkdir()
    return place


class TestPlugins:
    def test_they_are_listed_without_being_imported(self, place: Place) -> None:
        place.install("toolbox", PLUGIN + "\nprint('imported')\n")
        done = place.nemorun("--help")
        assert (done.code, done.err) == (0, "")
        assert "toolbox" in done.out
        assert "[Module] toolbox" in done.out
        assert "imported" not in done.out

    def test_a_run_command(self, place: Place) -> None:
        place.install("toolbox", PLUGIN)
        done = place.nemorun("toolbox", "train", "net=Config", "net.width=5", "steps=3")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines()[-1] == "trained 5 3"

    def test_a_simple_command_in_a_group_of_a_group(self, place: Place) -> None:
        place.install("toolbox", PLUGIN)
        done = place.nemorun("toolbox", "data", "check", "a.txt")
        assert (done.code, done.out, done.err) == (0, "checked a.txt\n", "")

    def test_help_of_a_group(self, place: Place) -> None:
        place.install("toolbox", PLUGIN)
        done = place.nemorun("toolbox", "--help")
        assert (done.code, done.err) == (0, "")
        assert "Train a net." in done.out
        assert "data" in done.out

    def test_an_unknown_command(self, place: Place) -> None:
        place.install("toolbox", PLUGIN)
        done = place.nemorun("toolbox", "trian")
        assert done.code == 2
        assert "trian" in done.err


class TestBrokenPlugins:
    @pytest.fixture(autouse=True)
    def packages(self, place: Place) -> None:
        place.install("toolbox", PLUGIN)
        place.install("broken", "raise ImportError('needs a newer toolbox')")

    def test_others_work_and_nothing_is_said(self, place: Place) -> None:
        done = place.nemorun("toolbox", "data", "check", "a.txt")
        assert (done.code, done.out, done.err) == (0, "checked a.txt\n", "")

    def test_the_list_of_commands_says_nothing(self, place: Place) -> None:
        done = place.nemorun("--help")
        assert (done.code, done.err) == (0, "")
        assert "Couldn't" not in done.out

    @pytest.mark.parametrize("words", [["broken", "do"], ["broken"], ["broken", "--help"]], ids=" ".join)
    def test_its_own_commands_say_why_they_are_missing(self, words: list[str], place: Place) -> None:
        done = place.nemorun(*words)
        assert done.err == "Error: Couldn't load entrypoint broken: ImportError: needs a newer toolbox\n"
        assert (done.code, done.out) == (1, "")


class TestWorkspace:
    @pytest.fixture(autouse=True)
    def packages(self, place: Place) -> None:
        place.install("toolbox", PLUGIN)

    def test_its_factories_are_used(self, place: Place) -> None:
        (place.here / "workspace.py").write_text(WORKSPACE)
        done = place.nemorun("toolbox", "train", "net=huge")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines()[-1] == "trained 1000 1"

    def test_of_a_folder_above(self, place: Place, tmp_path: Path) -> None:
        (tmp_path / "workspace.py").write_text(WORKSPACE)
        assert place.nemorun("toolbox", "train", "net=huge").code == 0

    def test_of_the_home_folder(self, place: Place) -> None:
        (place.here / "home").mkdir()
        (place.here / "home" / "workspace.py").write_text(WORKSPACE)
        assert place.nemorun("toolbox", "train", "net=huge").code == 0

    def test_switched_off(self, place: Place) -> None:
        (place.here / "workspace.py").write_text(WORKSPACE)
        done = place.nemorun("toolbox", "train", "net=huge", INCLUDE_WORKSPACE_FILE="false")
        assert done.code == 1
        assert "huge" in done.err

    @pytest.mark.parametrize(
        "words",
        [["toolbox", "train", "net=Config"], ["toolbox", "data", "check", "a.txt"]],
        ids=["run", "simple"],
    )
    def test_an_error_in_it_names_file_and_line(self, words: list[str], place: Place) -> None:
        file = place.here / "workspace.py"
        file.write_text("x = 1\n\nraise ValueError('no such cluster')\n")
        done = place.nemorun(*words)
        assert done.code == 1
        (line,) = done.err.splitlines()
        assert line.startswith(f"Error: workspace file {file}, line 3: ValueError: no such cluster")
        assert "trained" not in done.out
        assert "checked" not in done.out

    def test_scripts_load_it_but_no_plug_in(self, place: Place) -> None:
        place.install("noisy", "print('noisy was imported')")
        (place.here / "workspace.py").write_text(WORKSPACE)
        (place.here / "script.py").write_text(
            "import nemo_run as run\n"
            "import toolbox\n"
            "def fit(net: toolbox.Net):\n"
            "    print('fitted', net.width)\n"
            "if __name__ == '__main__':\n"
            "    run.cli.main(fit)\n"
        )
        done = place.run(sys.executable, "script.py", "net=huge", "--yes")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines()[-1] == "fitted 1000"
        assert "noisy" not in done.out


@pytest.mark.parametrize("module", ["nemo_run", "nemo_run.cli.api", "nemo_run.__main__"])
def test_modules_that_are_the_program(module: str, place: Place) -> None:
    by_module = place.run(sys.executable, "-m", module, "--help")
    assert (by_module.code, by_module.err) == (0, "")
    assert by_module.out.startswith("Usage: nemorun ")
    assert "experiment" in by_module.out
    assert place.run(sys.executable, "-m", module, "no-such-command").code == 2


def test_a_group_of_a_package_that_is_not_installed(place: Place) -> None:
    done = place.nemorun("toolbox")
    assert done.code == 2
    assert "toolbox" in done.err
