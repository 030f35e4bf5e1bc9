"""A real client logs in."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from nemo_run_adapters.devspace.options import Listening, ServerOptions
from nemo_run_adapters.devspace.server import serve, serve_until
from nemo_run_domain.errors import AuthenticationError, BackendError, UntrustedFileError

DEADLINE = 30.0


@dataclass
class Client:
    """Somebody with a key.

    Attributes:
        key: His key.
        at: The server.
    """

    key: asyncssh.SSHKey
    at: Listening

    def login(self, user: str = "ann", **options: Any) -> Any:
        known = asyncssh.import_known_hosts(f"[localhost]:{self.at.port} {self.at.host_key}")
        settings = {"client_keys": [self.key], "known_hosts": known, "agent_path": None, "config": None}
        return asyncssh.connect("localhost", self.at.port, username=user, **{**settings, **options})


@pytest.fixture(scope="module")
def key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
def options(tmp_path: Path, key: asyncssh.SSHKey) -> ServerOptions:
    keys = tmp_path / "authorized_keys"
    keys.write_bytes(key.export_public_key())
    keys.chmod(0o600)
    (tmp_path / "work").mkdir()
    return ServerOptions(
        user="ann",
        authorized_keys=str(keys),
        folder=str(tmp_path / "work"),
        environ={"PATH": os.environ["PATH"], "MINE": "1", "HOME": str(tmp_path)},
    )


def visit(options: ServerOptions, key: asyncssh.SSHKey, visitor: Callable[[Client], Awaitable[Any]]) -> Any:
    """Serve while a client does something; returns what it returns."""

    async def both() -> Any:
        ready: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
        ended = asyncio.Event()
        serving = asyncio.create_task(serve_until(options, ready.set_result, ended))
        try:
            return await asyncio.wait_for(visitor(Client(key, await ready)), DEADLINE)
        finally:
            ended.set()
            await asyncio.wait_for(serving, DEADLINE)

    return asyncio.run(both())


def run(options: ServerOptions, key: asyncssh.SSHKey, command: str, **more: Any) -> Any:
    """Run one command as ann."""

    async def visitor(client: Client) -> Any:
        async with client.login() as connection:
            return await connection.run(command, **more)

    return visit(options, key, visitor)


def untrusted(path: str) -> None:
    """Let somebody else write to a file."""
    os.chmod(path, 0o666)
    if os.geteuid() == 0:
        os.chown(path, 12345, 12345)


def test_a_command_runs_in_the_folder_with_the_environment(
    options: ServerOptions, key: asyncssh.SSHKey
) -> None:
    done = run(options, key, "pwd; echo $MINE; echo bad >&2; exit 3")
    assert done.stdout == f"{options.folder}\n1\n"
    assert (done.stderr, done.exit_status) == ("bad\n", 3)


def test_input_of_any_size_arrives_and_comes_back(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    text = "0123456789" * 100_000
    assert run(options, key, "cat", input=text).stdout == text


def test_output_that_nobody_waits_for_ends_the_command(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    assert run(options, key, "exec <&-; echo done", input="x" * 1_000_000).stdout == "done\n"


def test_a_signal_that_ended_a_command_is_told(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    assert run(options, key, "kill -9 $$").exit_signal[0] == "KILL"


def test_only_variables_of_the_language_are_taken_over(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    env = {"LC_ALL": "C", "LD_PRELOAD": "x", "MINE": "2"}
    assert run(options, key, "echo $LC_ALL-$LD_PRELOAD-$MINE", env=env).stdout == "C--1\n"


def test_a_terminal_has_its_size_and_its_name(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    done = run(options, key, "tty; stty size; echo $TERM", term_type="xterm", term_size=(91, 33))
    device, size, name = done.stdout.split("\r\n")[:3]
    assert device.startswith("/dev/")
    assert (size, name) == ("33 91", "xterm")


def test_a_shell_hears_of_another_size(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    async def visitor(client: Client) -> str:
        async with client.login() as connection:
            process = await connection.create_process(
                "echo ready; read line; stty size", term_type="xterm", term_size=(80, 24)
            )
            await process.stdout.readline()
            process.change_terminal_size(100, 40)
            process.stdin.write("go\n")
            return (await process.wait()).stdout

    assert "40 100" in visit(options, key, visitor)


def test_a_session_without_a_command_is_a_shell(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    done = run(options, key, "", input="echo $((6 * 7)); exit 4\n")
    assert (done.stdout, done.exit_status) == ("42\n", 4)


def test_signals_reach_the_whole_command(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    async def visitor(client: Client) -> Any:
        async with client.login() as connection:
            process = await connection.create_process("echo on; sleep 1000; echo off")
            await process.stdout.readline()
            process.terminate()
            return await process.wait()

    assert visit(options, key, visitor).exit_signal[0] == "TERM"


def test_a_terminal_that_is_left_hangs_up(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    pipe = Path(options.folder) / "pipe"
    os.mkfifo(pipe)

    async def visitor(client: Client) -> str:
        async with client.login() as connection:
            command = "trap 'echo heard >pipe; exit' HUP; echo on; read line"
            process = await connection.create_process(command, term_type="xterm")
            await process.stdout.readline()
        return await asyncio.to_thread(pipe.read_text)

    assert visit(options, key, visitor) == "heard\n"


def test_the_end_of_the_server_ends_what_runs(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    async def visitor(client: Client) -> int:
        connection = await client.login()
        process = await connection.create_process("echo $$; exec sleep 1000")
        return int(await process.stdout.readline())

    pid = visit(options, key, visitor)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_files_can_be_copied_and_ports_forwarded(options: ServerOptions, key: asyncssh.SSHKey) -> None:
    file = Path(options.folder) / "file"
    file.write_text("text")

    async def visitor(client: Client) -> tuple[bytes, bytes]:
        async with client.login() as connection, connection.start_sftp_client() as sftp:
            async with sftp.open(str(file), "rb") as remote:
                read = await remote.read()
            reader, _writer = await connection.open_connection("localhost", client.at.port)
            return read, await reader.readuntil(b"-")

    assert visit(options, key, visitor) == (b"text", b"SSH-")


class TestWhoMayLogIn:
    def refused(self, options: ServerOptions, key: asyncssh.SSHKey, **login: Any) -> None:
        async def visitor(client: Client) -> None:
            async with client.login(**login):
                pytest.fail("was let in")

        with pytest.raises(asyncssh.PermissionDenied):
            visit(options, key, visitor)

    def test_nobody_else_even_with_the_key(self, options: ServerOptions, key: asyncssh.SSHKey) -> None:
        self.refused(options, key, user="bob")

    def test_nobody_with_another_key(self, options: ServerOptions) -> None:
        self.refused(options, asyncssh.generate_private_key("ssh-ed25519"))

    def test_nobody_with_a_password_or_nothing(self, options: ServerOptions, key: asyncssh.SSHKey) -> None:
        self.refused(options, key, client_keys=None, password="x")
        self.refused(options, key, client_keys=None, password="")

    def test_keys_are_read_at_each_login(self, options: ServerOptions, key: asyncssh.SSHKey) -> None:
        other = asyncssh.generate_private_key("ssh-ed25519")

        async def visitor(client: Client) -> str:
            Path(options.authorized_keys).write_bytes(other.export_public_key())
            with pytest.raises(asyncssh.PermissionDenied):
                await client.login()
            async with replace(client, key=other).login() as connection:
                return (await connection.run("echo in")).stdout

        assert visit(options, key, visitor) == "in\n"

    def test_nobody_once_others_can_write_the_keys(
        self, options: ServerOptions, key: asyncssh.SSHKey
    ) -> None:
        async def visitor(client: Client) -> None:
            untrusted(options.authorized_keys)
            with pytest.raises(asyncssh.PermissionDenied):
                await client.login()

        visit(options, key, visitor)


def limited(options: ServerOptions, by: str) -> ServerOptions:
    """Put options before the only key."""
    file = Path(options.authorized_keys)
    file.write_bytes(f"{by} ".encode() + file.read_bytes())
    return options


class TestOptionsOfAKey:
    @pytest.mark.parametrize("by", ["restrict", "RESTRICT,pty", "no-port-forwarding"])
    def test_nothing_is_forwarded_for_keys_that_may_not(
        self, options: ServerOptions, key: asyncssh.SSHKey, by: str
    ) -> None:
        async def visitor(client: Client) -> str:
            async with client.login() as connection:
                with pytest.raises(asyncssh.ChannelOpenError):
                    await connection.open_connection("localhost", client.at.port)
                with pytest.raises(asyncssh.ChannelOpenError):
                    await connection.open_unix_connection("/any")
                return (await connection.run("echo in")).stdout

        assert visit(limited(options, by), key, visitor) == "in\n"

    def test_a_terminal_is_for_keys_that_may_have_one(
        self, options: ServerOptions, key: asyncssh.SSHKey
    ) -> None:
        with pytest.raises(asyncssh.ChannelOpenError, match="PTY"):
            run(limited(options, "restrict"), key, "true", term_type="xterm")
        Path(options.authorized_keys).write_bytes(b"restrict,pty " + key.export_public_key())
        assert run(options, key, "test -t 1", term_type="xterm").exit_status == 0

    @pytest.mark.parametrize("by", ['expiry-time="20200101"', "verify-required", 'from="192.0.2.1"'])
    def test_other_keys_still_log_in(self, options: ServerOptions, key: asyncssh.SSHKey, by: str) -> None:
        other = asyncssh.generate_private_key("ssh-ed25519")

        async def visitor(client: Client) -> str:
            with pytest.raises(asyncssh.PermissionDenied):
                await client.login()
            async with replace(client, key=other).login() as connection:
                return (await connection.run("echo in")).stdout

        with open(limited(options, by).authorized_keys, "ab") as file:
            file.write(b'permitopen="no port" ' + key.export_public_key() + other.export_public_key())
        assert visit(options, key, visitor) == "in\n"

    @pytest.mark.parametrize("asked", ["scp -t /tmp", "rm $HOME/*", "echo 'a  b'"])
    def test_the_command_of_a_key_learns_what_was_asked_for(
        self, options: ServerOptions, key: asyncssh.SSHKey, asked: str
    ) -> None:
        by = r'command="printf %s \"$SSH_ORIGINAL_COMMAND\""'
        assert run(limited(options, by), key, asked).stdout == asked

    def test_the_command_of_a_key_stands_for_copying_files_too(
        self, options: ServerOptions, key: asyncssh.SSHKey
    ) -> None:
        async def visitor(client: Client) -> str:
            async with client.login() as connection:
                return (await connection.run(subsystem="sftp")).stdout

        by = 'command="echo $SSH_ORIGINAL_COMMAND"'
        assert visit(limited(options, by), key, visitor) == "internal-sftp\n"

    def test_nothing_is_learnt_without_a_command_of_the_key(
        self, options: ServerOptions, key: asyncssh.SSHKey
    ) -> None:
        inside = replace(options, environ={**options.environ, "SSH_ORIGINAL_COMMAND": "of the server"})
        assert run(inside, key, "echo ${SSH_ORIGINAL_COMMAND-none}").stdout == "none\n"

    def test_an_empty_command_of_a_key_is_no_shell(
        self, options: ServerOptions, key: asyncssh.SSHKey
    ) -> None:
        assert run(limited(options, 'command=""'), key, "echo in", input="echo in\n").stdout == ""


class TestASessionThatCannotStart:
    @pytest.mark.parametrize("lacks", [{"shell": "/no/such"}, {"folder": "/no/such"}])
    def test_says_why(self, options: ServerOptions, key: asyncssh.SSHKey, lacks: dict[str, str]) -> None:
        done = run(replace(options, **lacks), key, "echo in")
        assert (done.stdout, done.exit_status) == ("", 127)
        assert done.stderr.startswith("nemo_run: the session cannot start: ")
        assert "/no/such" in done.stderr
        assert done.stderr.count("\n") == 1


class TestAServerThatCannotBe:
    def fails(self, options: ServerOptions) -> None:
        serve(options, lambda _: pytest.fail("it serves"))

    @pytest.mark.parametrize("content", [None, "", "# a comment\n", "no key at all\n", "ssh-ed25519 AAAA\n"])
    def test_without_a_key(self, options: ServerOptions, content: str | None) -> None:
        path = Path(options.authorized_keys)
        path.unlink() if content is None else path.write_text(content)
        with pytest.raises(AuthenticationError, match="authorized_keys"):
            self.fails(options)

    def test_with_keys_that_others_can_write(self, options: ServerOptions) -> None:
        untrusted(options.authorized_keys)
        with pytest.raises(UntrustedFileError):
            self.fails(options)

    def test_where_it_cannot_listen(self, options: ServerOptions) -> None:
        with pytest.raises(BackendError, match=r"192\.0\.2\.1"):
            self.fails(replace(options, host="192.0.2.1"))
