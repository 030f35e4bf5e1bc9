"""What a lazy entry point runs: a dotted name, or a command, found when it is needed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nemo_run.cli._lazy.commands import find_entrypoint
from nemo_run.cli._lazy.errors import LazyConfigError, ScriptNotFoundError
from nemo_run.cli._lazy.importable import import_module, imported
from nemo_run.cli._lazy.scripts import load_entrypoint, name_of
from nemo_run.cli._lazy.serialising import register

_PROGRAMS = ("nemo", "nemo_run", "nemorun")


@dataclass
class LazyTarget:
    """Something to call, by its dotted name or by a command such as ``llm train`` or ``train.py``.

    Attributes:
        import_path: Dotted name, or the words of the command without the program.
        script: Text of the script that names its entry point with ``run.cli.main``; where it is given,
            ``import_path`` is a name for people.
    """

    import_path: str
    script: str = ""

    __is_lazy__ = True

    def __post_init__(self) -> None:
        if not self.script and is_command(self.import_path):
            self._read_command()

    def _read_command(self) -> None:
        words = split_command(self.import_path)
        if words and words[0].endswith(".py"):
            self.script = read_script(words[0])
            self.import_path = shlex.join(words[1:]) or self.import_path
        elif words and os.path.basename(words[0]) in _PROGRAMS:
            self.import_path = shlex.join(words[1:])

    @property
    def entrypoint(self) -> Any:
        """The entry point behind a command; None for a dotted name."""
        return self._found()[1]

    @property
    def target(self) -> Any:
        """The object itself.

        Raises:
            ImportError: Its module cannot be imported.
            AttributeError: Its module has no such name.
            ValueError: A command leads to no entry point.
        """
        return self._found()[0]

    def _import(self) -> Any:
        return self.target

    def _found(self) -> tuple[Any, Any]:
        if "_cached" not in vars(self):
            vars(self)["_cached"] = self._find()
        return vars(self)["_cached"]

    def _find(self) -> tuple[Any, Any]:
        if not self.script and is_dotted(self.import_path):
            return import_module(self.import_path), None
        if self.script:
            found = load_entrypoint(self.script, name_of(self.script))
        else:
            found = find_entrypoint(shlex.split(self.import_path))
        return imported(getattr(found, "fn", found)), found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object itself."""
        return self.target(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name in ("__name__", "__qualname__"):
            return _last_part(self.import_path)
        if name in ("target", "entrypoint"):  # they raised an AttributeError of their own: raise it again
            return self._found()[name == "entrypoint"]
        raise AttributeError(f"lazy target {self.import_path!r} has no attribute {name!r}; use its `target`")

    def __reduce__(self) -> Any:
        return unflatten_target, flatten_target(self)


LazyTarget.__module__ = "nemo_run.cli.lazy"


def is_command(text: str) -> bool:
    """Whether a target is given as a command line, and not by its dotted name."""
    return " " in text or text.endswith((".py", ".py'", '.py"'))


def is_dotted(text: str) -> bool:
    """Whether a target is given by its dotted name."""
    return "." in text and not is_command(text)


def split_command(text: str) -> list[str]:
    """Split a command as a shell would.

    Raises:
        ValueError: A quote is not closed.
    """
    try:
        return shlex.split(text)
    except ValueError as error:
        raise LazyConfigError(f"cannot read the command {text!r}: {error}") from error


def flatten_target(target: LazyTarget) -> tuple[tuple[str, str], None]:
    """Return what a lazy target is made of: import path and script."""
    return (target.import_path, target.script), None


def unflatten_target(values: Sequence[str], metadata: None = None) -> LazyTarget:
    """Put a lazy target together again; a command in it was read before."""
    target = object.__new__(LazyTarget)
    target.import_path, target.script = values
    return target


def read_script(path: str) -> str:
    """Return the text of a script.

    Raises:
        FileNotFoundError: It is not there.
        ValueError: It cannot be read.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        raise ScriptNotFoundError(f"Script {path!r} not found.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise LazyConfigError(f"cannot read the script {path!r}: {error}") from error


def _last_part(import_path: str) -> str:
    if import_path.endswith(".py"):
        return os.path.basename(import_path)[:-3]
    words = import_path.split() or ["entrypoint"]
    return os.path.basename(words[-1]).rpartition(".")[2]


register(LazyTarget, flatten_target, unflatten_target, ["import_path", "script"])
