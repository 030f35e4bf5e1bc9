"""What local tasks get from the process that submits them."""

from __future__ import annotations

import os
import sys

from nemo_run_adapters.local.request import IMPORT_PATH_VARIABLE, RESULT_VARIABLE, Site
from nemo_run_domain.errors import InvalidConfigError

# A process below a torch launcher has a rank; that of a task depends on its own launcher alone.
_OF_THIS_RANK = ("RANK", "LOCAL_RANK", "GROUP_RANK", "ROLE_RANK", "TORCHELASTIC_RUN_ID")
_NOT_INHERITED = frozenset((RESULT_VARIABLE, IMPORT_PATH_VARIABLE, *_OF_THIS_RANK))
_BESIDE_PYTHON = ("torchrun", "ft_launcher")


def observe_site() -> Site:
    """Look at this process.

    Raises:
        InvalidConfigError: Its working directory was deleted.
    """
    try:
        cwd = os.getcwd()
    except FileNotFoundError as error:
        raise InvalidConfigError("the working directory of this process does not exist any more") from error
    return Site(
        programs=_find_programs(),
        cwd=cwd,
        import_path=tuple(os.path.join(cwd, entry) if entry else cwd for entry in sys.path),
        environ=dict(os.environ),
    )


def _find_programs() -> dict[str, str]:
    if not sys.executable:
        return {}
    folder = os.path.dirname(sys.executable)
    beside = {name: path for name in _BESIDE_PYTHON if os.access(path := os.path.join(folder, name), os.X_OK)}
    return {"python": sys.executable, **beside}


def base_environ() -> dict[str, str]:
    """Return the environment of this process without what it was told as a task or a rank itself."""
    return {k: v for k, v in os.environ.items() if k not in _NOT_INHERITED}
