"""``--help`` of scripts, as their users see it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DEADLINE = 60.0

TASK = """
from dataclasses import dataclass
from typing import Annotated, Literal, Optional, Tuple
import nemo_run as run

@dataclass
class Net:
    width: int = 8

{factory}
def train(
    net: Net,
    mode: Literal["a", "b"] = "a",
    pair: Tuple[int, ...] = (1, 2),
    text: "Optional[str]" = None,
    noted: Annotated[int, "Noted."] = 0,
    steps: int = 10,
):
    "Train it."
    print("trained", net, steps)

if __name__ == "__main__":
    run.cli.main(train{options})
"""

FACTORY = """
@run.cli.factory
def wide(width: int = 64) -> run.Config[Net]:
    return run.Config(Net, width=width)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return write(tmp_path, FACTORY, "")


def write(place: Path, factory: str, options: str) -> Path:
    path = place / "lab.py"
    path.write_text(TASK.format(factory=factory, options=options))
    return path


def call(script: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    place = script.parent
    return subprocess.run(
        [sys.executable, script, *words],
        env={"HOME": str(place), "NEMORUN_HOME": str(place / "home"), **environ},
        cwd=place,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        stdin=subprocess.DEVNULL,
    )


def titles(shown: str) -> list[str]:
    return [line for line in shown.splitlines() if line.endswith(":") and not line.startswith(" ")]


def test_help_for_a_literal_parameter(script: Path) -> None:
    done = call(script, "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    rows = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    assert ["mode", "Literal['a', 'b']  = 'a'"] in rows
    assert ["pair", "tuple[int, ...]    = (1, 2)"] in rows
    assert ["text", "Optional[str]      = None"] in rows
    assert "trained" not in done.stdout


def test_parts_come_in_their_order(script: Path) -> None:
    shown = call(script, "--help").stdout
    assert shown.startswith("Usage: lab.py [OPTIONS] [ARGUMENTS]\n\n[Entrypoint] train\n\nTrain it.\n")
    assert titles(shown) == [
        "Options:",
        "Arguments:",
        "Factory for net: lab.Net:",
        "Run settings:",
        "Examples:",
    ]


@pytest.mark.parametrize("flag", ["--docs", "-d"])
def test_docs_tell_what_factories_do(script: Path, flag: str) -> None:
    assert "No docs" in call(script, "--help", flag).stdout
    assert "No docs" not in call(script, "--help").stdout


def test_simple_commands_have_no_options_and_no_prefix(tmp_path: Path) -> None:
    shown = call(write(tmp_path, FACTORY, ", enable_executor=False, help='Trains.'"), "--help").stdout
    assert shown.startswith("Usage: lab.py [OPTIONS] [ARGUMENTS]\n\ntrain\nTrains.\n\nOptions:\n  --help")
    assert titles(shown) == ["Options:", "Arguments:", "Factory for net: lab.Net:", "Examples:"]
    assert "--yes" not in shown


def test_defaults_are_named(tmp_path: Path) -> None:
    options = ", default_factory='wide', default_executor=run.Config(run.LocalExecutor, retries=2)"
    shown = call(write(tmp_path, FACTORY, options), "--help").stdout
    place = "nemo_run.core.execution.local.LocalExecutor(retries=2)"
    assert f"Defaults:\n  factory   wide\n  executor  {place}\n" in shown


def test_examples_work_as_they_stand(script: Path) -> None:
    shown = call(script, "--help").stdout
    lines = shown.partition("Examples:\n")[2].splitlines()
    assert all(line.startswith("  python lab.py ") for line in lines)
    examples = [line.split()[2:] for line in lines]
    assert ["net=wide", "net.width=5", "--yes"] in examples
    assert len(examples) == 4
    for words in examples:
        done = call(script, *words)
        assert done.returncode == 0, (words, done.stderr)
    assert "trained Net(width=5) 10" in call(script, *examples[0]).stdout


def test_examples_are_quoted_for_a_shell(tmp_path: Path) -> None:
    script = write(tmp_path, "", ", enable_executor=False")
    text = script.read_text().replace('mode: Literal["a", "b"]', 'mode: Literal["a", "[b] $x"]')
    script.write_text(text.replace("    net: Net,\n", ""))
    shown = call(script, "--help").stdout
    assert shown.rstrip().endswith("python lab.py 'mode=[b] $x'")


def test_a_broken_workspace_file_does_not_take_help_away(script: Path) -> None:
    (script.parent / "workspace.py").write_text("raise RuntimeError('not today')\n")
    done = call(script, "--help")
    assert done.returncode == 0
    assert "Arguments:" in done.stdout
    assert "not today" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_factories_of_the_workspace_are_shown(script: Path) -> None:
    (script.parent / "workspace.py").write_text(
        "import nemo_run as run\n"
        "@run.cli.factory\n"
        "def mine() -> run.Config[run.LocalExecutor]:\n"
        "    'My machine.'\n"
        "    return run.Config(run.LocalExecutor)\n"
    )
    shown = call(script, "--help", "--docs").stdout
    assert "Registered executors:\n  mine  workspace.mine  line 2\n      My machine.\n" in shown


LOADED = """
import runpy, sys
sys.argv = ["lab.py", "--help"]
try:
    runpy.run_path("lab.py", run_name="__main__")
finally:
    names = {name.partition(".")[0] for name in sys.modules}
    heavy = {"torchx", "docker", "asyncssh", "omegaconf", "yaml", "rich", "fiddle", "jinja2", "pydantic"}
    sys.stderr.write(" ".join(sorted(heavy & names)))
"""


@pytest.mark.parametrize(("factory", "loaded"), [("", ""), (FACTORY, "fiddle")])
def test_help_loads_only_what_the_function_needs(tmp_path: Path, factory: str, loaded: str) -> None:
    write(tmp_path, factory, "")
    starter = tmp_path / "start.py"
    starter.write_text(LOADED)
    assert call(starter).stderr == loaded


STARTED = """
import pathlib
from dataclasses import dataclass
import nemo_run as run

@dataclass
class Net:
    width: int = 8

def train(
    net: Net, widths: list[int], table: dict[str, int], steps: int = 3,
    nets: list[Net] | None = None, out: pathlib.Path = pathlib.Path("out"),
):
    "Train it."

def recipe():
    return run.Partial(train, net=run.Config(Net, width=64), steps=20)

if __name__ == "__main__":
    run.cli.main(train{options})
"""


def test_help_shows_the_values_that_a_command_starts_from(tmp_path: Path) -> None:
    script = tmp_path / "lab.py"
    script.write_text(STARTED.format(options=", default_factory=recipe"))
    done = call(script, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "net lab.Net = lab.Net(width=64)" in [row.replace("__main__", "lab") for row in rows]
    assert "net.width int = 64" in rows
    assert "steps int = 20" in rows


def test_help_of_a_factory_that_fails_is_that_of_the_function(tmp_path: Path) -> None:
    script = tmp_path / "lab.py"
    script.write_text(STARTED.format(options=", default_factory=lambda: 1 / 0"))
    done = call(script, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "steps int = 3" in [" ".join(line.split()) for line in done.stdout.splitlines()]


def test_help_promises_nothing_that_does_not_work(tmp_path: Path) -> None:
    script = tmp_path / "lab.py"
    script.write_text(STARTED.format(options=""))
    shown = call(script, "--help", COLUMNS="120").stdout
    assert "out pathlib.Path = 'out'" in [" ".join(line.split()) for line in shown.splitlines()]
    assert "PosixPath" not in shown
    assert "Items have width." in shown
    assert "widths=[5]" in shown
    assert "table={name: 5}" in shown
    assert "..." not in shown.partition("Examples:")[2]
    assert "--load" not in shown
    assert "run.load" not in shown
