"""Pictures of configurations, through fiddle and graphviz."""

from __future__ import annotations

import contextlib
import importlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nemo_run._masking import masked
from nemo_run_domain.errors import InvalidConfigError, MissingDependencyError

_LOGGER = logging.getLogger(__name__)
_TEXT = "print() shows a configuration as text, and diff_text(old) what changed"


def draw(config: Any, **kwargs: Any) -> Any:
    """Return the ``graphviz.Graph`` of a configuration, without secrets."""
    with _too_deep():
        return _graphviz().render(masked(config), **kwargs)


def draw_difference(old: Any, new: Any, *, trim: bool, **kwargs: Any) -> Any:
    """Return the ``graphviz.Graph`` of what changed; ``trim`` hides the rest."""
    with _too_deep():
        return _graphviz().render_diff(old=masked(old), new=masked(new), trim=trim, **kwargs)


@contextlib.contextmanager
def _too_deep() -> Iterator[None]:
    try:
        yield
    except RecursionError as error:
        raise InvalidConfigError(f"too deep for a picture, or it contains itself; {_TEXT}") from error


def save_image(config: Any, path: str) -> None:
    """Write a PNG to ``path``, or to ``config.png`` in it if it has no suffix.

    Raises:
        InvalidConfigError: A suffix other than ``.png``.
        MissingDependencyError: The graphviz package or its program ``dot`` is missing.
    """
    target = Path(path)
    if not target.suffix:
        target /= "config.png"
    elif target.suffix != ".png":
        raise InvalidConfigError(f"The file extension must be .png, not {target.suffix!r}")
    image = _piped(draw(config), "png")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(image)


def svg_or_repr(config: Any) -> str:
    """Return SVG for a notebook, or the ``repr`` where that cannot be drawn."""
    try:
        return _piped(draw(config), "svg").decode()
    except Exception as error:  # noqa: BLE001 - a picture is a convenience
        _LOGGER.debug("Graphviz rendering failed: %s", error)
        return repr(config)


def _piped(graph: Any, form: str) -> bytes:
    graphviz = importlib.import_module("graphviz")
    try:
        return graph.pipe(form)
    except graphviz.ExecutableNotFound as error:
        raise MissingDependencyError(
            "pictures need the program 'dot' on PATH: install Graphviz (apt-get install graphviz, "
            f"brew install graphviz); {_TEXT}"
        ) from error


def _graphviz() -> Any:
    try:
        return importlib.import_module("fiddle.graphviz")
    except ImportError as error:
        raise MissingDependencyError(f"pictures need graphviz: pip install graphviz; {_TEXT}") from error
