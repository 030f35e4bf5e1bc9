"""Starting a program the way a shell would, without a shell."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    Environ = dict[bytes, bytes]

# What the system says when there is not enough of something that tasks give back when they end.
SHORTAGES = (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)
_SPARE = 16  # descriptors that are kept for records and for looking at processes
_SET_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>


def encode_environ(environ: dict[str, str]) -> Environ:
    """Turn an environment into bytes once, rather than for every task that starts from it."""
    return {os.fsencode(key): os.fsencode(value) for key, value in environ.items()}


def find_program(name: str, environ: Environ) -> str:
    """Find a program on the ``PATH`` of its own environment.

    A name with a slash is taken as it is. Empty entries of ``PATH``, which to a shell mean the current
    directory, are passed over.

    Raises:
        FileNotFoundError: There is none.
        PermissionError: There is one, but it cannot be executed.
    """
    if "/" in name:
        return name
    code = errno.ENOENT
    for folder in os.fsdecode(environ.get(b"PATH", os.defpath)).split(":"):
        path = f"{folder}/{name}"
        if folder and name and _is_file(path):
            if os.access(path, os.X_OK):
                return path
            code = errno.EACCES
    raise OSError(code, os.strerror(code) + " on the PATH of the task", name)


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


class Spawner:
    """Starts programs in sessions of their own with nothing of the supervisor but two pipes.

    The supervisor needs many descriptors, so it raises its own limit; programs get the limit their
    launcher had.
    """

    def __init__(self) -> None:
        self._null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        # Places for the pipes of a task whose numbers are beyond the limit of the launcher.
        self._low = (os.dup(self._null), os.dup(self._null))
        self._limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._raised = (self._limits[1], self._limits[1])
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, self._raised)
        except (OSError, ValueError):
            self._raised = self._limits  # macOS reports a hard limit that it refuses to give
        # New descriptors get the lowest free number, so this one is reached when few are left.
        self._highest = self._raised[0] - min(_SPARE, self._raised[0] // 4)
        self._signals = [s for s in signal.valid_signals() if s not in (signal.SIGKILL, signal.SIGSTOP)]

    def spawn(self, argv: list[str], environ: Environ, cwd: str, stdout: int, stderr: int) -> int:
        """Start a program and return its pid, which is also the id of its group and session.

        Raises:
            OSError: There is no such program or directory, or the system refuses.
            ValueError: An argument or variable that no program can be given.
        """
        if max(stdout, stderr) >= self._highest > 0:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        os.chdir(cwd)  # the supervisor is a single thread, so nothing else notices
        try:
            path = find_program(argv[0], environ)
            if self._raised == self._limits:
                return self._posix_spawn(path, argv, environ, stdout, stderr)
            return self._spawn_limited(path, argv, environ, stdout, stderr)
        finally:
            os.chdir("/")

    def _spawn_limited(self, path: str, argv: list[str], environ: Environ, stdout: int, stderr: int) -> int:
        """Spawn under the limit of the launcher, beyond which the C library refuses to duplicate."""
        if max(stdout, stderr) >= self._limits[0]:
            os.dup2(stdout, self._low[0], inheritable=False)
            os.dup2(stderr, self._low[1], inheritable=False)
            stdout, stderr = self._low
        resource.setrlimit(resource.RLIMIT_NOFILE, self._limits)
        try:
            return self._posix_spawn(path, argv, environ, stdout, stderr)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, self._raised)
            if stdout == self._low[0]:
                for low in self._low:
                    os.dup2(self._null, low, inheritable=False)

    def _posix_spawn(self, path: str, argv: list[str], environ: Environ, stdout: int, stderr: int) -> int:
        # All other descriptors are close-on-exec, as Python opens them.
        return os.posix_spawn(
            path,
            argv,
            environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, self._null, 0),
                (os.POSIX_SPAWN_DUP2, stdout, 1),
                (os.POSIX_SPAWN_DUP2, stderr, 2),
            ],
            setsid=True,
            setsigmask=(),
            setsigdef=self._signals,
        )


def adopt_orphans() -> None:
    """Become the parent of whatever tasks leave behind (Linux), so that it is collected when it ends.

    Without it this is the work of process 1, which in many containers does not do it: a group would
    seem to be alive for the sake of a zombie.
    """
    try:
        import ctypes

        ctypes.CDLL(None).prctl(_SET_SUBREAPER, 1, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass  # the search for living members of a group does without
