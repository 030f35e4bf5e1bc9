"""Opening an editor on a folder of another machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nemo_run.devspace import editor

STUB = '#!/bin/sh\nprintf "%s\\n" "$NEMO_EDITOR" "$@" >"$OUT"\n'


def which(*there: str) -> Callable[[str], str | None]:
    return lambda name: f"/bin/{name}" if name in there else None


@pytest.mark.parametrize(
    ("name", "environ", "there", "found"),
    [
        ("code", {}, ["code", "cursor", "Code.exe"], "/bin/code"),
        ("cursor", {}, ["code", "cursor"], "/bin/cursor"),
        ("code", {"WSL_DISTRO_NAME": "Ubuntu"}, ["code", "Code.exe"], "/bin/Code.exe"),
        ("code", {"WSL_DISTRO_NAME": "Ubuntu"}, ["code"], "/bin/code"),
    ],
)
def test_programs(name: str, environ: dict[str, str], there: list[str], found: str) -> None:
    assert editor.find_editor_executable(name, environ, which(*there)) == found


@pytest.mark.parametrize(("name", "named"), [("code", "Visual Studio Code"), ("cursor", "Cursor")])
def test_a_missing_program(name: str, named: str) -> None:
    with pytest.raises(EnvironmentError, match=named):
        editor.find_editor_executable(name, {}, which())


@pytest.mark.parametrize(("name", "told"), [("code", "vscode"), ("cursor", "cursor")])
def test_the_editor_opens_a_new_window(
    name: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, out = tmp_path / name, tmp_path / "out"
    program.write_text(STUB)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("OUT", str(out))
    monkeypatch.delenv("WSL_DISTRO_NAME", raising=False)
    answers = iter(["nonsense", name.upper()])
    monkeypatch.setattr("typer.prompt", lambda *_args, **_options: next(answers))
    process = editor.launch_editor("mine.mine", "/workspaces/mine")
    assert process is not None
    assert process.wait(timeout=30) == 0
    assert out.read_text().split() == [
        *(told, "--new-window", "--remote"),
        *("ssh-remote+tunnel.mine.mine", "/workspaces/mine"),
    ]


def test_no_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.prompt", lambda *_args, **_options: "none")
    monkeypatch.setattr("subprocess.Popen", lambda *_args, **_options: pytest.fail("opened"))
    assert editor.launch_editor("mine", "/x") is None
