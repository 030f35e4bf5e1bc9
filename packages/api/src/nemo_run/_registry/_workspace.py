"""The workspace file: Python that registers factories before a command is understood."""

from __future__ import annotations

import itertools
import os
import sys
import types
from collections.abc import Iterator

from nemo_run import _own_files
from nemo_run._registry.errors import WorkspaceError
from nemo_run.config import get_nemorun_home
from nemo_run.exceptions import UntrustedFileError

NAMES = ("workspace_private.py", "workspace.py")
SWITCH = "INCLUDE_WORKSPACE_FILE"
MODULE = "workspace"
_PUBLIC = "nemo_run.cli.api"


def is_wanted() -> bool:
    """Whether a workspace file is executed at all: ``INCLUDE_WORKSPACE_FILE`` is unset or true.

    A program may also set the constant of that name in ``nemo_run.cli.api``.
    """
    value = getattr(sys.modules.get(_PUBLIC), "__dict__", {}).get(SWITCH)
    return os.environ.get(SWITCH, "true").strip().lower() == "true" if value is None else bool(value)


def find() -> str | None:
    """Return the workspace file: of the current folder, else of a parent, else of the home folder.

    Parents count as far as they belong to this user, and files there that do; what somebody else puts
    above a folder must not keep this user from working in it.
    """
    return next((path for path in _candidates() if os.path.isfile(path)), None)


def _candidates() -> Iterator[str]:
    try:
        here = os.getcwd()
    except FileNotFoundError:  # it was removed meanwhile
        here = ""
    if here:
        yield from _named_in(here)
        yield from filter(_own_files.belongs_to_me, _above(here))
    yield os.path.join(get_nemorun_home(), "workspace.py")


def _above(folder: str) -> Iterator[str]:
    for parent in itertools.islice(_own_files.own_parents(folder), 1, None):
        yield from _named_in(parent)


def _named_in(folder: str) -> list[str]:
    return [os.path.join(folder, name) for name in NAMES]


def execute(path: str) -> types.ModuleType:
    """Run a file as the module ``workspace``; nobody can import that module afterwards.

    Raises:
        WorkspaceError: An error in it; names file and line.
        UntrustedFileError: Others own it or may write to it.
    """
    path = os.path.abspath(path)
    try:
        return _own_files.run_file(path, MODULE)
    except UntrustedFileError as error:
        raise UntrustedFileError(f"workspace file {error}; {_WAY_OUT}") from error
    except (Exception, SystemExit) as error:  # a file is no reason to end a command without a word
        raise WorkspaceError(_message(path, error)) from error


_WAY_OUT = f"{SWITCH}=false leaves the file out"


def _message(path: str, error: BaseException) -> str:
    line = _line(path, error)
    where = f"workspace file {path}" + (f", line {line}" if line else "")
    text = " ".join(str(getattr(error, "msg", None) or error).split())
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"{where}: {what}; repair it ({_WAY_OUT})"


def _line(path: str, error: BaseException) -> int | None:
    """Return the line of the file that was being executed last, or that is no Python."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
