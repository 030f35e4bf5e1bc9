"""``Script``: its commands, names and files."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path
from unittest import mock

import fiddle as fdl
import pytest

from nemo_run.config import Config, ConfigurableMixin, Script
from nemo_run.exceptions import InvalidConfigError


@pytest.mark.parametrize(
    ("kwargs", "reason"),
    [
        ({}, "path or an inline"),
        ({"path": "a", "entrypoint": ""}, "Need to provide an entrypoint for script."),
        ({"path": "a", "m": True}, "-m can only be used with python"),
        ({"path": "a", "inline": "b"}, "not both"),
    ],
)
@pytest.mark.parametrize("error", [AssertionError, ValueError])
def test_scripts_that_cannot_run_are_refused(kwargs: dict, reason: str, error: type) -> None:
    with pytest.raises(error, match=reason):
        Script(**kwargs)


@pytest.mark.parametrize(
    ("script", "command"),
    [
        (
            Script("t.py", m=True, entrypoint="python", args=["--x", "1"]),
            ["python", "-m", "t.py", "--x", "1"],
        ),
        (Script("t.sh", args=["a b"]), ["bash", "t.sh", "a b"]),
        (Script(inline="echo 'hi'"), ["bash", "-c", "\"echo 'hi'\""]),
        (Script(inline='echo "hi"'), ["bash", "-c", '"echo \\"hi\\""']),
        (Script(inline="echo $1", args=["a", "b"]), ["bash", "-c", '"echo $1"', "bash", "a", "b"]),
        (Script(inline="x", args=["a"], entrypoint="python3"), ["python3", "-c", '"x"', "a"]),
    ],
)
def test_commands(script: Script, command: list[str]) -> None:
    assert script.to_command(with_entrypoint=True) == command
    assert script.to_command() == command[1:]


def test_an_entrypoint_removed_later_is_missed() -> None:
    script = Script("a")
    script.entrypoint = ""
    with pytest.raises(InvalidConfigError, match="without specifying entrypoint"):
        script.to_command(with_entrypoint=True)


def test_inline_text_goes_into_a_file(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "s.sh"
    script = Script(inline="cat /nemo_run/x")
    assert script.to_command(filename=str(file)) == ["/nemo_run/scripts/s.sh"]
    assert file.read_text() == "#!/usr/bin/bash\ncat /nemo_run/x"
    assert stat.S_IMODE(file.stat().st_mode) & 0o755 == 0o755
    assert script.to_command(filename=str(file), is_local=True, with_entrypoint=True) == ["bash", str(file)]
    script.to_command(filename=str(file), substitute_rundir_path="/r")
    assert "/r/x" in file.read_text()


@pytest.mark.parametrize("is_local", [True, False])
def test_arguments_stand_behind_the_file(is_local: bool, tmp_path: Path) -> None:
    file = str(tmp_path / "s.sh")
    command = Script(inline="echo $1", args=["a", "b"]).to_command(filename=file, is_local=is_local)
    assert command == [file if is_local else "/nemo_run/scripts/s.sh", "a", "b"]


def test_file_without_a_folder_stands_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Script(inline="true").to_command(filename="s.sh")
    assert (tmp_path / "s.sh").exists()


@pytest.mark.parametrize(
    ("entrypoint", "line"),
    [("python", "#!/usr/bin/env python"), ("python -u", "#!/usr/bin/env -S python -u")],
)
def test_first_line_names_the_entrypoint(entrypoint: str, line: str, tmp_path: Path) -> None:
    Script(inline="1", entrypoint=entrypoint).to_command(filename=str(tmp_path / "s"))
    assert (tmp_path / "s").read_text().splitlines()[0] == line


@pytest.mark.parametrize(
    ("kwargs", "name"),
    [
        ({"inline": "this is a long text"}, "this_is_a_"),
        ({"inline": "echo hello world"}, "echo_hello"),
        ({"inline": 'echo "hi world!"'}, "echo_hi_w"),
        ({"inline": "#!/bin/bash"}, "_bin_bas"),
        ({"inline": "   "}, "script"),
        ({"path": "/a/b/run.sh"}, "run.sh"),
        ({"path": "/a/"}, "script"),
    ],
)
def test_names(kwargs: dict, name: str) -> None:
    assert Script(**kwargs).get_name() == name


def test_scripts_become_configs_and_back() -> None:
    script = Script("a", args=["x"], env={"A": "1"})
    config = script.to_config()
    assert type(config) is Config
    assert set(config.__arguments__) == {"path", "inline", "args", "env", "entrypoint", "m", "metadata"}
    assert fdl.build(config) == script


def test_subclasses_can_resolve_their_text_later() -> None:
    @dataclasses.dataclass(kw_only=True)
    class Late(Script):
        extra: int = 1

    script = Late(inline=lambda: "echo", entrypoint="bash")  # type: ignore[arg-type]
    object.__setattr__(script, "inline", "echo hi")
    assert script.to_command()[0] == "-c"


def test_containers_are_their_own_configuration() -> None:
    class Jobs(list, ConfigurableMixin): ...

    jobs = Jobs([1])
    assert jobs.to_config() is jobs


def test_other_classes_must_say_how() -> None:
    class Plain(ConfigurableMixin): ...

    with pytest.raises(NotImplementedError, match="Cannot convert type"):
        Plain().to_config()


def test_dataclass_that_cannot_be_made_again_must_say_how() -> None:
    @dataclasses.dataclass(init=False)
    class Own(ConfigurableMixin):
        size: int

        def __init__(self, text: str) -> None:
            self.size = len(text)

    with pytest.raises(NotImplementedError) as error:
        Own("abc").to_config()
    assert len(error.value.args) == 2


def test_mocks_have_every_field() -> None:
    fake = mock.MagicMock(spec=Script)
    for name in (*(field.name for field in dataclasses.fields(Script)), "to_command", "get_name"):
        assert hasattr(fake, name)
    assert Script("a").args == []
