"""What is started on this machine for each kind of task and launcher."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nemo_run as run
from nemo_run.core.execution.launcher import Launcher
from nemo_run.run.experiment import Experiment


def called(task: Any, **executor: Any) -> list[str]:
    """Run a task whose program tells what it was called with; returns program, words, environment."""
    with Experiment("x", executor=run.LocalExecutor(**executor)) as exp:
        exp.add(task, name="t")
        exp.run()
    (log,) = Path(exp._exp_dir).glob("t/nemo_run/*/t/0/combined.log")
    lines = log.read_text().splitlines()
    assert str(exp.jobs[0].state) == "SUCCEEDED", lines
    return [line.replace(exp._exp_dir, "EXP") for line in lines]


def words(task: Any, **executor: Any) -> list[str]:
    lines = called(task, **executor)
    return [line.partition(" ")[2] for line in lines if line.startswith(("program", "word"))]


def torchrun(meet: str, run_id: str, nodes: int, procs: int, rank: str, backend: str = "c10d") -> list[str]:
    return [
        *("--rdzv-backend", backend, "--rdzv-endpoint", meet, "--rdzv-id", run_id),
        *("--nnodes", str(nodes), "--nproc-per-node", str(procs), "--node-rank", rank, "--tee", "3"),
    ]


def test_a_function(stubs: Callable[..., None]) -> None:
    stubs("torchrun")
    found = words(run.Partial(json.dumps, obj="x"), launcher="torchrun")
    assert found[-5:] == [
        "-m",
        "nemo_run.core.runners.fdl_runner",
        "-n",
        "t",
        "EXP/t/configs/t_fn_or_script",
    ]


def test_a_function_is_started_by_its_runner(capsys: Any) -> None:
    run.run(run.Partial(json.dumps, obj="x"), executor=run.LocalExecutor(), name="t", dryrun=True)
    assert "-m nemo_run.core.runners.fdl_runner -n t " in " ".join(capsys.readouterr().out.split())


def test_a_script_file(tmp_path: Path) -> None:
    (tmp_path / "s.sh").write_text('for word in "$0" "$@"; do echo "word $word"; done\n')
    assert words(run.Script("s.sh", args=["a b", "$HOME", "c\"d'"])) == ["s.sh", "a b", "$HOME", "c\"d'"]


def test_a_module(tmp_path: Path) -> None:
    (tmp_path / "mod.py").write_text("import sys\nfor word in sys.argv[1:]: print('word', word)\n")
    assert words(run.Script("mod", m=True, entrypoint="python", args=["x"])) == ["x"]


def test_an_inline_script() -> None:
    with Experiment("x", executor=run.LocalExecutor()) as exp:
        exp.add(run.Script(inline='echo "word $0"'), name="t")
        exp.run()
    path = Path(exp._exp_dir) / "t/scripts/t.sh"
    assert path.read_text() == '#!/usr/bin/bash\necho "word $0"'
    assert path.stat().st_mode & 0o700 == 0o700
    assert exp.results()["t"].log_tail == (f"word {path}",)


def test_an_inline_script_has_arguments() -> None:
    assert words(run.Script(inline='echo "word $1"', args=["a b"])) == ["a b"]


def test_an_inline_script_of_another_language() -> None:
    assert words(run.Script(inline="print('word', 1 + 1)", entrypoint="python")) == ["2"]


class TestTorchrun:
    def test_one_node(self, stubs: Callable[..., None]) -> None:
        stubs("torchrun")
        launcher = run.Torchrun(rdzv_backend="etcd-v2", rdzv_port=4001, rdzv_id=42)
        found = words(run.Script("train.sh", args=["--lr", "0.1"]), launcher=launcher, ntasks_per_node=4)
        meet = torchrun("localhost:0", "42", 1, 4, "0", "etcd-v2")
        assert found == ["torchrun", *meet, "--no-python", "train.sh", "--lr", "0.1"]

    def test_several_nodes(self, stubs: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
        stubs("torchrun")
        for name, value in {"MASTER_ADDR": "10.0.0.1", "MASTER_PORT": "1234", "SLURM_NODEID": "3"}.items():
            monkeypatch.setenv(name, value)
        script = run.Script("train.sh")
        both = [words(script, launcher="torchrun", nodes=4, ntasks_per_node=8) for _ in range(2)]
        run_id = both[0][6]
        meet = torchrun("10.0.0.1:1234", run_id, 4, 8, "3")
        assert both[0] == both[1] == ["torchrun", *meet, "--no-python", "train.sh"]
        monkeypatch.setenv("NODE_RANK", "5")
        found = words(script, launcher="torchrun", nodes=4, ntasks_per_node=8)
        assert found[found.index("--node-rank") + 1] == "5"

    def test_a_module_debugged(self, stubs: Callable[..., None]) -> None:
        stubs("torchrun")
        lines = called(
            run.Script("pkg.train", m=True, entrypoint="python"),
            launcher=run.Torchrun(rdzv_port=4001, rdzv_id=42),
            packager=run.Packager(debug=True),
            nodes=3,
        )
        meet = torchrun("$$${head_node_ip_var}:4001", "42", 3, 1, "$$${node_rank_var}")
        assert [line[5:] for line in lines if line.startswith("word")] == [*meet, "-m", "pkg.train"]
        assert {line for line in lines if line.startswith("env")} == {
            "env LOGLEVEL=INFO",
            "env CUDA_LAUNCH_BLOCKING=1",
            "env NCCL_DESYNC_DEBUG=1",
            "env TORCH_DISTRIBUTED_DEBUG=DETAIL",
            "env TORCH_SHOW_CPP_STACKTRACES=1",
        }

    @pytest.mark.parametrize("where", ["submitter", "executor"])
    def test_the_level_is_kept(
        self, stubs: Callable[..., None], monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        stubs("torchrun")
        if where == "submitter":
            monkeypatch.setenv("LOGLEVEL", "DEBUG")
        env = {"LOGLEVEL": "DEBUG"} if where == "executor" else {}
        assert "env LOGLEVEL=DEBUG" in called(run.Script("x.sh"), launcher="torchrun", env_vars=env)

    @pytest.mark.parametrize("python", ["python", "python3"])
    def test_words_arrive_as_they_are(self, stubs: Callable[..., None], python: str) -> None:
        stubs("torchrun")
        found = words(run.Script("p.py", args=["x y", "$HOME"], entrypoint=python), launcher="torchrun")
        assert found[-3:] == ["p.py", "x y", "$HOME"]
        assert "--no-python" not in found

    def test_meetings_are_different(self, stubs: Callable[..., None]) -> None:
        stubs("torchrun")
        ids = {words(run.Script("x.sh"), launcher="torchrun")[6] for _ in range(3)}
        assert len(ids) == 3


class TestFaultTolerance:
    def test_the_default(self, stubs: Callable[..., None]) -> None:
        stubs("ft_launcher")
        found = words(run.Script(inline="true"), launcher=run.FaultTolerance(rdzv_id=7))
        script = "EXP/t/scripts/t.sh"
        meet = torchrun("localhost:0", "7", 1, 1, "0")
        assert found == ["ft_launcher", "--ignore-missing-fault-tol-cfg", *meet, "--no-python", script]

    def test_options_are_in_order(self, stubs: Callable[..., None]) -> None:
        stubs("ft_launcher")
        launcher = run.FaultTolerance(
            log_level="WARNING",
            max_restarts=3,
            rank_heartbeat_timeout=450,
            workload_check_interval=1.5,
            rank_termination_signal="SIGTERM",
            initial_rank_heartbeat_timeout=600,
        )
        assert words(run.Script("x.sh"), launcher=launcher)[1:14] == [
            *("--ft-workload_check_interval", "1.5", "--ft-initial_rank_heartbeat_timeout", "600"),
            *("--ft-rank_heartbeat_timeout", "450", "--ft-rank_termination_signal", "SIGTERM"),
            *("--ft-log_level", "WARNING", "--max-restarts", "3", "--rdzv-backend"),
        ]

    def test_none_is_not_zero(self, stubs: Callable[..., None]) -> None:
        stubs("ft_launcher")
        found = words(run.Script("x.sh"), launcher=run.FaultTolerance(max_restarts=0))
        assert found[1:3] == ["--max-restarts", "0"]


def test_profiling_goes_around_everything(stubs: Callable[..., None]) -> None:
    stubs("nsys")
    found = words(run.Script("train.sh", args=["a b"]), launcher=Launcher(nsys_profile=True))
    assert found[:2] == ["nsys", "profile"]
    assert "EXP/t/nsys_profile/profile_%p" in found
    assert found[-3:] == ["bash", "train.sh", "a b"]


class TestEnvironment:
    def test_scripts_come_last(self) -> None:
        script = run.Script(inline='echo "word $A $B $C"', env={"B": "script"})
        assert words(script, env_vars={"A": "executor", "B": "executor"}) == ["executor script "]

    def test_values_are_not_touched(self) -> None:
        text = "a 'b' \"c\" $HOME `id` $$ ${app_id}"
        assert words(run.Script(inline='echo "word $A"'), env_vars={"A": text}) == [text]

    def test_the_rest_is_inherited(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FROM_OUTSIDE", "1")
        monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
        assert words(run.Script(inline='echo "word $FROM_OUTSIDE $PYTHONUNBUFFERED"')) == ["1 x"]

    def test_they_start_where_we_are(self, tmp_path: Path) -> None:
        assert words(run.Script(inline='echo "word $PWD"')) == [str(tmp_path)]
