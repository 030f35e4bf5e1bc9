"""Units as real processes; what every scheduler promises is in ``tests/contract``."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemo_run_adapters.local import records
from nemo_run_adapters.local.plugin import backend
from nemo_run_adapters.local.scheduler import LocalScheduler
from nemo_run_adapters.local.settings import LocalSettings
from nemo_run_adapters.local.surroundings import observe_site
from nemo_run_application.backends import ConnectContext, Connection
from nemo_run_application.ports.log_source import LogStream
from nemo_run_application.ports.scheduler import Accepted, Refused
from nemo_run_application.prepare import prepare_task
from nemo_run_application.prepared import PreparedUnit
from nemo_run_domain.errors import (
    BackendUnavailableError,
    ExecutableNotFoundError,
    InvalidConfigError,
    SubmissionRejectedError,
)
from nemo_run_domain.job import JobHandle, JobState, JobStatus, Reason
from nemo_run_domain.launcher import LauncherSettings, TorchrunSettings
from nemo_run_domain.task import CallableTask, ScriptTask, Task
from nemo_run_domain.topology import Topology
from nemo_run_domain.unit import ExecutionUnit, UnitTask

DEADLINE = 60.0
SHOW = """
import json, os, sys
env = {k.decode("latin-1"): v.decode("latin-1") for k, v in os.environb.items()}
args = [os.fsencode(arg).decode("latin-1") for arg in sys.argv[1:]]
json.dump({"args": args, "env": env, "cwd": os.getcwd(), "python": sys.executable}, sys.stdout)
"""


def connect_to(home: Path) -> Connection:
    return backend.connect(ConnectContext(home=str(home)), LocalSettings())


class Place:
    """A home folder with one connection, and how units get there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = connect_to(folder)
        self.begun: list[JobHandle] = []
        self._count = 0

    @property
    def scheduler(self) -> LocalScheduler:
        return self.connection.scheduler  # type: ignore[return-value]

    def file(self, name: str, text: str, mode: int = 0o644) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return str(path)

    def unit(
        self,
        *tasks: Task,
        executor: LocalSettings | None = None,
        launcher: LauncherSettings | None = None,
        token: str = "",
    ) -> PreparedUnit:
        self._count += 1
        name = f"job{self._count}"
        executor = executor or LocalSettings()
        topology = Topology(nodes=executor.nodes, procs_per_node=executor.ntasks_per_node)
        members = tuple(
            UnitTask(
                id=name if len(tasks) == 1 else f"{name}-{number}",
                task=task,
                executor=executor,
                launcher=launcher or LauncherSettings(),
                topology=topology,
            )
            for number, task in enumerate(tasks)
        )
        job_dir = str(self.folder / name)
        token = token or os.urandom(8).hex()
        return PreparedUnit(
            unit=ExecutionUnit(id=name, tasks=members),
            experiment_id="title_1",
            title="title",
            job_dir=job_dir,
            token=token,
            tasks=tuple(prepare_task(member, backend, job_dir, token, os.environ) for member in members),
        )

    def submit(self, *units: PreparedUnit) -> list[Any]:
        results = list(self.scheduler.submit(self.scheduler.plan(units)))
        self.begun += [h for result in results if isinstance(result, Accepted) for h in result.handles]
        return results

    def start(self, *tasks: Task, **more: Any) -> tuple[JobHandle, ...]:
        (result,) = self.submit(self.unit(*tasks, **more))
        assert isinstance(result, Accepted), result
        return result.handles

    def refusal(self, *tasks: Task, **more: Any) -> Exception:
        (result,) = self.submit(self.unit(*tasks, **more))
        assert isinstance(result, Refused), result
        return result.error

    def wait(self, *handles: JobHandle) -> list[JobStatus]:
        assert self.connection.notifier is not None
        changed = threading.Event()
        end = self.connection.notifier.subscribe(changed.set)
        statuses = self.scheduler.poll(handles)
        while not all(status.is_final for status in statuses.values()):
            assert changed.wait(DEADLINE), statuses
            changed.clear()
            statuses = self.scheduler.poll(handles)
        end()
        return [statuses[handle] for handle in handles]

    def run(self, *tasks: Task, **more: Any) -> JobStatus:
        return self.wait(*self.start(*tasks, **more))[0]

    def read(self, handle: JobHandle) -> bytes:
        return read(self.connection, handle)

    def close(self) -> None:
        self.scheduler.cancel(self.begun)
        self.wait(*self.begun)
        self.scheduler.close()


def read(connection: Connection, handle: JobHandle) -> bytes:
    assert connection.logs is not None
    (stream,) = connection.logs.streams([handle])[handle]
    data = b""
    cursor = ""
    while (chunk := connection.logs.read({stream: cursor})[stream]).data:
        data += chunk.data
        cursor = chunk.cursor
    return data


def eventually(what: Callable[[], Any]) -> Any:
    end = monotonic() + DEADLINE
    nothing = threading.Event()
    while not (answer := what()):
        assert monotonic() < end, "this never happened"
        nothing.wait(0.002)
    return answer


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        yield place
        place.close()


def shell(text: str, *args: str, **env: str) -> ScriptTask:
    return ScriptTask(path="-c", args=(text, *args), env=env, entrypoint="/bin/bash")


STAYS = shell("echo begun; exec sleep 3600")

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
# Names that Python, the loader or we would take for ourselves.
names = texts.filter(lambda n: n and "=" not in n).map(lambda n: f"x{n}")


@settings(deadline=None, max_examples=30)
@given(args=st.lists(texts, max_size=5), env=st.dictionaries(names, texts, max_size=4))
def test_arguments_and_environment_arrive_as_they_are(
    shared: Place, args: list[str], env: dict[str, str]
) -> None:
    path = shared.file("show.py", SHOW)
    (handle,) = shared.start(ScriptTask(path=path, args=tuple(args), env=env, entrypoint="python"))
    (status,) = shared.wait(handle)
    assert status.state is JobState.SUCCEEDED
    seen = json.loads(shared.read(handle))
    assert [arg.encode("latin-1").decode() for arg in seen["args"]] == args
    seen_env = {k.encode("latin-1"): v.encode("latin-1").decode() for k, v in seen["env"].items()}
    assert {name: seen_env[name.encode()] for name in env} == env


def test_dollars_are_not_touched(place: Place) -> None:
    (handle,) = place.start(
        shell('printf "%s|" "$@" "$V"', "x", "$$PID", "${HOME}", "${app_id}", V="${replica_id} $$")
    )
    place.wait(handle)
    assert place.read(handle) == b"$$PID|${HOME}|${app_id}|${replica_id} $$|"


def test_a_task_inherits_this_process(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place.file("show.py", SHOW)
    monkeypatch.chdir(place.folder)
    monkeypatch.setenv("INHERITED", "yes")
    monkeypatch.setenv("NEMORUN_RESULT_FILE", "/of/this/task")
    (handle,) = place.start(ScriptTask(path=path, entrypoint="python"))
    place.wait(handle)
    seen = json.loads(place.read(handle))
    assert (seen["cwd"], seen["python"]) == (os.path.realpath(place.folder), sys.executable)
    assert (seen["env"]["INHERITED"], seen["env"]["PATH"]) == ("yes", os.environ["PATH"])
    assert "NEMORUN_RESULT_FILE" not in seen["env"]


RANKS = ("RANK", "LOCAL_RANK", "GROUP_RANK", "ROLE_RANK", "TORCHELASTIC_RUN_ID")


@pytest.mark.parametrize("own", [{}, {"RANK": "3"}], ids=["inherited", "given"])
def test_a_task_has_no_rank_but_its_own(
    place: Place, monkeypatch: pytest.MonkeyPatch, own: dict[str, str]
) -> None:
    for name in (*RANKS, "MASTER_ADDR"):
        monkeypatch.setenv(name, "1")
    (handle,) = place.start(shell("env", **own))
    place.wait(handle)
    seen = dict(line.split("=", 1) for line in place.read(handle).decode().splitlines() if "=" in line)
    assert {name: seen[name] for name in RANKS if name in seen} == own
    assert seen["MASTER_ADDR"] == "1"


def test_a_program_in_the_working_directory_does_not_hijack_a_task(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.file("bash", "#!/bin/sh\nexit 66\n", 0o755)
    monkeypatch.chdir(place.folder)
    assert place.run(ScriptTask(path=place.file("s.sh", "exit 0"))).exit_code == 0


def test_a_function_is_told_where_to_look_for_modules(place: Place) -> None:
    site = observe_site()
    assert all(os.path.isabs(entry) for entry in site.import_path)
    assert site.programs["python"] == sys.executable


# Failures


def test_files_of_a_failed_job_are_where_earlier_versions_have_them(place: Place) -> None:
    (handle,) = place.start(shell("echo out; echo err >&2; exit 3"))
    (status,) = place.wait(handle)
    assert (status.state, status.exit_code, status.reason) == (JobState.FAILED, 3, Reason.ERROR)
    folder = place.folder / "job1" / "nemo_run" / handle.native_id
    logs = {path.name: path.read_bytes() for path in (folder / "job1" / "0").glob("*.log")}
    assert (logs["stdout.log"], logs["stderr.log"]) == (b"out\n", b"err\n")
    assert sorted(logs["combined.log"].split()) == [b"err", b"out"]
    summary = json.loads((folder / "SUCCESS").read_text())
    assert (summary["final_state"], summary["roles"]["job1"][0]["exitcode"]) == ("FAILED", 3)


def test_a_missing_program_is_named_with_the_path_searched(place: Place) -> None:
    error = place.refusal(ScriptTask(path="x", entrypoint="no-such-program", env={"PATH": "/first:/second"}))
    assert isinstance(error, ExecutableNotFoundError)
    for text in ("'job1'", "'no-such-program'", "'/first:/second'"):
        assert text in str(error)


def test_a_missing_interpreter_is_told_from_a_missing_script(place: Place) -> None:
    script = place.file("s", "#!/no/such/interpreter\n", 0o755)
    assert "first line" in str(place.refusal(ScriptTask(path="x", entrypoint=script)))
    assert "does not exist" in str(place.refusal(ScriptTask(path="x", entrypoint=f"{script}x")))


@pytest.mark.parametrize(("mode", "text"), [(0o644, "Permission denied"), (0o755, "#!")])
def test_a_file_that_is_no_program_is_refused(place: Place, mode: int, text: str) -> None:
    error = place.refusal(ScriptTask(path="x", entrypoint=place.file("s", "echo\n", mode)))
    assert isinstance(error, SubmissionRejectedError)
    assert text in str(error)


def test_a_working_directory_that_is_gone_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = place.folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    plans = place.scheduler.plan([place.unit(shell("true"))])
    gone.rmdir()
    (result,) = place.scheduler.submit(plans)
    assert isinstance(result, Refused)
    assert str(gone) in str(result.error)
    with pytest.raises(InvalidConfigError, match="working directory"):
        place.scheduler.plan([place.unit(shell("true"))])


def test_a_refused_plan_stays_refused_and_is_not_found(place: Place) -> None:
    plans = place.scheduler.plan([place.unit(ScriptTask(path="x", entrypoint="no-such-program"))])
    place.scheduler.submit(plans)
    (again,) = place.scheduler.submit(plans)
    assert isinstance(again, Refused)
    assert place.scheduler.find([plans[0].token]) == {}


def test_a_group_is_not_started_in_part(place: Place) -> None:
    unit = place.unit(STAYS, ScriptTask(path="x", entrypoint="no-such-program"))
    (plan,) = place.scheduler.plan([unit])
    (result,) = place.scheduler.submit([plan])
    assert isinstance(result, Refused)
    (status,) = place.wait(JobHandle("local_persistent", plan.planned[0]))
    assert status.state is JobState.CANCELLED


def test_a_home_that_cannot_be_written_starts_nothing(place: Place) -> None:
    place.file(".local_jobs", "")
    with pytest.raises(BackendUnavailableError, match="no job was started"):
        place.submit(place.unit(shell("true")))


# Many


def test_two_hundred_jobs_need_no_thread_each(place: Place) -> None:
    before = threading.active_count()
    script = place.file("s.sh", "exit $1")
    units = [place.unit(ScriptTask(path=script, args=(str(n % 3),))) for n in range(200)]
    handles = [handle for result in place.submit(*units) for handle in result.handles]
    assert threading.active_count() <= before + 1
    assert [status.exit_code for status in place.wait(*handles)] == [n % 3 for n in range(200)]


def test_two_processes_submit_one_plan_once(place: Place) -> None:
    count = place.folder / "count"
    unit = place.unit(shell(f"echo x >> {count}"))
    plans = place.scheduler.plan([unit])
    other = connect_to(place.folder)
    results: list[Any] = []
    threads = [
        threading.Thread(target=lambda s=scheduler: results.extend(s.submit(plans)))
        for scheduler in (place.scheduler, other.scheduler)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0] == results[1]
    eventually(lambda: all(s.is_final for s in other.scheduler.poll(results[0].handles).values()))
    assert count.read_text() == "x\n"
    other.scheduler.close()


# Other processes

LAUNCHER = """
import sys
from nemo_run_adapters.local.request import LocalApp, LocalPlan
from nemo_run_adapters.local.plugin import backend
from nemo_run_adapters.local.settings import LocalSettings
from nemo_run_application.backends import ConnectContext

home, script = sys.argv[1:]
app = LocalApp(app_id="left-b", app_dir=home + "/job/nemo_run/left-b", role="left",
               argv=("bash", "-c", script), env={}, cwd="/", retries=0)
scheduler = backend.connect(ConnectContext(home=home), LocalSettings()).scheduler
print(scheduler.submit([LocalPlan(unit_id="left", token="ab", apps=(app,))])[0].handles[0], flush=True)
sys.stdin.read()
"""
LEFT = JobHandle("local_persistent", "left-b")


@pytest.fixture
def orphan(tmp_path: Path) -> Callable[[str], Connection]:
    """Return what starts a job from a process that is killed then, and gives a connection of ours."""

    def orphan(script: str) -> Connection:
        command = [sys.executable, "-c", LAUNCHER, str(tmp_path), script]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
        ) as launcher:
            assert launcher.stdout is not None
            assert launcher.stdout.readline().decode().strip() == str(LEFT)
            launcher.kill()
        return connect_to(tmp_path)

    return orphan


def final(connection: Connection) -> JobStatus:
    return eventually(lambda: (s := connection.scheduler.poll([LEFT])[LEFT]).is_final and s)


def test_a_job_goes_on_without_its_launcher(orphan: Callable[[str], Connection], tmp_path: Path) -> None:
    go = tmp_path / "go"
    os.mkfifo(go)
    connection = orphan(f"echo begun; cat {go}; exit 5")
    assert connection.scheduler.poll([LEFT])[LEFT].state is JobState.RUNNING
    assert connection.scheduler.find(["ab"]) == {"ab": (LEFT,)}
    eventually(lambda: read(connection, LEFT) == b"begun\n")
    go.write_text("told\n")
    assert final(connection).exit_code == 5
    assert read(connection, LEFT) == b"begun\ntold\n"
    assert connection.logs is not None
    assert connection.logs.tail([LogStream(LEFT, "left")], 5) == {LogStream(LEFT, "left"): b"told\n"}


def test_a_job_can_be_cancelled_without_its_launcher(orphan: Callable[[str], Connection]) -> None:
    connection = orphan("exec sleep 3600")
    connection.scheduler.cancel([LEFT])
    connection.scheduler.cancel([LEFT])
    status = final(connection)
    assert (status.state, status.reason, status.signal) == (
        JobState.CANCELLED,
        Reason.CANCELLED,
        signal.SIGTERM,
    )


def test_a_job_that_ignores_sigterm_is_killed_in_the_end(
    orphan: Callable[[str], Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nemo_run_adapters.local.scheduler.GRACE", 0.01)
    connection = orphan("trap '' TERM; echo begun; while :; do sleep 3600; done")
    eventually(lambda: read(connection, LEFT) == b"begun\n")
    connection.scheduler.cancel([LEFT])
    assert (final(connection).state, final(connection).signal) == (JobState.CANCELLED, signal.SIGKILL)


def test_a_job_whose_supervisor_was_killed_too(orphan: Callable[[str], Connection], tmp_path: Path) -> None:
    connection = orphan("echo begun; exec sleep 3600")
    eventually(lambda: read(connection, LEFT) == b"begun\n")
    folder = tmp_path / "job" / "nemo_run" / "left-b"
    record = json.loads((folder / "process.json").read_text())
    os.kill(record["supervisor_pid"], signal.SIGKILL)
    assert connection.scheduler.poll([LEFT])[LEFT].state is JobState.RUNNING
    connection.scheduler.cancel([LEFT])
    assert final(connection).state is JobState.CANCELLED


def test_a_noted_job_that_never_began_cannot_begin_once_cancelled(place: Place) -> None:
    plans = place.scheduler.plan([place.unit(shell("true"))])
    place.scheduler.registry.add(plans)
    handle = JobHandle("local_persistent", plans[0].planned[0])
    os.makedirs(place.folder / "job1")
    assert place.scheduler.poll([handle])[handle].state is JobState.UNKNOWN
    place.scheduler.cancel([handle])
    eventually(lambda: place.scheduler.poll([handle])[handle].state is JobState.CANCELLED)
    place.scheduler.submit(plans)
    assert place.scheduler.poll([handle])[handle].state is JobState.CANCELLED


def test_cancelling_does_not_bring_a_deleted_job_folder_back(place: Place) -> None:
    plans = place.scheduler.plan([place.unit(shell("true"))])
    place.scheduler.registry.add(plans)
    place.scheduler.cancel([JobHandle("local_persistent", plans[0].planned[0])])
    assert not (place.folder / "job1").exists()


def test_records_that_cannot_be_read_are_no_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (handle,) = place.start(shell("true"))
    place.wait(handle)

    def fail(app_dir: str) -> None:
        raise PermissionError(13, "Permission denied", app_dir)

    monkeypatch.setattr(records, "read_status", fail)
    other = connect_to(place.folder)
    with pytest.raises(BackendUnavailableError, match="Permission denied"):
        other.scheduler.poll([handle])


# Experiments of earlier versions


def test_jobs_of_earlier_versions_are_answered_for(place: Place) -> None:
    ended, cut = place.folder / "ended-b", place.folder / "cut-b"
    rows = {i.name: ["RUNNING", i.name, str(i), ["main"]] for i in (ended, cut)}
    place.file(".local_jobs.json", json.dumps(rows))
    replica = {"replica_id": 0, "exitcode": 3}
    place.file("ended-b/SUCCESS", json.dumps({"final_state": "FAILED", "roles": {"main": [replica]}}))
    place.file("ended-b/main/0/combined.log", "text\n")
    handles = [JobHandle("local_persistent", row) for row in rows]
    statuses = place.scheduler.poll(handles)
    assert (statuses[handles[0]].state, statuses[handles[0]].exit_code) == (JobState.FAILED, 3)
    assert statuses[handles[1]].state is JobState.UNKNOWN
    assert place.read(handles[0]) == b"text\n"
    place.scheduler.cancel(handles)
    assert place.scheduler.poll(handles) == statuses


# Launchers


def pretend(place: Place, name: str) -> tuple[str, Path]:
    """Make a program that writes down its arguments; return its folder and that file."""
    record = place.folder / f"{name}.args"
    place.file(f"bin/{name}", f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{record}'\n", 0o755)
    return str(place.folder / "bin"), record


def test_torchrun_gets_arguments_without_quotes(place: Place) -> None:
    folder, record = pretend(place, "torchrun")
    executor = LocalSettings(ntasks_per_node=4, env_vars={"PATH": f"{folder}:{os.environ['PATH']}"})
    task = ScriptTask(path="p.py", args=("x y", "$HOME"), entrypoint="python")
    place.run(task, executor=executor, launcher=TorchrunSettings(rdzv_id=42))
    head = "--rdzv-backend c10d --rdzv-endpoint localhost:0 --rdzv-id 42 --nnodes 1 --nproc-per-node 4"
    tail = ["--node-rank", "0", "--tee", "3", "p.py", "x y", "$HOME"]
    assert record.read_text().splitlines() == [*head.split(), *tail]


def test_a_launcher_that_is_not_beside_python_is_looked_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, record = pretend(place, "torchrun")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(sys, "executable", "/elsewhere/python")
    task = CallableTask(target="m:f", payload="...")
    plans = place.scheduler.plan([place.unit(task, launcher=TorchrunSettings())])
    monkeypatch.undo()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    (result,) = place.scheduler.submit(plans)
    assert isinstance(result, Accepted)
    place.wait(*result.handles)
    assert record.read_text().splitlines()[-6:-1] == [
        "3",
        "-m",
        "nemo_run.core.runners.fdl_runner",
        "-n",
        "job1",
    ]


def test_launchers_beside_python_are_taken(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = pretend(place, "ft_launcher")
    monkeypatch.setattr(sys, "executable", f"{folder}/python")
    assert observe_site().programs == {"python": f"{folder}/python", "ft_launcher": f"{folder}/ft_launcher"}


@pytest.mark.torch
def test_torchrun_starts_its_ranks(place: Place) -> None:
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        pytest.skip("torch is not installed")
    folders = [Path(sys.executable).parent, Path(spec.origin).parents[1] / "bin"]
    folder = next(folder for folder in folders if (folder / "torchrun").exists())
    show = "import os, sys; print('rank', os.environ['RANK'], *sys.argv[1:]); sys.exit(int(sys.argv[2]))"
    path = place.file("p.py", show)
    executor = LocalSettings(ntasks_per_node=2, env_vars={"PATH": f"{folder}:{os.environ['PATH']}"})
    for code, state in ((0, JobState.SUCCEEDED), (3, JobState.FAILED)):
        task = ScriptTask(path=path, args=("a b", str(code)), entrypoint="python")
        (handle,) = place.start(task, executor=executor, launcher=TorchrunSettings())
        assert place.wait(handle)[0].state is state
    success = place.read(place.begun[0]).decode()
    assert {"rank 0 a b 0", "rank 1 a b 0"} <= {line.split(":", 1)[-1] for line in success.splitlines()}
