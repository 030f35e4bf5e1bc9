"""``import nemo_run`` costs next to nothing."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import nemo_run
import nemo_run_domain

LIST = """
import json, sys
sys.path[:0] = {path!r}
before = set(sys.modules)
import nemo_run
{then}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def loaded(then: str = "") -> list[str]:
    """Return what an import loads where nothing but the standard library and our packages can be found."""
    homes = [str(Path(package.__file__ or "").parents[1]) for package in (nemo_run, nemo_run_domain)]
    source = LIST.format(path=homes, then=then)
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-W", "error", "-c", source],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def test_only_the_standard_library_and_the_package_itself_are_loaded() -> None:
    found = loaded()
    assert {name.partition(".")[0] for name in found} - sys.stdlib_module_names == {"nemo_run"}
    assert [name for name in found if name.startswith("nemo_run.")] == []


def test_listing_the_names_loads_nothing_more() -> None:
    assert loaded("dir(nemo_run)") == loaded()


def test_the_version_costs_nothing_either() -> None:
    names = loaded("nemo_run.__version__")
    assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names == {"nemo_run"}


def test_the_three_lists_of_names_are_equal() -> None:
    tree = ast.parse(Path(inspect.getfile(nemo_run)).read_text())
    (checking,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {
        alias.asname: node.module
        for node in checking.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(seen) == set(nemo_run._EXPORTS) == set(nemo_run.__all__)
    assert nemo_run.__all__ == sorted(nemo_run.__all__)
    without_run = {name: module for name, module in seen.items() if name != "run"}
    assert without_run == {name: nemo_run._EXPORTS[name] for name in without_run}


def test_a_star_import_gives_the_command_line() -> None:
    names: dict[str, object] = {}
    exec("from nemo_run import *", names)
    assert names["cli"] is nemo_run.cli


def test_every_name_is_there() -> None:
    for name in nemo_run.__all__:
        assert getattr(nemo_run, name) is not None
        assert name in dir(nemo_run)


@pytest.mark.parametrize(
    "decorating",
    [
        "nemo_run.cli.entrypoint(lambda: None)",
        "nemo_run.cli.entrypoint(lambda steps: None, namespace='a.b', enable_executor=False)",
        "nemo_run.cli.factory(lambda: None, target=dict, name='empty')",
    ],
)
def test_decorating_loads_no_library(decorating: str) -> None:
    names = loaded(decorating)
    found = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
    assert found == {"nemo_run", "nemo_run_domain"}
    assert {"importlib.metadata", "email", "pathlib"} & set(names) == set()


HEAVY = (
    "fiddle",
    "libcst",
    "omegaconf",
    "yaml",
    "rich",
    "torchx",
    "jinja2",
    "asyncssh",
    "nemo_run.run.experiment",
)

RUN = """
import json, sys
from nemo_run.__main__ import main
sys.argv = ["nemorun", *{words!r}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["experiment", "--help"]], ids=" ".join)
def test_help_loads_no_heavy_library(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(words=words)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout
    assert [name for name in json.loads(done.stderr) if name in HEAVY] == []
