"""Commands: lists until the edge, and then exactly what was asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemo_run_domain.command import Command, check_env, render_posix
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.secrets import Secret, masked

SHOW = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)]))"
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
PLAIN_NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True).map(lambda name: f"X{name}")
ODD_NAMES = st.sampled_from(["x.y", "with-dash", "1st", "a b", "$(touch x)", "ü"])


def run_in_bash(command: Command) -> Any:
    """Return the arguments and the environment that the rendered command gives a program."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", render_posix(command)],
        capture_output=True,
        check=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    return json.loads(done.stdout)


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS, max_size=4), st.dictionaries(PLAIN_NAMES | ODD_NAMES, WORDS, max_size=4))
def test_bash_passes_exactly_these_words_and_variables(args: list[str], env: dict[str, str]) -> None:
    seen_args, seen_env = run_in_bash(Command(argv=(sys.executable, "-c", SHOW, *args), env=env))
    assert seen_args == args
    assert {name: seen_env[name] for name in env} == env


@pytest.mark.parametrize(
    "word", ["", " ", "a b", "$HOME", "`id`", "'", '"', "\\", "*", "!x", "\n", "-n", "#", "~", "ü", "&&"]
)
def test_no_word_is_special_to_bash(word: str) -> None:
    seen_args, seen_env = run_in_bash(Command(argv=(sys.executable, "-c", SHOW, word), env={"V": word}))
    assert seen_args == [word]
    assert seen_env["V"] == word


def test_the_text_is_as_a_person_would_write_it() -> None:
    command = Command(argv=("python", "-m", "x", "a b"), env={"A": "1", "B.C": "2 3"})
    assert render_posix(command) == "export A=1\nenv 'B.C=2 3' python -m x 'a b'\n"
    assert render_posix(Command(argv=("true",))) == "true\n"


@pytest.mark.parametrize("value", ["plain", "with blank"])
def test_a_secret_reaches_the_task_and_no_dry_run(value: str) -> None:
    env = {"PLAIN_NAME": Secret(value), "odd.name": Secret(value)}
    command = Command(argv=(sys.executable, "-c", SHOW), env=env)
    _, seen = run_in_bash(command)
    assert {name: seen[name] for name in env} == {"PLAIN_NAME": value, "odd.name": value}
    assert value not in render_posix(command.with_env(masked(env))).replace("PLAIN", "")


def test_a_command_changes_by_copy() -> None:
    command = Command(argv=("a",), env={"A": "1", "B": "1"})
    assert command.with_env({"B": "2"}) == Command(argv=("a",), env={"A": "1", "B": "2"})
    assert command == Command(argv=("a",), env={"A": "1", "B": "1"})


def test_an_environment_that_a_process_can_receive_is_copied() -> None:
    env = {"A": "", "b.c": "x=y\n"}
    assert check_env(env, owner="me") == env
    assert check_env(env, owner="me") is not env


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"": "x"}, "cannot be the name"),
        ({"A=B": "x"}, "cannot be the name"),
        ({"A\0": "x"}, "cannot be the name"),
        ({1: "x"}, "cannot be the name"),
        ({"A": 1}, "'A' must be text"),
        ({"A": None}, "'A' must be text"),
        ({"A": "x\0"}, "'A' has a NUL"),
    ],
)
def test_an_environment_that_none_can_receive_is_named(env: dict[Any, Any], message: str) -> None:
    with pytest.raises(InvalidConfigError, match=f"executor of 't'.*{message}"):
        check_env(env, owner="executor of 't'")


def test_the_value_of_a_secret_that_is_no_text_is_not_shown() -> None:
    with pytest.raises(InvalidConfigError, match="'HF_TOKEN' must be text, not bytes") as caught:
        check_env({"HF_TOKEN": b"hunter2"}, owner="me")
    assert "hunter2" not in str(caught.value)
