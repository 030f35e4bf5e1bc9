"""Whatever is written on a command line ends in one of the ways commands end."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import nemo_run as run
from nemo_run._registry import entrypoints


@dataclass
class Leaf:
    size: int = 1


ran = []


def grow(leaf: Leaf, steps: int = 1, title: str = "", ids: list[int] | None = None):
    ran.append((leaf, steps, title, ids))


KEYS = st.sampled_from(["leaf", "steps", "title", "ids", "leaf.size", "ids[0]", "bogus", "run", "run.name"])
RUN_KEYS = st.sampled_from(["run.executor", "run.detach", "run.plugins[0].x", "executor", "plugins", "ctx.x"])
OPERATORS = st.sampled_from(["=", "+=", "-=", "*=", "/=", "|=", "&=", "", "=="])
VALUES = st.one_of(
    st.sampled_from(
        ["Config", "None", "1", "[1]", "x", "@x.yaml", "a(b=1)", "${steps}", "'", "{", "leaf", ""]
    ),
    st.text(max_size=8),
)
WORDS = st.builds(lambda key, op, value: key + op + value, st.one_of(KEYS, RUN_KEYS), OPERATORS, VALUES)
SWITCHES = ["--yes", "--dryrun", "--direct", "-y", "--load", "--repl", "--", "-x", "--no-yes", "--help", "-"]
VALUED = [
    "--name",
    "--factory",
    "--yaml",
    "--executor",
    "--rich-theme",
    "-n",
    "--steps=5",
    "--=",
    "--tail-logs",
]
OPTIONS = st.sampled_from([*SWITCHES, *VALUED])


@pytest.fixture(scope="module")
def app():
    before = dict(entrypoints._table)
    run.cli.entrypoint(namespace="any")(grow)
    yield run.cli.create_cli(nested_entrypoints_creation=False)
    entrypoints._table.clear()
    entrypoints._table.update(before)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.one_of(WORDS, OPTIONS, st.text(max_size=6)), max_size=5))
def test_any_command_line(app, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCLUDE_WORKSPACE_FILE", "false")
    done = CliRunner().invoke(app, ["any", "grow", *words])
    assert done.exit_code in (0, 1, 2), done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback (most" not in done.output
    assert "(--verbose shows where)" not in done.output
