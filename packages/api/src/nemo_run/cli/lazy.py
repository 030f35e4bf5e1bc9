"""Tasks that are named now and imported later.

Importing this module loads neither fiddle nor OmegaConf; the names that need them are resolved when
they are used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from omegaconf import DictConfig as DictConfig
    from omegaconf import OmegaConf as OmegaConf

    from nemo_run.cli._lazy.entrypoint import LazyEntrypoint as LazyEntrypoint
    from nemo_run.cli._lazy.importable import import_module as import_module
    from nemo_run.cli._lazy.importing import lazy_imports as lazy_imports
    from nemo_run.cli._lazy.modules import LazyModule as LazyModule
    from nemo_run.cli._lazy.omega import dictconfig_to_dot_list as dictconfig_to_dot_list
    from nemo_run.cli._lazy.omega import load_config_from_path as load_config_from_path
    from nemo_run.cli._lazy.targets import LazyTarget as LazyTarget
    from nemo_run.cli._lazy.verbatim import Verbatim as Verbatim

_OURS = "nemo_run.cli._lazy"
_NAMES = {
    "DictConfig": ("omegaconf", "DictConfig"),
    "LazyEntrypoint": (f"{_OURS}.entrypoint", "LazyEntrypoint"),
    "LazyModule": (f"{_OURS}.modules", "LazyModule"),
    "LazyTarget": (f"{_OURS}.targets", "LazyTarget"),
    "OmegaConf": ("omegaconf", "OmegaConf"),
    "Verbatim": (f"{_OURS}.verbatim", "Verbatim"),
    "_args_to_dictconfig": (f"{_OURS}.omega", "args_to_dictconfig"),
    "_flatten_lazy_entrypoint": (f"{_OURS}.entrypoint", "flatten_entrypoint"),
    "_flatten_lazy_target": (f"{_OURS}.targets", "flatten_target"),
    "_is_config_file_path": (f"{_OURS}.files", "is_config_file"),
    "_load_entrypoint_from_script": (f"{_OURS}.scripts", "load_entrypoint"),
    "_unflatten_lazy_entrypoint": (f"{_OURS}.entrypoint", "unflatten_entrypoint"),
    "_unflatten_lazy_target": (f"{_OURS}.targets", "unflatten_target"),
    "dictconfig_to_dot_list": (f"{_OURS}.omega", "dictconfig_to_dot_list"),
    "import_module": (f"{_OURS}.importable", "import_module"),
    "lazy_imports": (f"{_OURS}.importing", "lazy_imports"),
    "load_config_from_path": (f"{_OURS}.omega", "load_config_from_path"),
}


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, own_name = _NAMES[name]
    value = globals()[name] = getattr(importlib.import_module(module), own_name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES})
