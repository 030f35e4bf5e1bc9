"""Objects that can be written down as a configuration; does not load fiddle."""

from __future__ import annotations

import dataclasses
import importlib
from typing import TYPE_CHECKING, Any

from nemo_run_domain.errors import InvalidConfigError

if TYPE_CHECKING:
    from nemo_run._config.buildables import Config


class _NotConfigurableError(InvalidConfigError, NotImplementedError):
    """No way from the object to a configuration; also a ``NotImplementedError``, as it always was."""


class ConfigurableMixin:
    """For classes whose instances can be written down as a configuration."""

    __module__ = "nemo_run.config"

    def to_config(self) -> Config[Any]:
        """Return a configuration that builds an equal object.

        Raises:
            NotImplementedError: Not a dataclass, or not made from its fields.
        """
        if isinstance(self, (list, tuple, dict)) and not dataclasses.is_dataclass(self):
            return self  # type: ignore[return-value]
        kind = type(self)
        if not dataclasses.is_dataclass(self):
            raise _NotConfigurableError(f"Cannot convert type {kind} to Config. Implement `to_config` on it.")
        try:
            return _converter().config_of(self)
        except (AttributeError, TypeError, ValueError) as error:
            raise _NotConfigurableError(
                f"Cannot convert type {kind} to Config: {error}.", f"Implement `to_config` on {kind}."
            ) from error

    def diff(self, old: Any, trim: bool = True, **kwargs: Any) -> Any:
        """Return the ``graphviz.Graph`` of what changed since ``old``; ``trim`` hides the rest."""
        return _draw().draw_difference(old.to_config(), self.to_config(), trim=trim, **kwargs)

    def diff_text(self, old: Any) -> str:
        """Return what changed since ``old`` as text, one line per change; see ``Config.diff_text``."""
        difference = importlib.import_module("nemo_run._config.difference")
        return difference.diff_text(old.to_config(), self.to_config())

    def visualize(self, **kwargs: Any) -> Any:
        """Return the ``graphviz.Graph`` of this object; keywords go to fiddle."""
        return _draw().draw(self.to_config(), **kwargs)

    def save_config_img(self, path_str: str) -> None:
        """Write a PNG; a path without a suffix is a folder that gets ``config.png``."""
        _draw().save_image(self.to_config(), path_str)

    def _repr_svg_(self) -> str:
        return _draw().svg_or_repr(self.to_config())


def _converter() -> Any:
    return importlib.import_module("nemo_run._config.buildables").CONVERTER


def _draw() -> Any:
    return importlib.import_module("nemo_run._config.draw")
