"""Plain data -> configurations."""

from __future__ import annotations

import inspect
from typing import Any

from nemo_run._data.arguments import takes
from nemo_run._data.build import Builder
from nemo_run._data.configure import is_markerless
from nemo_run._data.document import Document, short
from nemo_run._data.errors import MissingTargetError, located
from nemo_run._data.forms import TARGET
from nemo_run._data.place import Place

_RUN = "run"
"""Key at the root of a file for settings of the run, which are no arguments."""


def from_data(
    data: Any,
    hint: Any = inspect.Parameter.empty,
    *,
    owner: Any = None,
    name: str = "",
    document: Document | None = None,
) -> Any:
    """Return what data stands for: the reverse of ``to_data``, and what people write.

    A mapping with ``_target_`` configures that, one with ``_factory_`` calls the factory and changes
    what it made, another one configures what the annotation names or is a dictionary. Text that does
    not suit the annotation is read as on a command line. Classes of this library may have fields that
    this version does not know, as files of other versions have: they are left out with an
    ``UnknownFieldWarning``. Everything else has to fit.

    Modules that the data names are imported and what they define is configured, so files are to be
    trusted like programs. Nothing is called, though, but factories, enums and the classes of plain
    values such as paths.

    Args:
        data: What a file holds. Configurations, functions and sets in it stay as they are.
        hint: Annotation of the place it is for.
        owner: The callable that has the parameter.
        name: Of the parameter.
        document: Where the data is from, for messages.

    Raises:
        InvalidConfigError: It cannot be used; names file, line and the path inside the tree.
    """
    builder = Builder(document or Document(data=data))
    return builder.build(data, Place(hint, owner, name))


def config_from(document: Document, kind: str = "YAML") -> Any:
    """Return the configuration that a whole file describes.

    Raises:
        InvalidConfigError: As ``from_data``; also if the file does not say what it configures.
    """
    data = document.data
    if not isinstance(data, dict) or TARGET not in data:
        found = "" if isinstance(data, dict) else f"; it holds {short(data)}, no mapping"
        message = f"Missing '_target_' key in serialized {kind}{found}"
        raise located(MissingTargetError(message), document.place(()))
    if is_markerless(data.get(_RUN)) and not _has_parameter(document, data[TARGET]):
        data = {key: value for key, value in data.items() if key != _RUN}
    return Builder(document).build(data, Place())


def _has_parameter(document: Document, target: Any) -> bool:
    found = Builder(document).build({TARGET: target}, Place()).__fn_or_cls__
    return takes(found, _RUN)
