"""Plain data onto a configuration that is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nemo_run._data.arguments import parameters_of, takes
from nemo_run._data.build import Builder
from nemo_run._data.configure import is_markerless
from nemo_run._data.document import Document
from nemo_run._data.forms import FACTORY, PARTIAL, TARGET
from nemo_run._data.place import Place


def apply_data(root: Any, mapping: Mapping[Any, Any], *, document: Document | None = None) -> Any:
    """Set arguments of a configuration, in place, and return it.

    Nested mappings go into the configurations that are there; where a default is a configuration, a
    copy of it is changed. ``"width*=": 2`` changes the value that is there. Dictionaries are merged,
    but replaced where the mapping has ``_target_``, because then it says everything. At its top
    ``_target_``, ``_partial_``, ``_factory_`` and a mapping ``run`` are skipped, but for a parameter of
    that name; ``**kwargs`` take it where the mapping has ``_target_``. Names have to be right.

    Args:
        root: A configuration.
        mapping: Parameter -> data, see ``from_data``.
        document: Where the mapping is from, for messages.

    Raises:
        InvalidConfigError: An unknown name or a value that does not suit; names file, line and path.
    """
    builder = Builder(document or Document(data=mapping))
    skipped = {TARGET, PARTIAL, FACTORY}
    if is_markerless(mapping.get("run")) and not _is_argument("run", root.__fn_or_cls__, mapping):
        skipped.add("run")
    rest = {key: value for key, value in mapping.items() if key not in skipped}
    return builder.filler.fill(root, rest, Place(), replace=TARGET in mapping)


def _is_argument(name: str, target: Any, mapping: Mapping[Any, Any]) -> bool:
    return takes(target, name) if TARGET in mapping else name in (parameters_of(target) or ())
