"""Writing a configuration to a file instead of running it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nemo_run.cli import _show
from nemo_run.cli._run.view import ContextView
from nemo_run.exceptions import InvalidConfigError, NemoRunError

_OPTIONS = ("yaml", "toml", "json")


class ExportError(InvalidConfigError):
    """A configuration cannot be written."""


@dataclass(frozen=True)
class _File:
    """A file to write.

    Attributes:
        option: ``yaml``, ``toml`` or ``json``.
        path: Of the file.
        section: Path inside the configuration; empty: all of it.
        text: What to write.
    """

    option: str
    path: str
    section: str
    text: str


def is_wanted(context: ContextView) -> bool:
    """Whether the configuration is to be written to a file."""
    return any(_wanted(context).values())


def export(context: ContextView, config: Any) -> None:
    """Write a configuration to the files that the options name, and show them.

    Raises:
        ExportError: It cannot be written; nothing is.
    """
    serialize_configuration(config, **_wanted(context))
    _show.write("Export complete. Skipping execution.")


def _wanted(context: ContextView) -> dict[str, Any]:
    return {f"to_{option}": getattr(context, f"to_{option}") for option in _OPTIONS}


def serialize_configuration(
    config: Any,
    to_yaml: str | None = None,
    to_toml: str | None = None,
    to_json: str | None = None,
    is_lazy: bool = False,
    console: Any = None,
    verbose: bool = False,
) -> None:
    """Write a configuration to files, and show them.

    Args:
        config: A configuration, or with ``is_lazy`` a ``LazyEntrypoint``.
        to_yaml: ``PATH`` or ``PATH:SECTION``; the suffix of the path decides on the format, without
            one it is the option.
        to_toml: As ``to_yaml``.
        to_json: As ``to_yaml``.
        is_lazy: Write what is recorded, without resolving it.
        console: A ``rich.console.Console`` to show the files on; default: standard output.
        verbose: Not used.

    Raises:
        ExportError: It cannot be written; nothing is.
    """
    del verbose
    wanted = dict(zip(_OPTIONS, (to_yaml, to_toml, to_json), strict=True))
    if not any(wanted.values()):
        raise ExportError("At least one output format must be provided")
    source, as_data = (_lazy_data(config), _as_it_is) if is_lazy else (config, _config_data)
    files = [*_rendered(source, as_data, {option: text for option, text in wanted.items() if text})]
    for file in files:
        _save(file)
        _tell(file, console)


def _lazy_data(lazy: Any) -> Mapping[str, Any]:
    from nemo_run.cli._lazy.mapping import as_mapping

    return as_mapping(lazy)


def _config_data(config: Any) -> Any:
    from nemo_run._data.to_data import to_data

    return to_data(config)


def _as_it_is(data: Any) -> Any:
    return data


def _rendered(config: Any, as_data: Callable[[Any], Any], wanted: Mapping[str, str]) -> Iterator[_File]:
    from nemo_run._data.formats import format_of, write

    for option, text in wanted.items():
        path, section = _split(text)
        try:
            name = format_of(path) if os.path.splitext(path)[1] else option
            yield _File(option, path, section, write(as_data(_part(config, section)), name))
        except (NemoRunError, ValueError, TypeError) as error:
            raise _failed(option, path, error) from error


def _split(text: str) -> tuple[str, str]:
    path, colon, section = text.rpartition(":")
    if not colon or os.sep in section:
        return text, ""
    return path, section


def _part(config: Any, section: str) -> Any:
    """Return the part of a configuration below a dotted path."""
    value = config
    for name in section.split(".") if section else ():
        try:
            value = value[name] if isinstance(value, Mapping) else getattr(value, name)
        except (AttributeError, KeyError, ValueError):
            raise ExportError(f"Section {section!r} not found in configuration") from None
    return value


def _save(file: _File) -> None:
    try:
        os.makedirs(os.path.dirname(file.path) or ".", exist_ok=True)
        with open(file.path, "w", encoding="utf-8") as opened:
            opened.write(file.text)
    except OSError as error:
        raise _failed(file.option, file.path, error) from error


def _failed(option: str, path: str, error: Exception) -> ExportError:
    return ExportError(f"Failed to export configuration to {option.upper()}: {path}: {error}")


def _tell(file: _File, console: Any) -> None:
    of_section = f" (section: {file.section})" if file.section else ""
    text = f"Configuration exported to {file.option.upper()}: {file.path}{of_section}\n{file.text.rstrip()}"
    if console is None:
        _show.write(text)
    else:
        console.print(text, markup=False, highlight=False, soft_wrap=True)
