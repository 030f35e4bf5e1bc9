"""The content of a file -> a configuration."""

from __future__ import annotations

from typing import Any

import fiddle as fdl

from nemo_run._data.from_data import from_data
from nemo_run._data.merge import apply_data
from nemo_run.cli._lazy.belonging import check_belongs
from nemo_run.cli._lazy.entries import FileEntry
from nemo_run.cli._lazy.errors import LazyConfigError
from nemo_run.cli._parse.places import locate
from nemo_run.cli._parse.words import parse_key

_RUN_SETTINGS = frozenset(
    "executor plugins name direct dryrun detach skip_confirmation tail_logs".split()  # noqa: SIM905
)


def merge_file(root: Any, file: FileEntry) -> None:
    """Set what a file says, in place; values for a configuration that is there already go into it.

    Raises:
        ValueError: It does not fit; names the file and the place in it.
    """
    if not file.path:
        _check_names(root, file)
        apply_data(root, file.data, document=file.document)
        return
    place = locate(root, parse_key(file.path), create=True)
    if _goes_into(file.data) and isinstance(place.get(), fdl.Buildable):
        apply_data(place.get(), file.data, document=file.document)
    else:
        made = from_data(file.data, place.hint, owner=place.owner, name=place.name, document=file.document)
        check_belongs(made, place, file)
        place.set(made)


def _check_names(root: Any, file: FileEntry) -> None:
    """Check that settings of the run do not stand where parameters of the function belong."""
    info = root.__signature_info__
    if info.has_var_keyword:
        return
    for name in _RUN_SETTINGS.intersection(file.data).difference(info.parameters):
        place = f"{file.document.place([name])}: " if file.document else ""
        raise LazyConfigError(
            f"{place}{name!r} is no parameter of the function; a setting of the run stands below 'run:'"
        )


def _goes_into(data: Any) -> bool:
    return isinstance(data, dict) and not {"_target_", "_factory_"} & set(data)
