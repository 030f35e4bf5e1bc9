"""``DevSpace``: a machine of a cluster as a place to work in."""

from __future__ import annotations

import importlib
import importlib.util
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemo_run.config import ConfigurableMixin
from nemo_run.core.execution.base import Executor
from nemo_run.devspace import _made_of
from nemo_run.exceptions import InvalidConfigError, NemoRunError, UnsupportedFeatureError
from nemo_run.package_info import __version__

LAUNCH = "launch_devspace"
SPACE_FILE = "devspace.zlib"
_TUNNELS = "nemo_run.core.tunnel.client"


@dataclass
class DevSpace(ConfigurableMixin):
    """A place to work in, made by an executor that knows how.

    Attributes:
        name: Of the space, and of its folder.
        executor: Where it is.
        cmd: Method of the executor that launches it.
        use_packager: Let the executor's packager prepare the code first.
        env_vars: Environment of the space.
        add_workspace_to_pythonpath: Whether Python finds the modules of the workspace.
    """

    name: str
    executor: Executor
    cmd: str = LAUNCH
    use_packager: bool = False
    env_vars: dict[str, str] | None = None
    add_workspace_to_pythonpath: bool = True

    def launch(self) -> None:
        """Launch the space.

        Raises:
            UnsupportedFeatureError: The executor has no method ``cmd``.
        """
        if self.use_packager:
            self.executor.packager.setup()
        self.execute_cmd()

    def execute_cmd(self) -> None:
        """Call the method ``cmd`` of the executor; keeps the tunnel it returns open.

        Raises:
            UnsupportedFeatureError: The executor has no such method.
        """
        method = getattr(self.executor, self.cmd, None)
        if not callable(method):
            raise UnsupportedFeatureError(
                f"{type(self.executor).__name__} has no method {self.cmd!r}, so devspace {self.name!r} "
                "cannot be launched there; choose another executor, or another cmd"
            )
        if self.cmd != LAUNCH:
            method()
            return
        callback = method(
            self,
            env_vars=self.env_vars,
            add_workspace_to_pythonpath=self.add_workspace_to_pythonpath,
        )
        if callback is not None and isinstance(callback, _tunnels().Callback):
            self.executor.tunnel.keep_alive(callback)  # type: ignore[attr-defined]

    @classmethod
    def connect(cls, host: str, path: str) -> None:
        """Open the space that runs at ``path`` of another machine, until Ctrl-C.

        Args:
            host: ``user@hostname``.
            path: Folder of the space's server there.

        Raises:
            ValueError: ``host`` lacks one of its parts, or there is no space.
            UnsupportedFeatureError: This version has no SSH tunnel, or the executor cannot connect.
        """
        user, hostname = split_host(host)
        tunnel = _tunnels().SSHTunnel(host=hostname, user=user, job_dir=path)
        space = _read(tunnel, host, path)
        connect = getattr(space.executor, "connect_devspace", None)
        if not callable(connect):
            raise UnsupportedFeatureError(f"{type(space.executor).__name__} cannot connect to a devspace")
        space.executor.tunnel = tunnel  # type: ignore[attr-defined]
        tunnel.keep_alive(connect(space, tunnel_dir=Path(path)))


def split_host(host: str) -> tuple[str, str]:
    """Return the parts of ``user@hostname``.

    Raises:
        InvalidConfigError: One of them is missing.
    """
    user, _, hostname = host.rpartition("@")
    if not user or not hostname:
        raise InvalidConfigError(f"the host must be written user@hostname, not {host!r}")
    return user, hostname


def build(serialized: str) -> DevSpace:
    """Return the space that a text of ``ZlibJSONSerializer`` describes, its configuration attached.

    Raises:
        InvalidConfigError: The text describes something else, or nothing, or a space that cannot be;
            nothing but classes of executors, packagers and the like is called.
    """
    import fiddle

    from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer

    try:
        config = ZlibJSONSerializer().deserialize(serialized)
    except (NemoRunError, ValueError) as error:
        raise InvalidConfigError(f"the text of the devspace cannot be read: {error}") from error
    _made_of.check(config, DevSpace)
    try:
        space: DevSpace = fiddle.build(config)
    except (TypeError, ValueError) as error:
        raise InvalidConfigError(f"the devspace cannot be made: {str(error).splitlines()[0]}") from error
    attach(space, config)
    return space


def attach(space: DevSpace, config: Any) -> None:
    """Remember the configurations that made a space and its executor, as ``__io__``."""
    space.__io__ = config  # type: ignore[attr-defined]
    space.executor.__io__ = config.executor  # type: ignore[attr-defined]


def _tunnels() -> Any:
    """Return the module of tunnels.

    Raises:
        UnsupportedFeatureError: This version has none.
    """
    if importlib.util.find_spec(_TUNNELS) is None:
        raise UnsupportedFeatureError(f"the SSH tunnel is not part of nemo_run {__version__} yet")
    return importlib.import_module(_TUNNELS)


def _read(tunnel: Any, host: str, path: str) -> DevSpace:
    file = Path(path) / SPACE_FILE
    try:
        text = tunnel.run(f"cat {shlex.quote(str(file))}", hide="out").stdout
    except Exception as error:
        raise InvalidConfigError(
            f"Could not find the devspace at {host}:{path}. Is it still running? ({error})"
        ) from error
    return build(text.strip())
