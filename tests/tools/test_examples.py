"""The runner of the examples tells which ones fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import examples

README = """
# Commands

```sh
python tell.py one > out.txt
python tell.py two >> out.txt
```

Text, and `python no.py` in it.

```python
this is not run
```

```sh
test "$(cat out.txt)" = "one
two"
! python tell.py
```
"""

TELL = "import sys\nprint(sys.argv[1])\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "examples" / "telling"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text(README)
    (folder / "tell.py").write_text(TELL)
    (tmp_path / "examples" / "alone.py").write_text("print('alone')\n")
    (tmp_path / "examples" / "_part.py").write_text("raise SystemExit(1)\n")
    return folder


def test_scripts_and_folders_are_found(folder: Path) -> None:
    root = folder.parents[1]
    assert examples.examples(root) == [folder.parent / "alone.py", folder / "README.md"]


def test_every_command_of_a_readme_runs(folder: Path) -> None:
    assert examples.run(folder / "README.md") is None
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "tell.py"]


def test_the_first_command_that_fails_ends_it(folder: Path) -> None:
    (folder / "README.md").write_text("```sh\necho first\npython tell.py\necho second\n```\n")
    problem = examples.run(folder / "README.md") or ""
    assert problem.startswith("exit code 1\n")
    assert "IndexError" in problem
    assert "second" not in problem


def test_a_command_that_should_fail_and_does_not(folder: Path) -> None:
    (folder / "README.md").write_text("```sh\n! python tell.py one\npython tell.py two\n```\n")
    problem = examples.run(folder / "README.md") or ""
    assert problem.startswith("exit code 99\n")
    assert "two" not in problem


def test_a_script_that_fails(folder: Path) -> None:
    script = folder / "tell.py"
    assert "IndexError" in (examples.run(script) or "")
    assert examples.run(folder.parent / "alone.py") is None


def test_what_an_example_needs(folder: Path) -> None:
    assert examples.what_it_needs(folder / "README.md") is None
    (folder / "README.md").write_text("# needs: slurm\n")
    assert examples.what_it_needs(folder / "README.md") == "slurm"
