"""What users configure: ``Config``, ``Partial``, ``Script``, and where the library keeps its files.

Importing this module does not load fiddle; the names that need it are resolved when they are used.
"""

from __future__ import annotations

import dataclasses
import importlib
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nemo_run._configurable import ConfigurableMixin as ConfigurableMixin
from nemo_run._types.namespace import RECURSIVE_TYPES as RECURSIVE_TYPES
from nemo_run._types.namespace import get_type_namespace as get_type_namespace
from nemo_run._types.namespace import get_underlying_types as get_underlying_types
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.names import inline_name

if TYPE_CHECKING:
    from nemo_run._config.buildables import Config as Config
    from nemo_run._config.buildables import ConfigT as ConfigT
    from nemo_run._config.buildables import OptionalDefaultConfig as OptionalDefaultConfig
    from nemo_run._config.buildables import OptionalDefaultPartial as OptionalDefaultPartial
    from nemo_run._config.buildables import Partial as Partial
    from nemo_run._config.values import from_dict as from_dict
    from nemo_run._config.values import set_value as set_value

RUNDIR_NAME = "nemo_run"
RUNDIR_SPECIAL_NAME = "/$nemo_run"
SCRIPTS_DIR = "scripts"
USE_WITH_RAY_CLUSTER_KEY = "use_with_ray_cluster"

_LAZY = {
    "Config": "nemo_run._config.buildables",
    "ConfigT": "nemo_run._config.buildables",
    "OptionalDefaultConfig": "nemo_run._config.buildables",
    "OptionalDefaultPartial": "nemo_run._config.buildables",
    "Partial": "nemo_run._config.buildables",
    "from_dict": "nemo_run._config.values",
    "set_value": "nemo_run._config.values",
    "ZlibJSONSerializer": "nemo_run.core.serialization.zlib_json",
}


def __getattr__(name: str) -> Any:
    if name == "NEMORUN_HOME":
        return get_nemorun_home()
    if (module := _LAZY.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(module), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


def _default_home() -> str:
    home, older = os.path.expanduser("~/.run"), os.path.expanduser("~/.nemo_run")
    return older if os.path.exists(older) and not os.path.exists(home) else home


_home = os.path.expanduser(os.environ.get("NEMORUN_HOME") or _default_home())


def get_nemorun_home() -> str:
    """Return the folder where experiments and registries are kept.

    That is what ``set_nemorun_home`` was given last, else ``NEMORUN_HOME`` when this module was
    imported, else ``~/.run``, or ``~/.nemo_run`` where only that exists.
    """
    return _home


def set_nemorun_home(path: str) -> None:
    """Keep files in ``path`` from now on, in this process."""
    global _home
    _home = os.path.expanduser(path)


class _ScriptError(InvalidConfigError, AssertionError):
    """A script that cannot run; also an ``AssertionError``, as it always was."""


@dataclass
class Script(ConfigurableMixin):
    """A program with arguments, run as it is.

    Attributes:
        path: Script file, or module name with ``m``.
        inline: Text of the script, instead of ``path``.
        args: Arguments behind it.
        env: Environment of the run.
        entrypoint: What runs it.
        m: Run ``path`` with ``-m``.
        metadata: Free-form; ``USE_WITH_RAY_CLUSTER_KEY`` means something to Ray.
    """

    path: str = ""
    inline: str = ""
    args: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict, repr=False)  # it may hold secrets
    entrypoint: str = "bash"
    m: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise _ScriptError(problem)

    def _problem(self) -> str | None:
        if not self.path and not self.inline:
            return "A script needs a path or an inline text."
        if self.path and self.inline:
            return "A script has either a path or an inline text, not both."
        if not self.entrypoint:
            return "Need to provide an entrypoint for script."
        if self.m and "python" not in self.entrypoint:
            return "-m can only be used with python"
        return None

    def get_name(self) -> str:
        """Return a short name: the file name, or the first letters of the text."""
        if self.inline:
            return inline_name(self.inline)
        return os.path.basename(self.path) or "script"

    def to_command(
        self,
        with_entrypoint: bool = False,
        filename: str | None = None,
        is_local: bool = False,
        substitute_rundir_path: str | None = None,
    ) -> list[str]:
        """Return the command as words for a shell; nothing in it is quoted but an inline text.

        Args:
            with_entrypoint: Put the entrypoint first.
            filename: Write an inline text into this file and run that.
            is_local: Name the file as it is here, not as a container sees it.
            substitute_rundir_path: Stands in the written file for every ``/nemo_run``.

        Raises:
            InvalidConfigError: ``with_entrypoint`` without an entrypoint.
        """
        if with_entrypoint and not self.entrypoint:
            raise InvalidConfigError("Cannot use with_entrypoint=True without specifying entrypoint")
        return [
            *([self.entrypoint] if with_entrypoint else []),
            *self._words(filename, is_local, substitute_rundir_path),
        ]

    def _words(self, filename: str | None, is_local: bool, rundir: str | None) -> list[str]:
        if not self.inline:
            return [*(["-m"] if self.m else []), self.path, *self.args]
        if not filename:
            quoted = self.inline.replace('"', '\\"')
            # What a shell calls $0 stands before the arguments.
            name = [self.entrypoint] if self.args and "python" not in self.entrypoint else []
            return ["-c", f'"{quoted}"', *name, *self.args]
        text = self.inline if rundir is None else self.inline.replace(f"/{RUNDIR_NAME}", rundir)
        _write_program(filename, f"{_first_line(self.entrypoint)}\n{text}")
        shown = filename if is_local else f"/{RUNDIR_NAME}/{SCRIPTS_DIR}/{os.path.basename(filename)}"
        return [shown, *self.args]


for _field in dataclasses.fields(Script):
    if not hasattr(Script, _field.name):
        setattr(Script, _field.name, None)  # a mock made from the class has every field


def _first_line(entrypoint: str) -> str:
    if entrypoint == "bash":
        return "#!/usr/bin/bash"
    split = "-S " if re.search(r"\s", entrypoint) else ""
    return f"#!/usr/bin/env {split}{entrypoint}"


def _write_program(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, os.stat(path).st_mode | 0o755)
