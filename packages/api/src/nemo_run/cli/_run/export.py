"""Writing a configuration to a file instead of running it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nemo_run._lazy import LazyModule
from nemo_run._masking import masked
from nemo_run.cli import _show
from nemo_run.cli._run.view import ContextView
from nemo_run.exceptions import InvalidConfigError, NemoRunError

if TYPE_CHECKING:
    from nemo_run.cli._lazy import interpolation
else:
    interpolation = LazyModule("nemo_run.cli._lazy.interpolation")

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
        shown: What to print: the same without secrets.
    """

    option: str
    path: str
    section: str
    text: str
    shown: str


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
    """Write a configuration to files, and show them, without the secrets in them.

    A file with a secret in it can only be read by its owner.

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
    data_of = _lazy_part if is_lazy else _config_part
    files = [*_rendered(config, data_of, {option: text for option, text in wanted.items() if text})]
    for file in files:
        _save(file)
        _tell(file, console)


def _lazy_part(lazy: Any, section: str) -> Any:
    from nemo_run.cli._lazy.mapping import as_mapping

    return _part(as_mapping(lazy), section)


def _config_part(config: Any, section: str) -> Any:
    from nemo_run._data.to_data import to_data

    data = to_data(_part(config, section))
    return interpolation.literal(data) if section else data


def _rendered(config: Any, data_of: Callable[[Any, str], Any], wanted: Mapping[str, str]) -> Iterator[_File]:
    from nemo_run._data.formats import format_of, write
    from nemo_run._data.load import split_section

    shown = masked(config)
    for option, text in wanted.items():
        path, section = split_section(text)
        if path.startswith(":"):
            raise ExportError(f"{text!r} names no file to write; write PATH{path}")
        section = section or ""
        try:
            name = format_of(path) if os.path.splitext(path)[1] else option
            data = data_of(config, section)
            if name == "toml":
                _check_nulls(data, imports=data_of is _config_part)
            texts = [write(each, name) for each in (data, data_of(shown, section))]
            yield _File(option, path, section, *texts)
        except (NemoRunError, ValueError, TypeError) as error:
            raise _failed(option, path, error) from error


def _check_nulls(data: Any, *, imports: bool) -> None:
    """Refuse what TOML, which has no null, would silently turn into a default."""
    from nemo_run._data.nulls import find_lost_null

    if lost := find_lost_null(data, imports=imports):
        raise ExportError(f"{lost} is None, and TOML has no null; use YAML or JSON")


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
    from nemo_run._data.files import write_text

    try:
        os.makedirs(os.path.dirname(file.path) or ".", exist_ok=True)
        write_text(file.path, file.text, is_private=file.shown != file.text)
    except (OSError, NemoRunError) as error:
        raise _failed(file.option, file.path, error) from error


def _failed(option: str, path: str, error: Exception) -> ExportError:
    return ExportError(f"Failed to export configuration to {option.upper()}: {path}: {error}")


def _tell(file: _File, console: Any) -> None:
    of_section = f" (section: {file.section})" if file.section else ""
    text = f"Configuration exported to {file.option.upper()}: {file.path}{of_section}\n{file.shown.rstrip()}"
    if file.shown != file.text:
        text += "\n(the file holds secrets, which are masked here; only you can read it)"
    if console is None:
        _show.write(text)
    else:
        console.print(text, markup=False, highlight=False, soft_wrap=True)
