"""Assignments to attributes, written down instead of made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nemo_run.cli._lazy.entries import Entry
from nemo_run.cli._lazy.errors import LazyTypeError
from nemo_run.cli._lazy.verbatim import verbatim

if TYPE_CHECKING:
    from typing_extensions import Self

STATE = ("_target_", "_factory_", "_args_")
"""Names of what a lazy entry point consists of; everything else is an attribute to be recorded."""


class Recorder:
    """Records what is done to its attributes.

    The state is in ``__arguments__``, which what stands for an attribute shares with the whole.
    """

    if TYPE_CHECKING:
        _args_: list[Entry]
        _path: str
        _target_path_: str

    def _record_operation(self, op: str, other: Any) -> Self:
        """Record a change of the value that this attribute stands for."""
        self._record(self._path, op if op.endswith("=") else f"{op}=", other)
        return self

    def _record(self, path: str, operator: str, value: Any) -> None:
        if isinstance(value, Recorder):
            if value._args_ is self._args_ and value._path == path:
                return  # the end of `task.a += 1`, which is recorded
            if value._args_ is self._args_ or value._path:
                raise LazyTypeError(
                    f"{path!r} cannot become {value._target_path_!r}, which is not known before the task is "
                    f"resolved; assign the value itself, or refer to it with a word such as {path}=${{name}}"
                )
        self._args_.append((path, operator, verbatim(value)))

    def __getattr__(self, name: str) -> Any:
        if name in STATE:
            return vars(self)["__arguments__"][name]
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(f"LazyEntrypoint has no attribute {name!r}")
        return self._child(f"{self._path}.{name}" if self._path else name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in STATE:
            vars(self)["__arguments__"][name] = value
        else:
            self._record(f"{self._path}.{name}" if self._path else name, "=", value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete {name!r}: a LazyEntrypoint only records assignments")

    def __getitem__(self, key: Any) -> Any:
        return self._child(f"{self._path}[{key}]")

    def __setitem__(self, key: Any, value: Any) -> None:
        self._record(f"{self._path}[{key}]", "=", value)

    def __iadd__(self, other: Any) -> Self:
        return self._record_operation("+=", other)

    def __isub__(self, other: Any) -> Self:
        return self._record_operation("-=", other)

    def __imul__(self, other: Any) -> Self:
        return self._record_operation("*=", other)

    def __itruediv__(self, other: Any) -> Self:
        return self._record_operation("/=", other)

    def __ior__(self, other: Any) -> Self:
        return self._record_operation("|=", other)

    def __iand__(self, other: Any) -> Self:
        return self._record_operation("&=", other)

    __add__, __sub__, __mul__ = __iadd__, __isub__, __imul__

    def _child(self, path: str) -> Self:
        """Return what stands for an attribute; it records into the same list."""
        child = object.__new__(type(self))
        vars(child).update(vars(self), _path=path)
        return child
