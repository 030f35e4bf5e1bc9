"""Running tasks. The package itself can be called: ``nemo_run.run(task, executor=...)``."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    """A package that is also the function ``run``; ``import nemo_run.run.experiment as e`` works too."""

    def __call__(self, fn_or_script: Any, *args: Any, **kwargs: Any) -> None:
        """Run one task; see ``nemo_run.run.api.run``."""
        from nemo_run.run.api import run

        return run(fn_or_script, *args, **kwargs)

    @property
    def __signature__(self) -> Any:
        """The signature of the function."""
        import inspect

        from nemo_run.run.api import run

        return inspect.signature(run)

    def __reduce__(self) -> Any:
        """Travel by name, as other modules do: functions of a script mention it as ``nemo_run``'s."""
        return importlib.import_module, (self.__name__,)


sys.modules[__name__].__class__ = _Callable
