"""The runner as tasks meet it: a file, a Python, and nothing of ours installed."""

from __future__ import annotations

import base64
import json
import pickle
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fiddle as fdl
import pytest

from nemo_run_adapters.codec import encode
from nemo_run_adapters.codec.wire import pack, unpack
from nemo_run_adapters.runner import task_runner
from nemo_run_domain import secrets

Runner = Callable[..., Any]
VERSIONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]


def _interpreter(version: str) -> str | None:
    """Return a Python of that version that really runs; a shim on the PATH may stand for nothing."""
    managed = sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python"))
    for found in (*map(str, reversed(managed)), shutil.which(f"python{version}")):
        if found and subprocess.run([found, "-c", "pass"], capture_output=True, check=False).returncode == 0:
            return found
    return None


@pytest.mark.parametrize("version", VERSIONS)
def test_every_python_runs_it(version: str, tasks: Any, run: Runner, tmp_path: Path) -> None:
    python = _interpreter(version)
    if python is None:
        pytest.skip(f"NOT TESTED with Python {version}: there is no such interpreter on this machine")
    shared = fdl.Config(tasks.make, "shared", part={"k": (1, b"\xff", {2})})
    (tmp_path / "task").write_text(encode(fdl.Partial(tasks.once, shared, shared)))
    got = run("--unknown", "-n", "x", "task", "more", python=python, NEMORUN_RESULT_FILE="out.json")
    assert (got.status, got.out, got.err) == (0, "True ['shared']", "")
    assert json.loads((tmp_path / "out.json").read_text()) == {"kind": "json", "value": None}


# -- command line ---------------------------------------------------------------------------------------


def test_text_instead_of_a_file(tasks: Any, run: Runner) -> None:
    assert run(encode(fdl.Partial(tasks.show, 1, a=2))).out == "(1,) {'a': 2}"


@pytest.mark.parametrize(
    "words",
    [
        ["-n", "x", "{}"],
        ["--name=x", "{}"],
        ["--name", "x", "{}", "--foo", "bar"],
        ["--foo", "{}", "-n", "x"],
    ],
)
def test_options_stand_anywhere(words: list[str], tasks: Any, run: Runner) -> None:
    text = encode(fdl.Partial(tasks.show))
    assert run(*[word.format(text) for word in words]).out == "() {}"


def test_missing_config_is_a_usage_error(run: Runner) -> None:
    got = run("-n", "x")
    assert got.status == 2
    assert "missing CONFIG" in got.err


def test_help(run: Runner) -> None:
    assert run("--help").out.startswith("usage:")


@pytest.mark.parametrize("text", ["garbage", "eJw=", pack("nope"), pack("[]"), pack("{}")])
def test_garbage_is_a_short_error(text: str, run: Runner, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(text)
    for word in (text, "file"):
        got = run(word)
        assert got.status == 1
        assert len(got.err.splitlines()) == 1
        assert got.err.startswith("nemo_run: error:")


def test_text_that_is_no_task(tasks: Any, run: Runner) -> None:
    assert "holds a list, not a task" in run(encode([1])).err


def test_dry_run_shows_but_does_not_call(tasks: Any, run: Runner) -> None:
    got = run("--dryrun", encode(fdl.Partial(tasks.fail, message=fdl.Config(tasks.Net, width=3))))
    assert got.status == 0
    assert got.out.splitlines() == [
        f"Dry run for task {tasks.__name__}:fail",
        "Resolved Arguments",
        "  Argument Name         Resolved Value",
        "  message               Net(width=3, kids=None)",
    ]


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "rows"),
    [
        ("places", (1,), {}, [["a", "1"], ["b", "<unset>"], ["key", "None"]]),
        (
            "places",
            (1, 2, 3, 4),
            {"key": 5},
            [["[2]", "3"], ["[3]", "4"], ["a", "1"], ["b", "2"], ["key", "5"]],
        ),
        ("show", (1,), {"z": 2}, [["[0]", "1"], ["z", "2"]]),
    ],
)
def test_dry_run_names_every_argument(
    name: str, args: Any, kwargs: Any, rows: Any, tasks: Any, run: Runner
) -> None:
    got = run("--dryrun", encode(fdl.Partial(getattr(tasks, name), *args, **kwargs)))
    assert [line.split() for line in got.out.splitlines()[3:]] == rows


def test_dry_run_masks_secrets(tasks: Any, run: Runner) -> None:
    got = run("--dryrun", encode(fdl.Partial(tasks.show, api_key="one", env=[{"A_TOKEN": "two"}], x="three")))
    assert [line.split() for line in got.out.splitlines()[3:]] == [
        ["api_key", "'********'"],
        ["env", "[{'A_TOKEN':", "'********'}]"],
        ["x", "'three'"],
    ]


def test_secrets_are_told_by_the_same_names() -> None:
    assert secrets._SECRET_NAME.pattern == task_runner.SECRET_NAME
    assert task_runner.masked("token", "x") == secrets.MASK


def test_packager_is_set_up_first(tasks: Any, run: Runner, tmp_path: Path) -> None:
    (tmp_path / "pkg").write_text(encode(fdl.Config(tasks.Packager, "first")))
    assert run("-p", "pkg", encode(fdl.Partial(tasks.show))).out.splitlines() == ["setup first", "() {}"]


# -- building -------------------------------------------------------------------------------------------


def test_a_config_is_called_like_a_partial(tasks: Any, run: Runner) -> None:
    assert (
        run(encode(fdl.Config(tasks.show, a=fdl.Config(tasks.Net)))).out
        == "() {'a': Net(width=8, kids=None)}"
    )


def test_nested_partials_stay_partials(tasks: Any, run: Runner) -> None:
    got = run(encode(fdl.Partial(tasks.call, fdl.Partial(tasks.make, part="x"), fdl.Config(tasks.make, "y"))))
    assert got.out == "partial [['y', None], 'x']"


def test_positions(tasks: Any, run: Runner) -> None:
    assert run(encode(fdl.Partial(tasks.places, 1, 2, 3, 4, key=5))).out == "1 2 (3, 4) 5"
    assert run(encode(fdl.Partial(tasks.places, 1, b=2))).out == "1 2 () None"


def test_values(tasks: Any, run: Runner) -> None:
    value = [
        None,
        True,
        1.5,
        "ü",
        b"\xff",
        (1,),
        {"a": [1]},
        {1},
        tasks.Colour.RED,
        tasks.Pair(1, 2),
        tasks.Net,
    ]
    got = run(encode(fdl.Partial(tasks.show, x=[*value, slice(1), frozenset()])), PYTHONIOENCODING="utf8")
    assert got.out == f"() { ({'x': [*value, slice(1), frozenset()]}) }"


def test_depth_does_not_matter(tasks: Any, run: Runner) -> None:
    part = None
    for _ in range(3_000):
        part = fdl.Config(tasks.make, "x", part)
    assert run(encode(fdl.Partial(tasks.depth, part))).out == "3000"


def test_what_only_fiddle_knows_is_left_to_fiddle(tasks: Any, run: Runner) -> None:
    config = fdl.Partial(tasks.show, x=fdl.ArgFactory(tasks.make, "fresh"))
    assert run(encode(config), stand_alone=False).out == "() {'x': ['fresh', None]}"


def test_missing_module_is_named(tasks: Any, run: Runner) -> None:
    text = encode(fdl.Partial(tasks.show))
    got = run(pack(unpack(text).replace(tasks.__name__, "nosuchmodule.deep")))
    assert got.status == 1
    assert "needs module 'nosuchmodule.deep'" in got.err
    assert "Traceback" not in got.err


def test_building_errors_say_where(tasks: Any, run: Runner) -> None:
    got = run(
        encode(fdl.Partial(tasks.show, x=fdl.Config(tasks.fail, message="no"))), NEMORUN_RESULT_FILE="out"
    )
    assert got.status == 1
    assert "ValueError: no" in got.err
    assert "while building fail(message)" in got.err


# -- environment --------------------------------------------------------------------------------------


def test_tasks_know_that_they_are_tasks(tasks: Any, run: Runner) -> None:
    assert run(encode(fdl.Partial(tasks.environ, "NEMORUN_TASK_PROCESS"))).out == "1"


def test_folders_are_appended_to_the_path(tasks: Any, run: Runner, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    source = tmp_path / f"{tasks.__name__}.py"
    text = encode(fdl.Partial(tasks.show))
    source.rename(folder / source.name)
    assert run(text).status == 1
    assert run(text, NEMORUN_PYTHONPATH=f"/nowhere:{folder}").out == "() {}"


# -- what tasks leave behind --------------------------------------------------------------------------------


def result(run: Runner, tmp_path: Path, task: Any, **env: str) -> Any:
    run(encode(task), NEMORUN_RESULT_FILE="sub/out.json", **env)
    path = tmp_path / "sub" / "out.json"
    return json.loads(path.read_text()) if path.exists() else None


@pytest.mark.parametrize("value", [None, 1, "x", [1, {"a": 2.5}], {"deep": [[[]]]}])
def test_plain_values_are_json(value: Any, tasks: Any, run: Runner, tmp_path: Path) -> None:
    assert result(run, tmp_path, fdl.Partial(tasks.give, value)) == {"kind": "json", "value": value}


@pytest.mark.parametrize("value", [(1, 2), {1: 2}, {3}, b"x", float("inf")])
def test_other_values_are_pickled(value: Any, tasks: Any, run: Runner, tmp_path: Path) -> None:
    got = result(run, tmp_path, fdl.Partial(tasks.give, value))
    assert got["kind"] == "pickle"
    assert pickle.loads(base64.b64decode(got["data"])) == value


def test_instances_are_pickled_by_reference(tasks: Any, run: Runner, tmp_path: Path) -> None:
    got = result(run, tmp_path, fdl.Partial(tasks.give, fdl.Config(tasks.Net, width=3)))
    assert pickle.loads(base64.b64decode(got["data"])) == tasks.Net(3)


def test_what_cannot_travel_is_shown(tasks: Any, run: Runner, tmp_path: Path) -> None:
    got = result(run, tmp_path, fdl.Partial(tasks.opaque))
    assert got["kind"] == "repr"
    assert "lock" in got["repr"]


def test_only_rank_zero_writes(tasks: Any, run: Runner, tmp_path: Path) -> None:
    assert result(run, tmp_path, fdl.Partial(tasks.give, 1), RANK="1") is None
    assert result(run, tmp_path, fdl.Partial(tasks.give, 1), RANK="0") == {"kind": "json", "value": 1}


def test_result_is_private(tasks: Any, run: Runner, tmp_path: Path) -> None:
    result(run, tmp_path, fdl.Partial(tasks.give, 1))
    assert (tmp_path / "sub" / "out.json").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in (tmp_path / "sub").iterdir()] == ["out.json"]


def test_exceptions_pass_and_are_written_down(tasks: Any, run: Runner, tmp_path: Path) -> None:
    got = run(
        encode(fdl.Partial(tasks.fail, "böse")),
        NEMORUN_RESULT_FILE="out",
        TORCHELASTIC_ERROR_FILE="error.json",
    )
    assert got.status == 1
    assert got.err.splitlines()[-1] == "ValueError: böse"
    assert "task_runner" not in got.err
    told = json.loads((tmp_path / "out").read_text())
    assert (told["kind"], told["type"], told["message"]) == ("exception", "builtins.ValueError", "böse")
    assert told["traceback"].strip() == got.err
    error = json.loads((tmp_path / "error.json").read_text())["message"]
    assert error["message"] == "ValueError: böse"
    assert error["extraInfo"]["timestamp"].isdecimal()
    assert "in fail" in error["extraInfo"]["py_callstack"]


def test_an_error_file_that_is_there_stays(tasks: Any, run: Runner, tmp_path: Path) -> None:
    (tmp_path / "error.json").write_text("mine")
    run(encode(fdl.Partial(tasks.fail, "x")), TORCHELASTIC_ERROR_FILE="error.json")
    assert (tmp_path / "error.json").read_text() == "mine"


@pytest.mark.parametrize(
    ("code", "status", "kind"), [(3, 3, "exception"), (0, 0, "json"), ("bye", 1, "exception")]
)
def test_exit_status_passes(
    code: Any, status: int, kind: str, tasks: Any, run: Runner, tmp_path: Path
) -> None:
    assert run(encode(fdl.Partial(tasks.leave, code)), NEMORUN_RESULT_FILE="out").status == status
    assert json.loads((tmp_path / "out").read_text())["kind"] == kind


def test_a_result_that_cannot_be_written_is_a_warning(tasks: Any, run: Runner) -> None:
    got = run(encode(fdl.Partial(tasks.give, 1)), NEMORUN_RESULT_FILE="/dev/null/x")
    assert got.status == 0
    assert "warning: cannot write" in got.err
