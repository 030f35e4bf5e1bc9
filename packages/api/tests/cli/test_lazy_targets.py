"""Targets by dotted name, by command, and in scripts."""

# pyright: reportMissingImports=false
from __future__ import annotations

import copy
import os
import pickle
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nemo_run._types.hints import hints_of
from nemo_run.cli._lazy.commands import walk
from nemo_run.cli._lazy.importing import lazy_imports
from nemo_run.cli.lazy import (
    LazyTarget,
    _flatten_lazy_target,
    _load_entrypoint_from_script,
    _unflatten_lazy_target,
)
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer
from nemo_run.exceptions import InvalidConfigError, NemoRunError, NotFoundError

SCRIPT = """
import nemo_run as run

def fit(steps: int = 10):
    return steps + BONUS

BONUS = 5

if __name__ == "__main__":
    run.cli.main(fit)
"""


@pytest.fixture(autouse=True)
def _no_module_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    for name in [name for name in sys.modules if name.startswith("__dynamic_module")]:
        del sys.modules[name]


@dataclass
class Leaf:
    fn: Any
    name: str


def test_a_dotted_name_is_imported_when_it_is_needed() -> None:
    target = LazyTarget("os.path.join")
    assert target.__is_lazy__ is True
    assert target.target is os.path.join
    assert target("a", "b") == os.path.join("a", "b")


def test_an_unknown_attribute_names_the_target() -> None:
    with pytest.raises(AttributeError, match=r"lazy target 'os.path' has no attribute 'join'"):
        _ = LazyTarget("os.path").join


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("nemo llm train", "llm train"),
        ("nemo_run llm train", "llm train"),
        ("nemorun llm train", "llm train"),
        ("/usr/bin/nemo llm train", "llm train"),
        ("./bin/nemorun llm train", "llm train"),
        ("llm train", "llm train"),
        ("nemo train", "train"),
        ("nemotron train", "nemotron train"),
    ],
)
def test_the_program_is_left_out_of_a_command(text: str, path: str) -> None:
    assert LazyTarget(text).import_path == path


def test_a_script_is_read(tmp_path: Path) -> None:
    Path("train.py").write_text("text")
    assert LazyTarget("train.py") == _unflatten_lazy_target(["train.py", "text"])
    assert LazyTarget("train.py sub").import_path == "sub"


@pytest.mark.parametrize("command", ["'a(b).py'", '"a(b).py"', "a(b).py", "'a(b).py' sub"])
def test_a_script_whose_name_is_quoted(command: str) -> None:
    Path("a(b).py").write_text("text")
    assert LazyTarget(command).script == "text"


@pytest.mark.parametrize(
    ("path", "name"),
    [("dir/my (1).py", "my (1)"), ("train.py", "train"), ("sub", "sub"), ("a.b.fit", "fit")],
)
def test_the_name_of_a_target_with_a_script(path: str, name: str) -> None:
    target = LazyTarget(path, script="text")
    assert (target.import_path, target.script, target.__name__) == (path, "text", name)


def test_a_script_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match=r"Script 'nosuch.py' not found\.") as caught:
        LazyTarget("nosuch.py train")
    assert isinstance(caught.value, NotFoundError)


def test_a_command_that_no_shell_could_read() -> None:
    with pytest.raises(InvalidConfigError, match="cannot read the command"):
        LazyTarget("train 'it")


@pytest.mark.parametrize(
    "copied",
    [
        copy.deepcopy,
        lambda target: pickle.loads(pickle.dumps(target)),
        lambda target: _unflatten_lazy_target(*_flatten_lazy_target(target)),
        lambda target: ZlibJSONSerializer().deserialize(ZlibJSONSerializer().serialize([target]))[0],
    ],
)
def test_targets_travel_without_reading_the_script_again(copied: Any) -> None:
    Path("train.py").write_text("text")
    target = LazyTarget("train.py")
    Path("train.py").unlink()
    assert copied(target) == target


# -- commands -------------------------------------------------------------------------------------

TREE = {"llm": {"train": Leaf(len, "fit"), "data": {"make": Leaf(max, "make")}}, "top": Leaf(min, "top")}


@pytest.mark.parametrize(
    ("words", "fn"),
    [(["llm", "train"], len), (["llm", "fit"], len), (["llm", "data", "make"], max), (["top"], min)],
)
def test_words_lead_to_an_entry_point(words: list[str], fn: Any) -> None:
    assert walk(TREE, words).fn is fn


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x"], "Entrypoint 'x' not found. Available top-level entrypoints: llm, top"),
        (["llm", "x"], "Subcommand 'x' not found for entrypoint 'llm'. Available subcommands: data, train"),
        (["llm", "train", "x"], "'train' is a terminal entrypoint and does not have subcommand 'x'."),
        (
            ["llm"],
            "Incomplete command: 'llm'. Please specify a subcommand. Available subcommands: data, train",
        ),
        ([], "Incomplete command: ''. Please specify a subcommand. Available subcommands: llm, top"),
    ],
)
def test_words_that_lead_nowhere(words: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=r"(not found|terminal|Incomplete)") as caught:
        walk(TREE, words)
    assert str(caught.value).startswith(message)
    assert isinstance(caught.value, NemoRunError)


def test_a_command_finds_its_entry_point_whatever_options_it_has(registered: Any) -> None:
    target = LazyTarget("nemo lazy_commands train steps=5 --yes")
    assert target.target(2) == 4
    assert target.entrypoint.name == "train"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    from nemo_run import cli
    from nemo_run._registry import discovery, entrypoints

    def double(x: int) -> int:
        return 2 * x

    monkeypatch.setattr("nemo_run.cli._lazy.commands.load_all", lambda: None)
    monkeypatch.setattr(entrypoints, "_table", {})
    assert discovery is not None
    cli.entrypoint(double, name="train", namespace="lazy_commands")


# -- scripts --------------------------------------------------------------------------------------


def test_a_script_says_what_it_would_run() -> None:
    found = _load_entrypoint_from_script(SCRIPT)
    assert found.fn(1) == 6
    assert found.fn.__module__ == "__dynamic_module__"
    assert sys.modules["__dynamic_module__"].fit is found.fn


def test_the_module_can_have_another_name() -> None:
    found = _load_entrypoint_from_script(SCRIPT, module_name="lazy_other_name")
    assert sys.modules.pop("lazy_other_name").fit is found.fn


def test_the_target_of_a_script_is_its_function(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("train.py").write_text(SCRIPT)
    assert LazyTarget("train.py").target(2) == 7


def test_scripts_do_not_share_a_module() -> None:
    script = "from __future__ import annotations\nfrom dataclasses import dataclass\n"
    script += "import nemo_run as run\nclass Net: ...\n@dataclass\nclass Fit:\n    net: Net\n"
    script += "    here = Net\nrun.cli.main(Fit)\n"
    Path("one.py").write_text(script)
    Path("two.py").write_text(f"{script}# another\n")
    one, two = LazyTarget("one.py").target, LazyTarget("two.py").target
    assert hints_of(one)["net"] is one.here
    assert hints_of(two)["net"] is two.here


def test_a_script_may_name_something_lazy() -> None:
    script = (
        "import nemo_run as run\nwith run.lazy_imports():\n    from os.path import basename\n"
        "if '__main__' == __name__:\n    run.cli.main(basename)\n"
    )
    Path("train.py").write_text(script)
    assert LazyTarget("train.py").target is os.path.basename


def test_children_of_a_script_that_is_loaded_record_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAZY_CLI", raising=False)
    noted = "import os; fit.environ = dict(os.environ)\n    run.cli.main(fit)"
    _load_entrypoint_from_script(SCRIPT.replace("run.cli.main(fit)", noted))
    assert "LAZY_CLI" not in sys.modules["__dynamic_module__"].fit.environ


def test_other_threads_record_nothing_while_a_script_is_loaded() -> None:
    from nemo_run.cli._run import state

    found: list[bool] = []

    def look() -> None:
        thread = threading.Thread(target=lambda: found.append(state.is_recording()))
        thread.start()
        thread.join()

    with state.recording():
        look()
        found.append(state.is_recording())
    assert found == [False, True]


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("if __name__ == '__main__':\n    1 / 0", ZeroDivisionError),
        ("1 +", SyntaxError),
        ("x = 1", ValueError),
    ],
)
def test_recording_ends_with_errors(script: str, error: type[Exception]) -> None:
    from nemo_run.cli._run import state

    with pytest.raises(error):
        _load_entrypoint_from_script(script)
    assert not state.is_recording()


@pytest.mark.parametrize("script", ["1 / 0", "1 +"])
def test_no_module_of_a_broken_script_is_left(script: str) -> None:
    with pytest.raises((ZeroDivisionError, SyntaxError)):
        _load_entrypoint_from_script(script)
    assert "__dynamic_module__" not in sys.modules


def test_a_script_may_load_another() -> None:
    inner = f"from nemo_run.cli.lazy import LazyTarget\nLazyTarget('inner.py').target\n{SCRIPT}"
    Path("inner.py").write_text(SCRIPT.replace("BONUS = 5", "BONUS = 50"))
    Path("outer.py").write_text(inner)
    assert LazyTarget("outer.py").target(1) == 6


def test_scripts_without_an_entry_point() -> None:
    with pytest.raises(ValueError, match=r"No entrypoint function found in script\.") as caught:
        _load_entrypoint_from_script("def fit(): ...")
    assert isinstance(caught.value, NemoRunError)


@pytest.mark.parametrize("ending", ["sys.exit(run.cli.main(fit))", "run.cli.main(fit); raise SystemExit(3)"])
def test_a_script_may_end_itself_when_it_has_an_entry_point(ending: str) -> None:
    Path("train.py").write_text(f"import sys\n{SCRIPT.replace('run.cli.main(fit)', ending)}")
    assert LazyTarget("train.py").target(2) == 7


def test_a_script_that_ends_itself_before_it_has_an_entry_point() -> None:
    with pytest.raises(ValueError, match=r"No entrypoint .* in script\. It raised SystemExit: 0") as caught:
        _load_entrypoint_from_script("raise SystemExit(0)")
    assert isinstance(caught.value, NemoRunError)


def test_errors_of_scripts_show_their_lines() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _load_entrypoint_from_script("a = 1\nb = a / 0\n")
    assert str(caught.traceback[-1].path) == "<__dynamic_module__>"
    assert caught.traceback[-1].statement.lines == ["b = a / 0"]


def test_what_was_recorded_before_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from nemo_run.cli import api
    from nemo_run.cli._run import state

    monkeypatch.setattr(state, "MAIN_ENTRYPOINT", "mine")
    _load_entrypoint_from_script(SCRIPT)
    assert api.MAIN_ENTRYPOINT == "mine"


def test_lazy_imports_are_only_in_the_block_of_a_script() -> None:
    with lazy_imports():
        import nosuch_target
    assert nosuch_target.fit.import_path == "nosuch_target.fit"
