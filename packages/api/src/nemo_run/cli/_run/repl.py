"""``--repl``: a task in IPython."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from nemo_run.exceptions import MissingDependencyError


def open_with(task: Any, run_task: Callable[[], None]) -> None:
    """Open IPython with ``task``, which may be changed, and ``run_task()``.

    Raises:
        MissingDependencyError: IPython is not installed.
    """
    try:
        embed = importlib.import_module("IPython.terminal.embed")
    except ImportError as error:
        raise MissingDependencyError("--repl needs IPython: pip install ipython") from error
    shell: Any = embed.InteractiveShellEmbed(banner1="task is what was configured; run_task() runs it")
    shell(local_ns={"task": task, "run_task": run_task})
