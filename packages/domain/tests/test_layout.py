"""Names of files and folders."""

from __future__ import annotations

from nemo_run_domain import layout


def test_experiments_stand_below_their_title() -> None:
    assert layout.experiment_dir("/home/me/.nemo_run", "sweep", "sweep_1") == (
        "/home/me/.nemo_run/experiments/sweep/sweep_1"
    )


def test_files_of_a_task_are_named_after_it() -> None:
    assert layout.payload_path("t") == "configs/t_fn_or_script"
    assert layout.side_path("t", "executor.yaml") == "configs/t_executor.yaml"
    assert layout.script_path("t") == "scripts/t.sh"
    assert layout.direct_log("t") == "log_t_direct_run.out"
    assert layout.app_dir("/job", "t-x1") == "/job/nemo_run/t-x1"
