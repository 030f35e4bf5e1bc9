"""Every program and command on the pages runs as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]


def blocks(language: str) -> list[tuple[str, str]]:
    """Return (where, text) of each block of a language."""
    found = []
    for page in PAGES:
        for match in re.finditer(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
            line = page.read_text()[: match.start()].count("\n") + 2
            found.append((f"{page.relative_to(ROOT)}:{line}", match[1]))
    return found


def environment(home: Path) -> dict[str, str]:
    beside = os.path.dirname(sys.executable)
    return {**os.environ, "NEMORUN_HOME": str(home), "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}


def run(argv: list[str], folder: Path) -> str:
    done = subprocess.run(
        argv,
        cwd=folder,
        env=environment(folder / "home"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


FILE = re.compile(r"# (\w+\.py)\n")
PROGRAMS = [block for block in blocks("python") if not FILE.match(block[1])]


@pytest.mark.parametrize(("where", "text"), [pytest.param(*b, id=b[0]) for b in PROGRAMS])
def test_a_program_runs(where: str, text: str, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(text)
    printed = run([sys.executable, str(script)], tmp_path)
    assert not re.search(r"^Traceback", printed, re.MULTILINE), where


def test_the_commands_run_the_files_that_are_shown(tmp_path: Path) -> None:
    for _, text in blocks("python"):
        if name := FILE.match(text):
            (tmp_path / name[1]).write_text(text)
    commands = [
        line for _, text in blocks("bash") for line in text.splitlines() if line.startswith("python ")
    ]
    assert len(commands) >= 3
    for command in commands:
        run(["bash", "-c", command], tmp_path)


def test_the_commands_of_the_guide_work(tmp_path: Path) -> None:
    night = next(text for _, text in blocks("python") if 'Experiment("night"' in text)
    (tmp_path / "program.py").write_text(night)
    run([sys.executable, "program.py"], tmp_path)
    commands = [
        line for _, text in blocks("bash") for line in text.splitlines() if line.startswith("nemorun ")
    ]
    assert commands
    for command in commands:
        run(["bash", "-c", command], tmp_path)


@pytest.mark.parametrize(("where", "text"), [pytest.param(*b, id=b[0]) for b in blocks("toml")])
def test_profiles_work(where: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "executors.toml").write_text(text)
    (tmp_path / "home" / "executors.toml").chmod(0o600)
    assert "No problem found." in run(["nemorun", "executors", "check"], tmp_path), where


def test_the_first_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    shown = re.search(r"```text\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert shown is not None
    printed = run([sys.executable, str(ROOT / "examples" / "hello_world.py")], tmp_path)
    assert sorted(masked(shown[1])) == sorted(masked(printed))


def masked(text: str) -> list[str]:
    """Return the lines with everything that differs from run to run replaced."""
    text = re.sub(r"\d{19}", "<id>", text)
    text = re.sub(r"\d\d:\d\d:\d\d", "<time>", text)
    text = re.sub(r"\d+\.\d+s\b", "<s>", text)
    text = re.sub(r"-[a-z0-9]{12,14}\b", "-<suffix>", text)
    text = re.sub(r"/\S*/experiments/", "<home>/experiments/", text)
    unsure = re.compile(r": (RUNNING|SUBMITTED)")  # who is asked when is a matter of moments
    return [
        re.sub(r" +", " ", line).strip()
        for line in text.splitlines()
        if line.strip() and not unsure.search(line)
    ]
