"""Guides that are read from top to bottom: every file, program and command works, in order, in one folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [DOCS / "configuration.md", DOCS / "cli.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\S+\.\w+)\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_reader_gets_to_the_end(page: Path, tmp_path: Path) -> None:
    ran = 0
    for line, language, text in blocks(page):
        if name := FILE.match(text):
            write(tmp_path / name[1], text)
            continue
        for argv in programs(language, text, tmp_path):
            check(argv, tmp_path, f"{page.name}:{line}")
            ran += 1
    assert ran > 5


def blocks(page: Path) -> Iterator[tuple[int, str, str]]:
    text = page.read_text()
    for match in BLOCK.finditer(text):
        yield text[: match.start()].count("\n") + 2, match[1], match[2]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def programs(language: str, text: str, folder: Path) -> list[list[str]]:
    if language == "bash":
        return [["bash", "-c", line] for line in text.splitlines() if line]
    if language == "python":
        write(folder / "program.py", text)
        return [[sys.executable, "program.py"]]
    return []


def check(argv: list[str], folder: Path, where: str) -> None:
    beside = os.path.dirname(sys.executable)
    done = subprocess.run(
        argv,
        cwd=folder,
        env={
            **os.environ,
            "NEMORUN_HOME": str(folder / "home"),
            "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{where}: {argv[-1]}\n{done.stdout}"
    assert "\nTraceback" not in done.stdout, f"{where}: {argv[-1]}\n{done.stdout}"
