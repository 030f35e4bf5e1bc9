"""The server of a devspace, as a program that a real SSH client talks to."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

import nemo_run as run
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer
from nemo_run.core.tunnel.server import TunnelMetadata, server_dir
from nemo_run.devspace.serving import text_of
from nemo_run.exceptions import InvalidConfigError, UntrustedFileError

DEADLINE = 60.0


def test_where_a_server_keeps_its_files() -> None:
    assert server_dir("/jobs/a", "ws") == Path("/jobs/a/.nemo_run/.tunnels/ws")


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".."])
def test_a_name_that_is_no_folder(name: str) -> None:
    with pytest.raises(InvalidConfigError):
        server_dir("/jobs/a", name)


class TestMetadata:
    SAVED = TunnelMetadata(user="ann", hostname="n1", port=2200, workspace_name="ws")

    def test_what_was_saved_comes_back(self, tmp_path: Path) -> None:
        self.SAVED.save(tmp_path)
        assert TunnelMetadata.restore(tmp_path) == self.SAVED
        assert json.loads((tmp_path / "metadata.json").read_text()) == {
            "user": "ann",
            "hostname": "n1",
            "port": 2200,
            "workspace_name": "ws",
        }
        assert (tmp_path / "metadata.json").stat().st_mode & 0o077 == 0

    def test_also_from_another_machine(self, tmp_path: Path) -> None:
        self.SAVED.save(tmp_path)

        class Tunnel:
            def run(self, command: str, **_options: Any) -> Any:
                return subprocess.run(command, shell=True, check=True, capture_output=True, text=True)

        assert TunnelMetadata.restore(str(tmp_path), tunnel=Tunnel()) == self.SAVED

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"user": "ann"}', "null"])
    def test_damage_is_told(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "metadata.json").write_text(text)
        with pytest.raises(InvalidConfigError, match="metadata"):
            TunnelMetadata.restore(tmp_path)

    def test_none_there(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            TunnelMetadata.restore(tmp_path)


@dataclass
class Server:
    """``nemorun devspace sshserver`` in a folder of its own."""

    folder: Path
    process: subprocess.Popen[str]

    @property
    def files(self) -> Path:
        return server_dir(self.folder / "jobs", "mine")

    def told(self) -> list[str]:
        """Wait until it serves; returns the lines it printed."""
        assert self.process.stdout is not None
        return [self.process.stdout.readline().rstrip("\n") for _ in range(2)]

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, err


def space_text(folder: Path) -> str:
    executor = run.Config(run.LocalExecutor, job_dir=str(folder / "jobs"))
    return ZlibJSONSerializer().serialize(run.Config(run.DevSpace, name="mine", executor=executor))


@pytest.fixture
def key(tmp_path: Path) -> asyncssh.SSHKey:
    key = asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / ".ssh").mkdir(mode=0o700)
    (tmp_path / ".ssh/authorized_keys").write_bytes(key.export_public_key())
    (tmp_path / ".ssh/authorized_keys").chmod(0o600)
    return key


def start(folder: Path, *words: str, stdin: Any = subprocess.DEVNULL) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nemo_run", "devspace", "sshserver", *words],
        cwd=folder,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HOME": str(folder)},
    )


@pytest.fixture
def server(tmp_path: Path, key: asyncssh.SSHKey) -> Iterator[Server]:
    process = start(tmp_path, space_text(tmp_path))
    yield Server(tmp_path, process)
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=DEADLINE)


def run_there(server: Server, key: asyncssh.SSHKey, command: str) -> str:
    async def visit() -> str:
        where = TunnelMetadata.restore(server.files)
        host_key = (server.files / "host_key.pub").read_text()
        known = asyncssh.import_known_hosts(f"[{where.hostname}]:{where.port} {host_key}")
        async with asyncssh.connect(
            where.hostname,
            where.port,
            username=where.user,
            client_keys=[key],
            known_hosts=known,
            agent_path=None,
            config=None,
        ) as connection:
            return str((await connection.run(command, check=True)).stdout)

    return asyncio.run(visit())


def test_a_client_works_in_the_space(server: Server, key: asyncssh.SSHKey, tmp_path: Path) -> None:
    first, second = server.told()
    assert first == "To connect to the tunnel, run the following command on your local machine:"
    *command, address, folder = second.split()
    assert (command, folder) == (["nemorun", "devspace", "connect"], str(server.files))
    assert address.startswith(f"{getpass.getuser()}@")
    assert TunnelMetadata.restore(server.files).workspace_name == "mine"
    assert (server.files / "devspace.zlib").read_text() == space_text(tmp_path)
    assert run_there(server, key, "pwd").strip() == str(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_leaves_nothing(server: Server, number: int) -> None:
    server.told()
    assert server.end(number) == (0, "")
    assert not server.files.exists()


def test_a_second_server_takes_over(server: Server, key: asyncssh.SSHKey, tmp_path: Path) -> None:
    server.told()
    second = Server(tmp_path, start(tmp_path, space_text(tmp_path)))
    try:
        second.told()
        assert server.end()[0] == 0
        assert run_there(second, key, "echo still here") == "still here\n"
    finally:
        assert second.end()[0] == 0
    assert not second.files.exists()


def test_files_of_others_stay(server: Server) -> None:
    server.told()
    (server.files / "other").write_text("")
    assert server.end()[0] == 0
    assert [path.name for path in server.files.iterdir()] == ["other"]


def test_without_a_key_it_does_not_start(tmp_path: Path) -> None:
    process = start(tmp_path, space_text(tmp_path))
    out, err = process.communicate(timeout=DEADLINE)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("Error: ")
    assert "authorized_keys" in err
    assert len(err.splitlines()) == 1
    assert not server_dir(tmp_path / "jobs", "mine").exists()


def test_a_text_that_is_no_space(tmp_path: Path) -> None:
    process = start(tmp_path, "nonsense")
    out, err = process.communicate(timeout=DEADLINE)
    assert (process.returncode, out) == (1, "")
    assert "devspace cannot be read" in err


def test_a_text_in_a_file_is_no_argument(tmp_path: Path, key: asyncssh.SSHKey) -> None:
    file = tmp_path / "space"
    file.write_text(space_text(tmp_path) + "\n")
    file.chmod(0o600)
    server = Server(tmp_path, start(tmp_path, "./space"))
    server.told()
    assert (server.files / "devspace.zlib").read_text() == space_text(tmp_path)
    assert server.end()[0] == 0


def test_a_text_on_standard_input_is_no_argument(tmp_path: Path, key: asyncssh.SSHKey) -> None:
    server = Server(tmp_path, start(tmp_path, "-", stdin=subprocess.PIPE))
    assert server.process.stdin is not None
    server.process.stdin.write(space_text(tmp_path) + "\n")
    server.process.stdin.close()
    server.process.stdin = None
    server.told()
    assert (server.files / "devspace.zlib").read_text() == space_text(tmp_path)
    assert server.end()[0] == 0


class TestFilesOfTexts:
    def test_one_that_is_not_there(self) -> None:
        with pytest.raises(InvalidConfigError, match=r"cannot be read.*\./none"):
            text_of("./none")

    def test_one_that_others_can_write(self, tmp_path: Path) -> None:
        file = tmp_path / "space"
        file.write_text("x")
        file.chmod(0o666)
        if os.geteuid() == 0:
            os.chown(file, 12345, 12345)
        with pytest.raises(UntrustedFileError):
            text_of(str(file))
