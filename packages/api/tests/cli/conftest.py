"""Experiments that really ran, and the program that manages them."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

DEADLINE = 60.0

sys.path.append(str(Path(__file__).parent / "modules"))  # ``fix``: what users' modules look like

TASKS = """
class Thing:
    def __repr__(self):
        return "a thing"

def five():
    return 5

def pair():
    return (1, "two")

def thing():
    return Thing()

def fail():
    raise ValueError("no such luck")
"""

LAUNCH = """
import sys
import cli_user_tasks as tasks
import nemo_run as run

if __name__ == "__main__":
    place = run.LocalExecutor()
    with run.Experiment({title!r}, place, base_dir={base_dir!r}) as exp:
{adds}
        exp.run({options})
    with open({out!r}, "w") as file:
        file.write(exp.id)
"""


@dataclass
class Ended:
    """A program that has ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The one line of JSON it printed."""
        (line,) = self.out.splitlines()
        return json.loads(line)

    @property
    def complaint(self) -> str:
        """The one line it printed on standard error, and nothing on standard output."""
        assert self.out == ""
        (line,) = self.err.splitlines()
        return line


def searched(folder: Path) -> str:
    """Return a ``PYTHONPATH`` with a folder in front: programs see the same packages as the tests."""
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))


@dataclass
class Desk:
    """A home folder with experiments in it, and a shell."""

    folder: Path
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    launched: list[str] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        ours = {
            "NEMORUN_HOME": str(self.folder / "home"),
            "PYTHONPATH": searched(self.folder),
            "COLUMNS": "100",
        }
        return {**os.environ, "PYTHONWARNINGS": "error", "NEMORUN_SHOW_WARNINGS": "1", **ours}

    def script(
        self, title: str, adds: list[str], options: str = "", base_dir: str | None = None
    ) -> list[str]:
        """Write a script that launches an experiment; returns the command that runs it."""
        (self.folder / "cli_user_tasks.py").write_text(TASKS)
        script, out = self.folder / f"launch_{title}.py", self.folder / f"{title}.id"
        lines = "\n".join(f"        exp.add({add})" for add in adds)
        text = LAUNCH.format(title=title, adds=lines, options=options, out=str(out), base_dir=base_dir)
        script.write_text(text)
        self.launched.append(title)
        return [sys.executable, str(script)]

    def launch(self, title: str, adds: list[str], options: str = "", base_dir: Any = None) -> str:
        """Launch an experiment; returns its id."""
        done = self.run(self.script(title, adds, options, base_dir))
        assert done.code == 0, done.err
        return (self.folder / f"{title}.id").read_text()

    def run(self, argv: list[str], **environ: str) -> Ended:
        done = subprocess.run(
            argv,
            env=self.environ | environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            stdin=subprocess.DEVNULL,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def nemorun(self, *words: str, **environ: str) -> Ended:
        """Run ``nemorun experiment`` with some words."""
        return self.run([sys.executable, "-m", "nemo_run", "experiment", *words], **environ)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start ``nemorun experiment`` with some words."""
        return self.begin([sys.executable, "-m", "nemo_run", "experiment", *words])

    def begin(self, argv: list[str], *, start_new_session: bool = False) -> subprocess.Popen[str]:
        """Start a program."""
        process = subprocess.Popen(
            argv,
            env=self.environ,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=start_new_session,
        )
        self.processes.append(process)
        return process

    def finish(self, process: subprocess.Popen[str]) -> Ended:
        """Wait for a program to end; what was read of its output before is left out."""
        out, err = process.communicate(timeout=DEADLINE)
        return Ended(process.returncode, out, err)

    def gate(self) -> Path:
        """Return a pipe: who reads it waits until somebody writes."""
        path = self.folder / f"gate_{len(self.launched)}"
        os.mkfifo(path)
        return path

    def await_gate(self, path: Path) -> None:
        """Return when somebody has written."""
        descriptor = os.open(path, os.O_RDWR)
        try:
            assert select.select([descriptor], [], [], DEADLINE)[0], "nobody wrote"
        finally:
            os.close(descriptor)

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate(timeout=DEADLINE)
        for title in self.launched:
            self.nemorun("cancel", title, "--all")
        for path in self.folder.glob("gate_*"):  # should cancelling be what is broken
            descriptor = os.open(path, os.O_RDWR)
            os.write(descriptor, b"end\n")
            os.close(descriptor)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def ended(desk: Desk) -> str:
    """Id of an experiment whose jobs have ended, in all the ways jobs can end."""
    return desk.launch(
        "ended",
        [
            "run.Script(inline='echo one; echo two; echo three'), name='talk'",
            "run.Script(inline='echo last words; exit 3'), name='break'",
            "run.Partial(tasks.five), name='five'",
            "run.Partial(tasks.pair), name='pair'",
            "run.Partial(tasks.thing), name='thing'",
            "run.Partial(tasks.fail), name='fail'",
        ],
    )


FIX = """
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Literal, Optional, Union

import nemo_run as run


@dataclass
class Net:
    width: int = 8
    act: str = "relu"
    dims: List[int] = field(default_factory=list)


@dataclass
class Sgd:
    lr: float
    decay: float = 0.0


@dataclass
class Plug(run.Plugin):
    steps: int = 77

    def setup(self, task, executor):
        task.steps = self.steps


def fit(
    net: Net,
    opt: Optional[Sgd] = None,
    steps: int = 10,
    title: str = "t",
    mode: Literal["a", "b"] = "a",
    ids: List[int] = None,
    nets: List[Net] = None,
    runtime: int = 0,
):
    print("fit", net.width, net.act, steps, title, runtime, opt)
    if title == "boom":
        raise KeyError("user's own")
    if title == "interrupt":
        raise KeyboardInterrupt
    if title == "exit":
        raise SystemExit(7)


@run.cli.factory
def wide(width: int = 64, act: str = "gelu") -> run.Config[Net]:
    return run.Config(Net, width=width, act=act)


@run.cli.factory
def sgd(lr: float = 0.5) -> run.Config[Sgd]:
    return run.Config(Sgd, lr=lr)


@run.cli.factory(target=fit)
def base() -> run.Partial[fit]:
    return run.Partial(fit, net=wide(), steps=100)


@run.cli.factory(target=fit, target_arg="net")
def special() -> run.Config[Net]:
    return run.Config(Net, width=7)


@run.cli.factory
def ex(nodes: int = 1) -> run.Config[run.LocalExecutor]:
    return run.Config(run.LocalExecutor, ntasks_per_node=nodes)


@run.cli.factory
def plug(steps: int = 77) -> run.Config[Plug]:
    return run.Config(Plug, steps=steps)


def many(ctx: run.cli.RunContext, net: Net, steps: int = 1):
    print("many", ctx.name, ctx.dryrun, type(ctx.executor).__name__, net.width)
    with run.Experiment(ctx.name) as exp:
        exp.add(run.Partial(fit, net=run.Config(Net, width=net.width), steps=steps), name="one")
        exp.add(run.Script(inline="exit %d" % (steps == 13)), name="two")
        ctx.launch(exp, sequential=True)
    print("left")
"""


class Scripts:
    """Scripts that call ``run.cli.main``, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "fitting.py").write_text(FIX)

    @property
    def environ(self) -> dict[str, str]:
        ours = {
            "NEMORUN_HOME": str(self.folder / "home"),
            "PYTHONPATH": searched(self.folder),
            "COLUMNS": "100",
        }
        inherited = {
            name: value for name, value in os.environ.items() if name not in ("WORLD_SIZE", "LAZY_CLI")
        }
        return {**inherited, "PYTHONWARNINGS": "error", "NO_COLOR": "1", **ours}

    def write(self, main: str = "run.cli.main(fit)") -> list[str]:
        """Write a script; returns the command that runs it."""
        text = f"import nemo_run as run\nfrom fitting import *\n\n{main}\nprint('after')\n"
        (self.folder / "s.py").write_text(text)
        return [sys.executable, "s.py"]

    def run(self, *words: str, main: str = "run.cli.main(fit)", closing: str = "", **environ: str) -> Ended:
        """Run a script with words, without a terminal.

        Args:
            *words: Of its command line.
            main: What the script does.
            closing: What a shell writes behind the command, for example ``>&-``.
            **environ: Variables on top.
        """
        argv = [*self.write(main), *words]
        done = subprocess.run(
            ["bash", "-c", f'exec "$@" {closing}', "bash", *argv],
            env=self.environ | environ,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            stdin=subprocess.DEVNULL,
        )
        return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def scripts(tmp_path: Path) -> Scripts:
    return Scripts(tmp_path)
