"""Configurations in files, and files of one format as another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from nemo_run._data.errors import SectionMissingError
from nemo_run._data.files import read_text, write_text, write_to
from nemo_run._data.formats import check_format, format_of, read, write
from nemo_run._data.from_data import config_from
from nemo_run._data.load import split_section
from nemo_run._data.nulls import refuse_lost_null
from nemo_run._data.to_data import to_data
from nemo_run._masking import masked
from nemo_run.core.serialization.yaml import resolved

_Path = str | os.PathLike[str]


class ConfigSerializer:
    """Writes configurations as YAML, JSON or TOML and reads them.

    All three hold the same tree. YAML keeps what is shared shared; JSON and TOML write it again, so what
    was one object comes back as several. TOML has no None: arguments that are None by default are left
    out, any other None is an error.

    A file can have anything that can be imported configured, so read only what is to be trusted like a
    program; see ``YamlSerializer`` for that and for what reading accepts. A file with a secret in it, by
    its type or its name, can only be read by its owner.
    """

    def serialize_yaml(self, cfg: Any, stream: Any = None) -> str | None:
        """Return YAML, or write it to ``stream``."""
        return _serialize(cfg, "yaml", stream)

    def serialize_json(self, cfg: Any, stream: Any = None) -> str | None:
        """Return JSON, or write it to ``stream``."""
        return _serialize(cfg, "json", stream)

    def serialize_toml(self, cfg: Any, stream: Any = None) -> str | None:
        """Return TOML, or write it to ``stream``."""
        return _serialize(cfg, "toml", stream)

    def deserialize_yaml(self, serialized: str | bytes) -> Any:
        """Return the configuration of a YAML text."""
        return _deserialize(serialized, "yaml")

    def deserialize_json(self, serialized: str | bytes) -> Any:
        """Return the configuration of a JSON text."""
        return _deserialize(serialized, "json")

    def deserialize_toml(self, serialized: str | bytes) -> Any:
        """Return the configuration of a TOML text."""
        return _deserialize(serialized, "toml")

    def dump_yaml(self, cfg: Any, output_path: _Path) -> None:
        """Write a file in YAML, whatever its suffix."""
        _dump(cfg, output_path, "yaml")

    def dump_json(self, cfg: Any, output_path: _Path) -> None:
        """Write a file in JSON, whatever its suffix."""
        _dump(cfg, output_path, "json")

    def dump_toml(self, cfg: Any, output_path: _Path) -> None:
        """Write a file in TOML, whatever its suffix."""
        _dump(cfg, output_path, "toml")

    def load_yaml(self, input_path: _Path) -> Any:
        """Return the configuration of a file in YAML."""
        return _load(input_path, "yaml")

    def load_json(self, input_path: _Path) -> Any:
        """Return the configuration of a file in JSON."""
        return _load(input_path, "json")

    def load_toml(self, input_path: _Path) -> Any:
        """Return the configuration of a file in TOML."""
        return _load(input_path, "toml")

    def dump(self, cfg: Any, output_path: _Path) -> None:
        """Write a file in the format of its suffix.

        Raises:
            InvalidConfigError: Another suffix, or no such folder.
            PackagingError: A value that cannot be written, with its path.
        """
        _dump(cfg, output_path, format_of(output_path))

    def load(self, input_path: _Path) -> Any:
        """Return the configuration of a file, read by its suffix.

        Raises:
            InvalidConfigError: Another suffix, or the file cannot be used; names file, line and path.
        """
        return _load(input_path, format_of(input_path))

    def load_dict(self, input_path: _Path) -> Any:
        """Return the data of a file as it is; None for an empty one.

        Raises:
            InvalidConfigError: Another suffix, or the file is broken; names file and line.
        """
        name = os.fspath(input_path)
        return read(read_text(name), format_of(name), name).data

    def dump_dict(
        self,
        data: Mapping[str, Any],
        output_path: _Path,
        format: str | None = None,
        section: str | None = None,
    ) -> None:
        """Write data as it is.

        In JSON and TOML keys become text and sets become lists; dates become text in JSON.

        Args:
            data: What to write.
            output_path: The file; ``path:section`` writes that section alone.
            format: ``yaml``, ``json`` or ``toml``; else the suffix decides.
            section: Key whose value is written instead of all.

        Raises:
            InvalidConfigError: An unknown format or suffix, or no such folder.
            KeyError: There is no such section.
            PackagingError: A value that the format cannot hold, with its path.
        """
        path, named = split_section(os.fspath(output_path))
        chosen = section if section is not None else named
        kind = format_of(path) if format is None else check_format(format)
        part = _section(data, chosen)
        write_text(path, write(part, kind, raw=True), is_private=masked(part, chosen or "") is not part)


def yaml_to_dict(text: str) -> Any:
    """Return the data of a YAML text."""
    return read(text, "yaml").data


def dict_to_yaml(data: Any) -> str:
    """Return data as YAML in block style."""
    return write(data, "yaml")


def yaml_to_json(text: str) -> str:
    """Return YAML as JSON."""
    return _converted(text, "yaml", "json")


def json_to_yaml(text: str) -> str:
    """Return JSON as YAML."""
    return _converted(text, "json", "yaml")


def yaml_to_toml(text: str) -> str:
    """Return YAML as TOML."""
    return _converted(text, "yaml", "toml")


def toml_to_yaml(text: str) -> str:
    """Return TOML as YAML."""
    return _converted(text, "toml", "yaml")


def json_to_toml(text: str) -> str:
    """Return JSON as TOML."""
    return _converted(text, "json", "toml")


def toml_to_json(text: str) -> str:
    """Return TOML as JSON."""
    return _converted(text, "toml", "json")


def _converted(text: str, source: str, target: str) -> str:
    return write(read(text, source).data, target, raw=True)


def _serialize(cfg: Any, kind: str, stream: Any) -> str | None:
    return write_to(stream, _written(resolved(cfg), kind))


def _written(config: Any, kind: str) -> str:
    data = to_data(config)
    if kind == "toml":
        refuse_lost_null(data)
    return write(data, kind)


def _deserialize(text: str | bytes, kind: str, source: str = "") -> Any:
    return config_from(read(text, kind, source), kind.upper())


def _dump(cfg: Any, path: _Path, kind: str) -> None:
    config = resolved(cfg)
    write_text(path, _written(config, kind), is_private=masked(config) is not config)


def _load(path: _Path, kind: str) -> Any:
    return _deserialize(read_text(path), kind, os.fspath(path))


def _section(data: Any, section: str | None) -> Any:
    if section is None:
        return data
    if not isinstance(data, Mapping) or section not in data:
        raise SectionMissingError(f"Section {section!r} not found in configuration")
    return data[section]
