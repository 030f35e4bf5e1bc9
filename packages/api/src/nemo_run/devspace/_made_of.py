"""What the text of a devspace, which comes from another machine, may have made here."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from nemo_run import _bootstrap, _metadata
from nemo_run.core.execution.base import Executor
from nemo_run.exceptions import InvalidConfigError, NemoRunError


def check(config: Any, kind: type) -> None:
    """Accept the configuration of a space that is made of executors, packagers and the like only.

    Building a configuration calls what it configures, and whoever wrote the text chose that.

    Args:
        config: What the text describes.
        kind: Class of spaces.

    Raises:
        InvalidConfigError: It describes something else, or is to call something else; nothing was called.
    """
    import fiddle

    if not (isinstance(config, fiddle.Config) and _is_a(config.__fn_or_cls__, kind)):
        raise InvalidConfigError(f"the text describes no {kind.__name__} but {config!r}")
    targets = [*_targets(config)]
    packages = {_package(target) for target in targets if _is_a(target, Executor)}
    for target in targets:
        if not (_is_a(target, kind) or _is_trusted(target) or _is_data_of(target, packages)):
            raise InvalidConfigError(
                f"the text of the devspace has {_name(target)} called, which is refused: a space is made of "
                "executors, packagers and launchers, and of dataclasses from the packages of its executors"
            )


def _targets(config: Any) -> Iterator[Any]:
    """Yield what is called when a configuration is built."""
    import fiddle
    from fiddle import daglish

    for value, _ in daglish.iterate(config):
        if isinstance(value, fiddle.Buildable):
            yield value.__fn_or_cls__


def _is_a(target: Any, kind: type) -> bool:
    return isinstance(target, type) and issubclass(target, kind)


def _is_trusted(target: Any) -> bool:
    """Whether saved experiments may name it, too."""
    try:
        allowed = _metadata.allowed(_bootstrap.registry())
        return isinstance(target, type) and allowed.resolve(target.__module__, target.__qualname__) is target
    except NemoRunError:
        return False


def _is_data_of(target: Any, packages: set[str]) -> bool:
    return isinstance(target, type) and dataclasses.is_dataclass(target) and _package(target) in packages


def _package(target: Any) -> str:
    return str(target.__module__).partition(".")[0]


def _name(target: Any) -> str:
    return f"{getattr(target, '__module__', '')}.{getattr(target, '__qualname__', repr(target))}"
