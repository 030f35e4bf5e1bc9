"""Configurations as YAML.

Once this module is imported, ``yaml.safe_dump`` writes configurations anywhere.
"""

from __future__ import annotations

import enum
import pathlib
import types
from typing import Any

import fiddle as fdl
import yaml

from nemo_run._data.files import write_to
from nemo_run._data.formats import read, write
from nemo_run._data.from_data import config_from
from nemo_run._data.to_data import to_data
from nemo_run._data.yaml_writer import node_of
from nemo_run.config import Config, Partial

_DUMPERS = tuple(getattr(yaml, name) for name in ("SafeDumper", "CSafeDumper") if hasattr(yaml, name))


class YamlSerializer:
    """Writes configurations as YAML and reads them.

    A file can name any module, which is imported, and have anything it defines configured: read only
    what is to be trusted like a program. Nothing is called while reading but factories, enums and the
    classes of plain values such as paths.
    """

    def serialize(self, cfg: Any, stream: Any = None) -> str | None:
        """Return the text of a configuration, or write it to ``stream``.

        What is shared inside the tree gets an anchor, and is shared again when it is read; lists and
        dictionaries only among parameters of the same annotation, because each may want them in its own
        form. Tuples become lists, which become tuples again where the annotation says so.

        Raises:
            PackagingError: A value that cannot be written, with its path; also a ``RepresenterError``.
        """
        return write_to(stream, write(to_data(resolved(cfg)), "yaml"))

    def deserialize(self, serialized: str | bytes) -> Any:
        """Return the configuration of a text that has ``_target_`` at its top.

        Text that does not suit an annotation is read as on a command line, ``_factory_`` calls a
        factory, and ``"width*=": 2`` changes a default. Names have to be right, but for classes of this
        library: their fields of other versions are left out with an ``UnknownFieldWarning``.

        Raises:
            InvalidConfigError: The text cannot be used; names line and path. It is also the
                ``CLIException``, ``ModuleNotFoundError`` or ``AttributeError`` behind that.
        """
        return config_from(read(serialized, "yaml"))


def resolved(cfg: Any) -> Any:
    """Return what a lazy entry point stands for, and anything else as it is."""
    is_lazy = getattr(type(cfg), "is_lazy", False) is True  # of an instance it may be an argument
    return cfg.resolve() if is_lazy else cfg


def _represent(dumper: Any, value: Any) -> Any:
    node = node_of(to_data(value))
    if dumper.alias_key is not None:  # used again, it is an alias
        dumper.represented_objects[dumper.alias_key] = node
    return node


def _represent_unknown(dumper: Any, value: Any) -> Any:
    """Write what has no representer of its own if it is one of the values that have a form."""
    if type(value).__module__ == "torch":  # its dtypes; torch itself is not imported for this
        return _represent(dumper, value)
    return dumper.represent_undefined(value)


def _register(dumper: Any) -> None:
    for cls in (
        fdl.Config,
        fdl.Partial,
        Config,
        Partial,
        types.FunctionType,
        types.BuiltinFunctionType,
        type,
    ):
        dumper.add_representer(cls, _represent)
    for cls in (fdl.Config, fdl.Partial, type, enum.Enum, pathlib.PurePath):
        dumper.add_multi_representer(cls, _represent)
    dumper.add_representer(None, _represent_unknown)


for _dumper in _DUMPERS:
    _register(_dumper)
