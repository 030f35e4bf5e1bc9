"""Other platforms use the launcher without the facade: the program of the page runs, and loads little."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "embedding.md"
UNWANTED = [
    *("nemo_run", "fiddle", "typer", "rich", "torchx", "cloudpickle"),
    *("asyncssh", "dataclasses_json", "docker", "jinja2", "kubernetes", "leptonai", "ray", "sky", "yaml"),
]
REPORT = """
import sys
with open(sys.argv[1], "w") as file:
    file.write("\\n".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def block(language: str) -> str:
    """Return the one block of the page in some language."""
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return text


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], set[str]]:
    """Run the program; returns what it printed and which packages it loaded."""
    folder = tmp_path_factory.mktemp("platform")
    program, modules = folder / "program.py", folder / "modules.txt"
    program.write_text(block("python") + REPORT)
    result = subprocess.run(
        [sys.executable, "-W", "error", str(program), str(modules)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout.splitlines(), set(modules.read_text().split())


def test_it_prints_the_outcomes_the_page_shows(ran: tuple[list[str], set[str]]) -> None:
    shown = block("text").splitlines()
    assert len(shown) == 4
    assert ran[0][-4:] == shown


def test_its_units_ran_in_order_and_told_of_it(ran: tuple[list[str], set[str]]) -> None:
    lines = ran[0][:-4]
    assert set(lines) == {
        *("data RUNNING", "  data: done", "data SUCCEEDED"),
        *("small RUNNING", "  small: done", "small SUCCEEDED"),
        *("  large: allocating", "large FAILED out of memory, exit code 137"),
        "compare CANCELLED skipped, dependency 'large' failed",
    }
    assert lines.index("data SUCCEEDED") < lines.index("small RUNNING")
    assert lines.index("  large: allocating") < lines.index("large FAILED out of memory, exit code 137")


def test_it_loads_neither_the_facade_nor_other_libraries(ran: tuple[list[str], set[str]]) -> None:
    loaded = ran[1]
    assert sorted(loaded & set(UNWANTED)) == []
    assert {"nemo_run_application", "nemo_run_adapters", "nemo_run_domain"} <= loaded
