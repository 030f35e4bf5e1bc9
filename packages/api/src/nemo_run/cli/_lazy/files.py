"""Files with values: for a whole function, or for one parameter of it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemo_run._data.document import Document, short
from nemo_run._data.formats import SUFFIXES, read
from nemo_run._data.size import check_size
from nemo_run._lazy import LazyModule as _Later
from nemo_run.cli._lazy.errors import LazyConfigError

if TYPE_CHECKING:
    from nemo_run._data import load
else:
    load = _Later("nemo_run._data.load")

_SECTION = re.compile(r":[\w.]+$")


@dataclass
class Content:
    """What a file says about a whole function.

    Attributes:
        data: Parameter -> value, ``_target_`` included.
        factory: Name of the factory to start from.
        context: Its block ``run:``, without the factory: fields of the ``RunContext``.
        document: Where it was read from.
    """

    data: dict[str, Any]
    factory: str | None = None
    context: dict[str, Any] = field(default_factory=dict)
    document: Document | None = None


def is_config_file(text: str) -> bool:
    """Whether a text has the suffix of a configuration file; a leading ``@`` and a section may be there."""
    path = _SECTION.sub("", text.strip().removeprefix("@"))
    return os.path.splitext(path)[1].lower() in SUFFIXES


def read_whole(source: Any) -> Content:
    """Return what a file, a text or a ``DictConfig`` says about a whole function.

    Args:
        source: A path or ``@path``, both with ``:SECTION`` if wanted, without suffix only if the file
            exists; text in YAML; a ``DictConfig`` or mapping.

    Raises:
        ValueError: It cannot be used; names the file.
    """
    document = _document(source)
    if isinstance(document.data, Mapping):
        return _split(document)
    if document.source:
        raise _load_error(document.source, f"it {_held(document.data)}, and no values by parameter")
    suffixes = ", ".join(SUFFIXES)
    raise LazyConfigError(
        f"Error loading config: {short(source)} is neither a file with one of the suffixes {suffixes} "
        "nor a text with values by parameter"
    )


def _held(data: Any) -> str:
    return "is empty" if data is None else f"holds {short(data)}"


def _document(source: Any) -> Document:
    if isinstance(source, Path) or (
        isinstance(source, str) and (source[:1] == "@" or is_config_file(source) or _is_bare_file(source))
    ):
        return _loaded(str(source))
    if isinstance(source, str):
        try:
            document = read(source, "yaml")
            check_size(document.data, "")
            return document
        except ValueError as error:
            raise LazyConfigError(f"Error loading config: {error}") from error
    omegaconf = sys.modules.get("omegaconf")
    if omegaconf is not None and isinstance(source, omegaconf.DictConfig):
        return Document(data=omegaconf.OmegaConf.to_container(source, resolve=False))
    if isinstance(source, Mapping):
        return Document(data=dict(source))
    raise LazyConfigError(f"Invalid config type: {type(source)}")


def _is_bare_file(text: str) -> bool:
    """Whether a text is the path of a file without suffix that exists, perhaps with a section."""
    path = os.path.expanduser(load.split_section(text)[0])
    return not os.path.splitext(path)[1] and os.path.isfile(path)


def _loaded(reference: str) -> Document:
    try:
        return load.load_file(*load.parse_reference("@" + reference.removeprefix("@")))
    except ValueError as error:
        raise _load_error(reference, str(error)) from error


def read_part(reference: str) -> Document:
    """Return what ``@FILE[:SECTION]`` says about one parameter.

    A file with a single root key that holds a mapping stands for what that key holds.

    Raises:
        ValueError: It cannot be read; names the file.
    """
    try:
        return load.load_part(*load.parse_reference(reference))
    except ValueError as error:
        raise _load_error(reference, str(error)) from error


def _load_error(reference: str, reason: str) -> LazyConfigError:
    start = "Error loading config file"
    if reason.startswith((start, "Invalid config file format")):
        return LazyConfigError(reason)
    name = reference.removeprefix("@")
    path = os.path.expanduser(load.split_section(name)[0])
    for said_twice in (f"{path}, ", f"{path}: "):
        reason = reason.removeprefix(said_twice)
    return LazyConfigError(f"{start} {name}: {reason}")


def _split(document: Document) -> Content:
    data = dict(document.data)
    factory = data.pop("_factory_", None)
    context: dict[str, Any] = {}
    if isinstance(data.get("run"), Mapping) and "_partial_" not in data:  # there it can be an argument
        context = dict(data["run"] if "_target_" in data else data.pop("run"))
    factory = context.pop("factory", None) or factory
    if factory is not None and not isinstance(factory, str):
        raise LazyConfigError(f"{document.place(['_factory_'])}: a factory is a name, not {factory!r}")
    return Content(data, factory, context, document)
