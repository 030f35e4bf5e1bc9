"""Everything that needs OmegaConf: references between values, and what programs call by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from nemo_run._data.load import parse_reference
from nemo_run.cli._lazy.entries import FILE, Entry, normalised
from nemo_run.cli._lazy.errors import InterpolationError, LazyConfigError
from nemo_run.cli._lazy.files import read_part
from nemo_run.cli._lazy.nested import nested, split_operator
from nemo_run.cli._lazy.reading import is_file_reference
from nemo_run.cli._lazy.verbatim import Verbatim

_FLAGS = {"allow_objects": True}
_PLACE = "__nemo_run_value__"
_RAISED = re.compile(r"^\w+ raised while resolving interpolation: ")
_NO_PARENT = re.compile(r"Error trying to access (\S+): node `(.+?)` is not a container")


class Tree:
    """All values of a call, for references between them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        known = list(entries)
        try:
            self._root = OmegaConf.create(nested(known, _shielded), flags=_FLAGS)
        except (OmegaConfBaseException, RecursionError, ValueError) as error:
            for path, _, value in known:
                _check(path, value)
            raise InterpolationError(_reason(error)) from error

    def value(self, text: str, path: str) -> Any:
        """Return what a text means at a path, as plain data.

        Raises:
            ValueError: It refers to something that is not there, or to itself.
        """
        owner = self._owner(path)
        try:
            owner[_PLACE] = text
            return _plain(owner[_PLACE], resolve=True)
        except (OmegaConfBaseException, RecursionError, ValueError) as error:
            raise _refused(path, text, error) from error
        finally:
            if _PLACE in owner._content:  # type: ignore[operator] - asking in public resolves the value
                del owner[_PLACE]

    def _owner(self, path: str) -> DictConfig:
        """Return the mapping that holds a path, or the nearest one around it."""
        owner = self._root
        for part in path.split(".")[:-1]:
            below = owner._get_node(part)
            if not isinstance(below, DictConfig) or below._is_interpolation() or below._is_none():
                return owner
            owner = below
        return owner


def _shielded(_: str, value: Any) -> Any:
    """Return a value without references, unless it is a word."""
    if isinstance(value, Verbatim):
        return value.replace("${", r"\${")
    return value if type(value) is str or isinstance(value, (int, float)) else None


def _check(path: str, value: Any) -> None:
    try:
        OmegaConf.create({_PLACE: value}, flags=_FLAGS)
    except (OmegaConfBaseException, RecursionError, ValueError) as error:
        raise _refused(path, value, error) from error


def _refused(path: str, text: Any, error: Exception) -> InterpolationError:
    return InterpolationError(f"{path}={text}: {_reason(error)}; write \\${{ where ${{ is meant as it stands")


def _reason(error: Exception) -> str:
    text = " ".join(str(error).partition("\n")[0].split()) or type(error).__name__
    text = _RAISED.sub("", text)
    if found := _NO_PARENT.search(text):
        wanted, parent = found.groups()
        reason = f"{parent} is given as one text, so {wanted} is not known"
        return f"{reason}: only what words and files say can be referred to"
    return text


def _plain(value: Any, *, resolve: bool) -> Any:
    if isinstance(value, (DictConfig, ListConfig)):
        return OmegaConf.to_container(value, resolve=resolve)
    return value


def args_to_dictconfig(args: Iterable[Entry]) -> DictConfig:
    """Return recorded entries as one nested ``DictConfig``; values ``@FILE`` are read.

    Raises:
        ValueError: A file cannot be used.
    """
    entries = []
    for path, operator, value in map(normalised, args):
        if operator == "=" and is_file_reference(value):
            entries.append((path, FILE, read_part(value.strip()).data))
        else:
            entries.append((path, operator, value))
    return OmegaConf.create(nested(entries), flags=_FLAGS)


def dictconfig_to_dot_list(
    config: DictConfig,
    prefix: str = "",
    resolve: bool = True,
    has_factory: bool = False,
    has_target: bool = False,
) -> list[Entry]:
    """Return a configuration as entries (path, operator, value), in its order.

    Args:
        config: Nested; ``_target_``, ``_partial_`` and ``_factory_`` say what a mapping stands for.
        prefix: Path of ``config``.
        resolve: Replace references by what they mean, in place.
        has_factory: A factory makes what is changed, so that plain mappings configure what is there.
        has_target: ``config`` is inside a mapping with ``_target_``.

    Raises:
        omegaconf.errors.OmegaConfBaseException: A reference leads nowhere, or a value is ``???``.
    """
    if resolve:
        OmegaConf.resolve(config)
    entries: list[Entry] = []
    for key in config:
        name = str(key)
        if name in ("_target_", "_partial_", "_factory_") and prefix:
            continue
        value = config[key]
        if name == "run" and not prefix and isinstance(value, DictConfig):
            continue
        name, operator = split_operator(name)
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(value, DictConfig):
            entries += _mapping(value, path, has_factory, has_target)
        else:
            entries.append((path, operator, _plain(value, resolve=False)))
    return entries


def _mapping(config: DictConfig, path: str, has_factory: bool, has_target: bool) -> list[Entry]:
    target, factory = config.get("_target_"), config.get("_factory_")
    start: list[Entry] = []
    if target is not None:
        start = [(path, "=", _marker(str(target), partial=bool(config.get("_partial_"))))]
    elif factory is not None:
        start = [(path, "=", factory)]
    elif not has_factory and not has_target:
        start = [(path, "=", "Config")]
    return start + dictconfig_to_dot_list(
        config, path, False, has_factory or factory is not None, has_target or target is not None
    )


def _marker(target: str, *, partial: bool) -> str:
    if target.startswith(("Config", "Partial")):
        return target
    return f"{'Partial' if partial else 'Config'}[{target}]"


def load_config_from_path(path_with_syntax: str) -> DictConfig:
    """Return the content of ``@path[:section]``.

    Raises:
        ValueError: The file or the section cannot be used; names the file.
    """
    data = read_part(path_with_syntax).data
    path, section = parse_reference(path_with_syntax)
    if section is None and (not isinstance(data, Mapping) or not data):
        kind = f"holds a {type(data).__name__}, no mapping" if data else "is empty"
        raise LazyConfigError(f"Error loading config file {path}: it {kind}")
    return OmegaConf.create(dict(data), flags=_FLAGS) if isinstance(data, Mapping) else data
