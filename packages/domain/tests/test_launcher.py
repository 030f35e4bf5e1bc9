"""Launchers: the words that start a program, and what they add to its environment."""

from __future__ import annotations

import shlex

import pytest

from nemo_run_domain.command import Command
from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.launcher import (
    DEBUG_ENV,
    FaultToleranceSettings,
    LauncherSettings,
    Program,
    Rendezvous,
    TorchLauncher,
    TorchrunSettings,
    launched,
    rendezvous_for,
    with_launcher_env,
)
from nemo_run_domain.topology import Topology

ONE = Topology()


def torch_words(program: Program, launcher: TorchLauncher, topology: Topology, run_id: str = "1") -> str:
    meet = rendezvous_for(launcher, topology, run_id)
    return shlex.join(launched(program, launcher, topology, meet, "/job"))


def test_torchrun_of_a_shell_script() -> None:
    launcher = TorchrunSettings(rdzv_backend="etcd-v2", rdzv_port=4001, rdzv_id=42)
    program = Program(interpreter="bash", path="train.sh", args=("--lr", "0.1"))
    assert torch_words(program, launcher, Topology(procs_per_node=4)) == (
        "torchrun --rdzv-backend etcd-v2 --rdzv-endpoint localhost:0 --rdzv-id 42 --nnodes 1 "
        "--nproc-per-node 4 --node-rank 0 --tee 3 --no-python train.sh --lr 0.1"
    )


def test_torchrun_of_a_module_on_several_nodes() -> None:
    launcher = TorchrunSettings(rdzv_backend="etcd-v2", rdzv_port=4001, rdzv_id=42)
    program = Program(interpreter="python", path="pkg.train", module=True)
    assert torch_words(program, launcher, Topology(nodes=3)) == (
        "torchrun --rdzv-backend etcd-v2 --rdzv-endpoint '$$${head_node_ip_var}:4001' --rdzv-id 42 "
        "--nnodes 3 --nproc-per-node 1 --node-rank '$$${node_rank_var}' --tee 3 -m pkg.train"
    )


@pytest.mark.parametrize("node_rank", ["3", "5"])
def test_a_backend_may_choose_where_agents_meet(node_rank: str) -> None:
    meet = Rendezvous(endpoint="10.0.0.1:1234", node_rank=node_rank, run_id="7")
    program = Program(interpreter="python", path="p.py")
    words = launched(program, TorchrunSettings(), Topology(nodes=4, procs_per_node=8), meet, "/job")
    text = shlex.join(words)
    assert "--rdzv-endpoint 10.0.0.1:1234 --rdzv-id 7 --nnodes 4 --nproc-per-node 8" in text
    assert f"--node-rank {node_rank} " in text


def test_the_run_id_is_the_same_on_all_nodes_unless_chosen() -> None:
    assert rendezvous_for(TorchrunSettings(), Topology(nodes=2), "77").run_id == "77"
    assert rendezvous_for(TorchrunSettings(rdzv_id=0), ONE, "77").run_id == "0"


def test_arguments_arrive_as_they_are() -> None:
    program = Program(interpreter="python", path="p.py", args=("x y", "$HOME"))
    meet = rendezvous_for(TorchrunSettings(), ONE, "1")
    assert launched(program, TorchrunSettings(), ONE, meet, "/job")[-3:] == ("p.py", "x y", "$HOME")


@pytest.mark.parametrize("interpreter", ["python", "python3", "python3.12", "/usr/bin/python3"])
def test_every_python_is_a_python(interpreter: str) -> None:
    assert "--no-python" not in torch_words(
        Program(interpreter=interpreter, path="p.py"), TorchrunSettings(), ONE
    )


@pytest.mark.parametrize("interpreter", ["bash", "/opt/python/bin/perl", "ipython"])
def test_other_programs_are_no_python(interpreter: str) -> None:
    assert "--no-python" in torch_words(Program(interpreter=interpreter, path="p"), TorchrunSettings(), ONE)


def test_fault_tolerance_without_settings() -> None:
    program = Program(interpreter="bash", path="/job/scripts/t.sh")
    assert torch_words(program, FaultToleranceSettings(rdzv_id=7), ONE) == (
        "ft_launcher --ignore-missing-fault-tol-cfg --rdzv-backend c10d --rdzv-endpoint localhost:0 "
        "--rdzv-id 7 --nnodes 1 --nproc-per-node 1 --node-rank 0 --tee 3 --no-python /job/scripts/t.sh"
    )


def test_fault_tolerance_settings_stand_in_a_fixed_order() -> None:
    launcher = FaultToleranceSettings(
        log_level="WARNING",
        max_restarts=3,
        rank_heartbeat_timeout=450,
        workload_check_interval=1.5,
        rank_termination_signal="SIGTERM",
        initial_rank_heartbeat_timeout=600,
    )
    assert torch_words(Program(interpreter="bash", path="x"), launcher, ONE).startswith(
        "ft_launcher --ft-workload_check_interval 1.5 --ft-initial_rank_heartbeat_timeout 600 "
        "--ft-rank_heartbeat_timeout 450 --ft-rank_termination_signal SIGTERM --ft-log_level WARNING "
        "--max-restarts 3 --rdzv-backend c10d"
    )


def test_zero_restarts_are_a_setting() -> None:
    text = torch_words(Program(interpreter="bash", path="x"), FaultToleranceSettings(max_restarts=0), ONE)
    assert text.startswith("ft_launcher --max-restarts 0 --rdzv-backend")


def test_without_a_launcher_the_program_stands_alone() -> None:
    module = Program(interpreter="python", path="pkg.mod", args=("x",), module=True)
    script = Program(interpreter="bash", path="s.sh", args=("a b",))
    assert launched(module, LauncherSettings(), ONE, None, "/job") == ("python", "-m", "pkg.mod", "x")
    assert launched(script, LauncherSettings(), ONE, None, "/job") == ("bash", "s.sh", "a b")


def test_nsys_stands_in_front_of_everything() -> None:
    program = Program(interpreter="python", path="x.py")
    prefix = (
        "nsys profile -s none -t nvtx,cuda -o /nemo_run/nsys_profile/profile_%p --force-overwrite=true "
        "--capture-range=cudaProfilerApi --capture-range-end=stop --cuda-graph-trace=node "
        "--cuda-event-trace=false"
    )
    alone = launched(program, LauncherSettings(nsys_profile=True), ONE, None, "/nemo_run")
    assert " ".join(alone) == f"{prefix} python x.py"
    launcher = TorchrunSettings(nsys_profile=True)
    meet = rendezvous_for(launcher, ONE, "1")
    assert " ".join(launched(program, launcher, ONE, meet, "/nemo_run")).startswith(
        f"{prefix} torchrun --rdzv"
    )


@pytest.mark.parametrize("launcher", [TorchrunSettings(), FaultToleranceSettings()])
def test_torch_launchers_need_a_meeting_point(launcher: LauncherSettings) -> None:
    with pytest.raises(InvalidConfigError, match=type(launcher).__name__):
        launched(Program(interpreter="python", path="x"), launcher, ONE, None, "/job")


COMMAND = Command(argv=("x",), env={"A": "1", "NCCL_DESYNC_DEBUG": "0"})


def test_torch_launchers_get_a_log_level() -> None:
    env = with_launcher_env(COMMAND, TorchrunSettings(), log_level="INFO", debug=False).env
    assert env == {**COMMAND.env, "LOGLEVEL": "INFO"}


def test_the_log_level_of_the_user_stays() -> None:
    command = COMMAND.with_env({"LOGLEVEL": "DEBUG"})
    assert with_launcher_env(command, FaultToleranceSettings(), log_level="INFO", debug=False) == command


def test_debugging_overrides_what_the_user_set() -> None:
    env = with_launcher_env(COMMAND, FaultToleranceSettings(), log_level="INFO", debug=True).env
    assert env == {"A": "1", "LOGLEVEL": "INFO", **DEBUG_ENV}


def test_other_launchers_change_no_environment() -> None:
    assert with_launcher_env(COMMAND, LauncherSettings(), log_level="INFO", debug=True) is COMMAND


@pytest.mark.parametrize(
    ("interpreter", "words", "is_python"),
    [
        ("python -u", ("python", "-u"), True),
        ("/opt/py/bin/python3 -X dev", ("/opt/py/bin/python3", "-X", "dev"), True),
        ("env 'A=b c' bash", ("env", "A=b c", "bash"), False),
    ],
)
def test_an_interpreter_may_have_options(interpreter: str, words: tuple[str, ...], is_python: bool) -> None:
    program = Program(interpreter=interpreter, path="run.py", args=("x y",))
    assert program.argv == (*words, "run.py", "x y")
    assert program.is_python is is_python
