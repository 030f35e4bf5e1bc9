"""Opening an editor on the folder of another machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping

from nemo_run.exceptions import NotFoundError

_PROGRAMS = {"code": ("vscode", "code", "Code.exe"), "cursor": ("cursor", "cursor", "Cursor.exe")}
"""Choice -> value of ``NEMO_EDITOR``, program, program of Windows."""
_WAYS_OUT = {
    "code": "install Visual Studio Code and its command 'code' (https://code.visualstudio.com/docs/setup)",
    "cursor": "install Cursor and its command 'cursor' (https://cursor.com)",
}


class EditorNotFoundError(NotFoundError, EnvironmentError):
    """No such editor on this machine."""


def launch_editor(tunnel: str, path: str) -> subprocess.Popen[bytes] | None:
    """Ask for an editor and open the folder ``path`` behind the SSH host ``tunnel.<tunnel>`` in it.

    Returns the editor's process; None where none is wanted.

    Args:
        tunnel: Name of the entry in the SSH configuration.
        path: Absolute, on the other machine.

    Raises:
        EnvironmentError: The editor is not installed here.
    """
    choice = _ask()
    if choice == "none":
        return None
    environ = {**os.environ, "NEMO_EDITOR": _PROGRAMS[choice][0]}
    return subprocess.Popen(command(choice, tunnel, path), env=environ, start_new_session=True)


def command(choice: str, tunnel: str, path: str) -> list[str]:
    """Return the command that opens a new window of an editor.

    Raises:
        EnvironmentError: The editor is not installed here.
    """
    remote = f"ssh-remote+tunnel.{tunnel}"
    return [find_editor_executable(choice), "--new-window", "--remote", remote, path]


def find_editor_executable(
    editor: str,
    environ: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
) -> str:
    """Return the program of an editor; under WSL that of Windows comes first.

    Args:
        editor: ``code`` or ``cursor``.
        environ: Tells whether this is WSL.
        which: Finds programs.

    Raises:
        EnvironmentError: It is not installed here.
    """
    _, program, of_windows = _PROGRAMS[editor]
    names = [of_windows, program] if "WSL_DISTRO_NAME" in environ else [program]
    found = next((path for name in names if (path := which(name))), None)
    if found is None:
        raise EditorNotFoundError(f"there is no program {' or '.join(names)} here; {_WAYS_OUT[editor]}")
    return found


def _ask() -> str:
    import typer

    choices = [*_PROGRAMS, "none"]
    question = f"Which editor do you want to use? ({', '.join(choices)})"
    while (choice := typer.prompt(question, default="code").strip().lower()) not in choices:
        typer.echo(f"{choice!r} is none of {', '.join(choices)}")
    return choice
