"""Tracebacks of errors in the user's code: their frames, not ours."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

from nemo_run.cli import _ending
from nemo_run.cli._run.options import Manner
from nemo_run_domain.secrets import MASK, is_secret

_PACKAGES = (
    "nemo_run",
    "nemo_run_adapters",
    "nemo_run_application",
    "nemo_run_domain",
    "fiddle",
    "typer",
    "click",
    "rich",
    "omegaconf",
    "yaml",
)
_RUNNING = "nemo_run.cli._run.launching"


def of_the_user(trace: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins with the first frame of the user's, if there is one."""
    ours = _folders()
    while trace is not None and _is_in(trace.tb_frame, ours):
        trace = trace.tb_next
    return trace


def is_running(trace: TracebackType | None) -> bool:
    """Whether what was configured is running: errors are the user's then, whatever their class."""
    while trace is not None and trace.tb_frame.f_globals.get("__name__") != _RUNNING:
        trace = trace.tb_next
    return trace is not None


def show(error: Exception, trace: TracebackType, manner: Manner) -> None:
    """Print a traceback on standard error, of the causes of the error, too."""
    _strip(error, trace)
    show_whole(error, manner)


def show_whole(error: Exception, manner: Manner) -> None:
    """Print a traceback on standard error, with all frames there are."""
    for cause in _chain(error):
        _ending.hide_values(cause)
    if manner.rich_exceptions:
        _show_rich(error, manner)
    else:
        traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)
        if sys.version_info < (3, 11):  # leaves notes out
            sys.stderr.writelines(f"{note}\n" for note in getattr(error, "__notes__", ()))


def _strip(error: BaseException, trace: TracebackType) -> None:
    """Take our frames from an error and from what led to it."""
    error.__traceback__ = trace
    for cause in [*_chain(error)][1:]:
        cause.__traceback__ = of_the_user(cause.__traceback__)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, and what led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _show_rich(error: Exception, manner: Manner) -> None:
    from rich.console import Console
    from rich.pretty import Node
    from rich.traceback import Traceback

    shown: Any = Traceback.from_exception(
        type(error),
        error,
        error.__traceback__,
        show_locals=manner.rich_locals,
        theme=manner.rich_theme,
        max_frames=100 if manner.rich_traceback else 6,
    )
    for frame in (frame for stack in shown.trace.stacks for frame in stack.frames):
        secret = [name for name in frame.locals or () if is_secret(name, None)]
        frame.locals = frame.locals and {**frame.locals, **{name: Node(value_repr=MASK) for name in secret}}
    Console(stderr=True).print(shown)


def _folders() -> tuple[str, ...]:
    """Return the folders of what stands between a command and the user's code."""
    found: list[str] = []
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        found += list((spec and spec.submodule_search_locations) or ())
    return tuple(os.path.realpath(folder) + os.sep for folder in found)


def _is_in(frame: FrameType, folders: tuple[str, ...]) -> bool:
    name = frame.f_code.co_filename
    path = os.path.realpath(name)
    return name.startswith("<frozen ") or path.startswith(folders) or _is_standard(path)


def _is_standard(path: str) -> bool:
    stdlib = os.path.realpath(sysconfig.get_paths()["stdlib"]) + os.sep
    return path.startswith(stdlib) and "-packages" + os.sep not in path[len(stdlib) :]
