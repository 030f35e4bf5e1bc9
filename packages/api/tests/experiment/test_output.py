"""What people and pipes see: logs, the status block, the last words."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nemo_run as run
from nemo_run.run.experiment import Experiment


def say(text: str = "true") -> run.Script:
    return run.Script(inline=text)


def memory(**more: Any) -> run.MemoryExecutor:
    return run.MemoryExecutor(**more)


def finished(*jobs: str, executor: Any = None, **arguments: Any) -> Experiment:
    with Experiment("t", executor=executor or memory(log="line 1\nline 22\nother\n"), **arguments) as exp:
        for job in jobs:
            exp.add(say(), name=job)
        exp.run()
    return exp


def test_every_line_of_short_tasks_is_shown(capsys: Any) -> None:
    with Experiment("t", executor=run.LocalExecutor(), skip_status_at_exit=True) as exp:
        for number in range(100):
            exp.add(say(f"echo line of {number}"), name=f"j{number}", tail_logs=True)
        exp.run()
    shown = re.findall(r"^j(\d+)/0 line of (\d+)$", capsys.readouterr().out, re.MULTILINE)
    assert sorted(shown, key=lambda pair: int(pair[0])) == [(str(n), str(n)) for n in range(100)]


def test_many_jobs_are_shown_while_they_run(
    tmp_path: Path, until: Callable[..., run.Script], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Watcher(io.StringIO):
        def write(self, text: str) -> int:
            count = super().write(text)
            if len(re.findall(r"/0 begin", self.getvalue())) == 12:
                (tmp_path / "go").touch()
            return count

    screen = Watcher()
    monkeypatch.setattr(sys, "stdout", screen)
    with Experiment("t", executor=run.LocalExecutor()) as exp:
        for number in range(12):
            script = until(str(tmp_path / "go"), before="echo begin", after=f"[ -e {tmp_path}/go ]")
            exp.add(script, name=f"j{number}")
        exp.run(tail_logs=True)
    monkeypatch.undo()
    assert {str(job.state) for job in exp.jobs} == {"SUCCEEDED"}


def test_streams_are_joined_in_order_of_arrival() -> None:
    with Experiment("t", executor=run.LocalExecutor()) as exp:
        log = f"{exp._exp_dir}/a/nemo_run/*/a/0/combined.log"
        see = f"see() {{ for _ in $(seq 3000); do grep -q $1 {log} && break; sleep 0.01; done; }}"
        exp.add(say(f"{see}; echo a; see a; echo b >&2; see b; printf c; see c; echo d >&2"), name="a")
        exp.run()
    (found,) = Path(exp._exp_dir).glob("a/nemo_run/*/a/0/combined.log")
    assert found.read_text() == "a\nb\nc\nd\n"
    assert (found.parent / "stdout.log").read_text() == "a\nc"
    assert (found.parent / "stderr.log").read_text() == "b\nd\n"


@pytest.mark.parametrize(
    ("job", "prefix"), [("short", "short/0 "), ("a_very_long_task_name", "_task_name/0 ")]
)
def test_lines_begin_with_the_end_of_the_id(job: str, prefix: str, capsys: Any) -> None:
    exp = finished(job)
    capsys.readouterr()
    exp.logs(job)
    shown = capsys.readouterr()
    assert [line for line in shown.err.splitlines() if line.startswith(prefix)] == [
        f"{prefix}line 1",
        f"{prefix}line 22",
        f"{prefix}other",
    ]
    assert "line 1" not in shown.out


def test_groups_have_a_prefix_for_each_member(capsys: Any) -> None:
    with Experiment("t", executor=memory(log="x\ry\n")) as exp:
        exp.add([say(), say()], name="g", tail_logs=True)
        exp.run()
    assert set(re.findall(r"g-[01]/0 ", capsys.readouterr().out)) == {"g-0/0 ", "g-1/0 "}
    exp.logs("g")
    assert set(re.findall(r"g-[01]/0 x", capsys.readouterr().err)) == {"g-0/0 x", "g-1/0 x"}


def test_lines_can_be_chosen(capsys: Any) -> None:
    exp = finished("a")
    capsys.readouterr()
    exp.logs("a", regex="ine 1+$")
    assert capsys.readouterr().err == "a/0 line 1\n"


def test_a_pattern_that_is_none_is_a_message(capsys: Any) -> None:
    exp = finished("a")
    capsys.readouterr()
    assert exp.logs("a", regex="(") is None
    shown = capsys.readouterr().err
    assert "Traceback" not in shown
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize("saved", [True, False])
def test_unknown_jobs_are_a_line(saved: bool, capsys: Any) -> None:
    exp = finished("a")
    exp = Experiment.from_id(exp._id) if saved else exp
    capsys.readouterr()
    assert exp.logs("nope") is None
    assert exp.cancel("nope") is None
    shown = capsys.readouterr()
    assert [len(text.splitlines()) for text in (shown.err, shown.out)] == [1, 1]
    assert "'a'" in shown.err


def test_logs_before_the_run_are_a_message(capsys: Any) -> None:
    with Experiment("t", executor=memory()) as exp:
        exp.add(say(), name="a")
        assert exp.logs("a") is None
    assert "not launched" in capsys.readouterr().err


def test_logs_may_be_asked_by_handle(capsys: Any) -> None:
    exp = finished("a")
    capsys.readouterr()
    exp.logs(exp.jobs[0].handle)
    assert "a/0 other" in capsys.readouterr().err


def test_logs_of_a_running_job_are_what_there_is(
    tmp_path: Path, until: Callable[..., run.Script], eventually: Callable[..., Any], capsys: Any
) -> None:
    with Experiment("t", executor=run.LocalExecutor()) as exp:
        exp.add(until(str(tmp_path / "go"), before="echo begin", after="echo end"), name="a")
        exp.run(detach=True)

    def begun() -> bool:
        exp.logs("a")
        return "a/0 begin\n" in capsys.readouterr().err

    eventually(begun)
    (tmp_path / "go").touch()
    exp.logs("a", follow=True)
    assert capsys.readouterr().err == "a/0 begin\na/0 end\n"
    assert str(exp.wait()["a"]) == "SUCCEEDED"


def test_pipes_get_no_colours(capsys: Any) -> None:
    exp = finished("a")
    exp.logs("a")
    exp.status()
    shown = capsys.readouterr()
    assert "\x1b" not in shown.out + shown.err


def test_the_status_block(capsys: Any) -> None:
    with Experiment("t", executor=memory()) as exp:
        exp.add(say(), name="b")
        exp.add(say(), name="a")
        exp.run()
    capsys.readouterr()
    assert exp.status() is None
    lines = capsys.readouterr().out.splitlines()
    app = exp.jobs[0].handle.rpartition("/")[2]
    assert lines[1] == f"Experiment Status for {exp._id}"
    assert lines[3:8] == [
        "Task 0: b",
        "- Status: SUCCEEDED",
        "- Executor: MemoryExecutor",
        f"- Job id: {app}",
        f"- Local Directory: {exp._exp_dir}/b",
    ]
    assert "Task 1: a" in lines


class TestStatusAsData:
    def test_its_shape_and_order(self, capsys: Any) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="z", executor=memory(duration=0.05))
            exp.add([say(), say()], name="g")
            exp.add(say(), name="a")
            exp.run()
        capsys.readouterr()
        found = exp.status(return_dict=True)
        assert capsys.readouterr().out == ""
        assert found is not None
        assert list(found) == ["z", "g", "a"]
        for job in exp.jobs:
            row = found[job.id]
            assert {
                "name": job.id,
                "status": run.JobState.SUCCEEDED,
                "executor": "MemoryExecutor",
                "job_id": job.handle.rpartition("/")[2],
                "handle": job.handle,
                "local_dir": job.executor.job_dir,
            }.items() <= row.items()
        assert str(found["a"]["status"]) == f"{found['a']['status']}" == "SUCCEEDED"

    def test_before_the_launch(self, capsys: Any) -> None:
        with Experiment("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            before = exp.status(return_dict=True)
            exp.dryrun(log=False)
            after = exp.status(return_dict=True)
        assert before == after
        assert after is not None
        assert (after["a"]["job_id"], after["a"]["handle"]) == ("", "")
        assert after["a"]["status"] == run.JobState.UNSUBMITTED

    def test_from_another_thread(self, capsys: Any) -> None:
        exp, found = finished("a"), []
        thread = threading.Thread(target=lambda: found.append(exp.status(return_dict=True)))
        thread.start()
        thread.join()
        assert str(found[0]["a"]["status"]) == "SUCCEEDED"

    def test_from_another_thread_while_it_runs(self, capsys: Any) -> None:
        found: list[Any] = []
        with Experiment("t", executor=memory(auto=False)) as exp:
            exp.add(say(), name="a")
            exp.run()
            thread = threading.Thread(target=lambda: found.append(exp.status(return_dict=True)))
            thread.start()
            thread.join()
            exp.cancel("a")
        assert str(found[0]["a"]["status"]) == "RUNNING"


class TestLastWords:
    def test_ids_are_whole(self, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        exp = finished(*(f"job_number_{n}" for n in range(20)))
        out = capsys.readouterr().out
        assert f'run.Experiment.from_id("{exp._id}")' in out
        assert str([f"job_number_{n}" for n in range(20)]) in out
        assert f"experiment logs {exp._id} 0" in out
        assert f"experiment cancel {exp._id} 0" in out

    def test_they_can_be_left_out(self, capsys: Any) -> None:
        finished("a", "b", enable_goodbye_message=False, skip_status_at_exit=True)
        out = capsys.readouterr().out
        assert "from_id" not in out
        assert "Experiment Status" not in out

    def test_a_subclass_says_them_differently(self, capsys: Any) -> None:
        class Polite(Experiment):
            GOODBYE_MESSAGE_PYTHON = "see {exp_id} with {tasks}"
            GOODBYE_MESSAGE_BASH = ""

        with Polite("t", executor=memory()) as exp:
            exp.add(say(), name="a")
            exp.run()
        assert capsys.readouterr().out.splitlines()[-1] == f"see {exp._id} with ['a']"


class TestCleanMode:
    def test_only_tasks_are_heard(self, capsys: Any) -> None:
        with Experiment("t", executor=memory(log="mine\n"), clean_mode=True) as exp:
            exp.add(say(), name="a")
            exp.run(tail_logs=True)
        exp.status()
        exp.cancel("nope")
        shown = capsys.readouterr()
        assert (shown.out, shown.err) == ("a/0 mine\n", "")

    def test_problems_with_logs_are_told(self, capsys: Any) -> None:
        exp = finished("a", clean_mode=True)
        exp.logs("nope")
        assert "nope" in capsys.readouterr().err


def test_titles_are_text_and_not_markup(capsys: Any) -> None:
    with Experiment("[bold red]t[/]".replace("/", ""), executor=memory()) as exp:
        exp.add(say(), name="[b]a")
        exp.run()
    exp.status()
    out = capsys.readouterr().out
    assert "Entering Experiment [bold red]t[] with id:" in out
    assert "Task 0: [b]a" in out


def test_output_goes_to_the_stream_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", first)
    exp = Experiment("t", executor=memory(log="mine\n"))
    monkeypatch.setattr(sys, "stdout", second)
    with exp:
        exp.add(say(), name="a")
        exp.run(tail_logs=True)
    monkeypatch.undo()
    assert first.getvalue() == ""
    assert "a/0 mine" in second.getvalue()


class TestForgottenRuns:
    NOTICE = "added and not launched: call run()"

    @pytest.mark.parametrize(("count", "text"), [(1, "1 job was added"), (2, "2 jobs were added")])
    def test_they_are_told(self, capsys: Any, count: int, text: str) -> None:
        with Experiment("t", executor=run.MemoryExecutor()) as exp:
            for _ in range(count):
                exp.add(run.Script(inline="true"))
        out = "".join(capsys.readouterr())
        assert text in out
        assert self.NOTICE in out

    @pytest.mark.parametrize("how", ["run", "dryrun", "caught", "empty", "saved"])
    def test_not_where_somebody_asked(self, capsys: Any, how: str) -> None:
        with Experiment("t", executor=run.MemoryExecutor()) as exp:
            if how != "empty":
                exp.add(run.Script(inline="exit 3"))
            if how in ("run", "saved"):
                exp.run()
            elif how == "dryrun":
                exp.dryrun()
            elif how == "caught":
                with contextlib.suppress(Exception):
                    exp.run(direct=True)
        if how == "saved":
            with Experiment.from_id(exp.id):
                pass
        assert self.NOTICE not in "".join(capsys.readouterr())

    def test_not_behind_an_error(self, capsys: Any) -> None:
        def fail() -> None:
            with Experiment("t", executor=run.MemoryExecutor()) as exp:
                exp.add(run.Script(inline="true"))
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert self.NOTICE not in "".join(capsys.readouterr())
