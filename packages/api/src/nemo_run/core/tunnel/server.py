"""The side of a tunnel where a devspace runs: an SSH server, and a file that says where it listens."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from nemo_run import _bootstrap
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.names import check_component

METADATA_FILE = "metadata.json"
HOST_KEY_FILE = "host_key.pub"


@dataclass
class TunnelMetadata:
    """Where the server of a devspace listens.

    Attributes:
        user: Who may log in.
        hostname: Machine, as a login node reaches it.
        port: On that machine.
        workspace_name: Name of the devspace.
    """

    user: str
    hostname: str
    port: int
    workspace_name: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write ``metadata.json`` into the folder ``path``."""
        _write(Path(path) / METADATA_FILE, json.dumps(asdict(self)))

    @classmethod
    def restore(cls, path: str | os.PathLike[str], tunnel: Any = None) -> TunnelMetadata:
        """Read ``metadata.json`` from the folder ``path``.

        Args:
            path: The folder.
            tunnel: Way to the machine where it is; None: this one.

        Raises:
            InvalidConfigError: The file is damaged.
            FileNotFoundError: There is none, on this machine.
        """
        file = os.path.join(path, METADATA_FILE)
        if tunnel is None:
            text = Path(file).read_text(encoding="utf-8")
        else:
            text = tunnel.run(f"cat {shlex.quote(file)}", hide="out").stdout
        return cls(**_checked(text, file))


def server_dir(job_dir: str | os.PathLike[str], name: str) -> Path:
    """Return the folder in which the server of a devspace keeps its files."""
    return Path(job_dir) / ".nemo_run" / ".tunnels" / check_component(name, what=f"devspace name {name!r}")


def launch(
    path: str | os.PathLike[str],
    workspace_name: str,
    verbose: bool = False,
    hostname: str | None = None,
    *,
    files: Mapping[str, str] | None = None,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Serve SSH until Ctrl-C or a signal to end; meanwhile ``path`` says where.

    Only this user can log in, with a key of ``~/.ssh/authorized_keys``. The key of the server is a new
    one, and its public half is beside the metadata. All files are deleted at the end, unless another
    server has written its own meanwhile.

    Args:
        path: Folder for ``metadata.json``.
        workspace_name: Name of the devspace.
        verbose: Log every step of the protocol.
        hostname: Name of this machine to listen on; None: only programs of this machine can connect.
        files: Name -> text of what else should be there meanwhile.
        on_ready: Called once connections are taken and the metadata is written.

    Raises:
        AuthenticationError: No key may log in.
        BackendError: It cannot listen there.
    """
    folder = _Folder(Path(path))
    host, user = hostname or "localhost", getpass.getuser()

    def write_down(port: int, host_key: str) -> None:
        where = TunnelMetadata(user, host, port, workspace_name)
        folder.fill({**(files or {}), HOST_KEY_FILE: f"{host_key}\n"}, where)
        if on_ready is not None:
            on_ready()

    try:
        _bootstrap.serve_devspace(
            user=user, host=host, on_ready=write_down, folder=os.getcwd(), verbose=verbose
        )
    finally:
        folder.clear()


@dataclass
class _Folder:
    """The files of one server."""

    path: Path
    where: TunnelMetadata | None = None
    names: list[str] = field(default_factory=list)

    def fill(self, files: Mapping[str, str], where: TunnelMetadata) -> None:
        """Write everything; the metadata last, because others wait for it."""
        self.path.mkdir(parents=True, mode=0o700, exist_ok=True)
        self.where, self.names = where, [*files, METADATA_FILE]
        for name, text in files.items():
            _write(self.path / name, text)
        where.save(self.path)

    def clear(self) -> None:
        """Delete everything, unless it is another server's by now."""
        if not self._is_ours():
            return
        for name in self.names:
            (self.path / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something else is in it
            self.path.rmdir()

    def _is_ours(self) -> bool:
        try:
            return self.where is not None and TunnelMetadata.restore(self.path) == self.where
        except (OSError, InvalidConfigError):
            return False


def _write(file: Path, text: str) -> None:
    _bootstrap.write_private(str(file), text.encode())


def _checked(text: str, file: str) -> dict[str, Any]:
    names = [each.name for each in fields(TunnelMetadata)]
    try:
        data = json.loads(text)
        return {name: data[name] for name in names}
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidConfigError(f"{file} is no metadata of a devspace: {error!r}") from error
