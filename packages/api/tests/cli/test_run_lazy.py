"""Commands that do not import what they launch."""

import json
import os
import subprocess
import sys

import pytest

PLUGIN = """
import sys
from dataclasses import dataclass
import nemo_run as run

sys.stderr.write("imported\\n")

@dataclass
class Net:
    width: int = 8

@run.cli.factory
def wide(width: int = 64) -> run.Config[Net]:
    return run.Config(Net, width=width)

@run.cli.entrypoint(namespace="llm")
def train(net: Net, steps: int = 1):
    print("training", net.width, steps)
"""

EXECUTORS = """
import nemo_run as run

def here(procs: int = 1):
    return run.LocalExecutor(ntasks_per_node=procs)
"""

SCRIPT = """
import nemo_run as run

with run.lazy_imports():
    from llm_plugin import train

if __name__ == "__main__":
    run.cli.main(train)
    print("after")
"""


@pytest.fixture
def call(tmp_path, scripts):
    (tmp_path / "llm_plugin.py").write_text(PLUGIN)
    (tmp_path / "launch.py").write_text(SCRIPT)
    (tmp_path / "home").mkdir()
    (tmp_path / "home/executors.py").write_text(EXECUTORS)
    (tmp_path / "home/executors.py").chmod(0o600)
    folder = tmp_path / "llm_plugin-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: llm-plugin\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[nemo_run.cli]\nllm = llm_plugin\n")

    def run(*argv, **environ):
        return subprocess.run(
            [sys.executable, *argv],
            cwd=tmp_path,
            env=scripts.environ | environ,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )

    return run


@pytest.fixture
def nemorun(call):
    return lambda *words: call("-m", "nemo_run", *words)


@pytest.mark.parametrize(
    "words",
    [
        "--lazy llm train net=wide net.width=4 steps=2 --yes",
        "llm --lazy train --name x net=wide --yes net.width=4 steps=2 --tail-logs",
        "llm train net=wide net.width=4 run.skip_confirmation=1 steps=2 --lazy",
    ],
)
def test_without_an_executor_it_runs_in_this_process(nemorun, words):
    done = nemorun(*words.split())
    assert done.returncode == 0, done.stderr
    assert "training 4 2" in done.stdout
    assert done.stderr == "imported\n"


def test_the_application_says_nothing_to_the_environment(monkeypatch):
    from nemo_run.cli import create_cli

    monkeypatch.setattr(sys, "argv", ["nemorun", "--lazy", "llm", "train"])
    monkeypatch.delenv("LAZY_CLI", raising=False)
    create_cli()
    assert "LAZY_CLI" not in os.environ


def test_with_an_executor_it_is_imported_there_only(nemorun):
    done = nemorun("--lazy", "llm", "train", "net=wide", "--yes", "executor=here")
    assert done.returncode == 0, done.stderr
    assert "training 64 1" in done.stdout + done.stderr
    assert "\nimported\n" not in f"\n{done.stderr}"
    assert "llm train" in done.stdout


@pytest.mark.parametrize("option", ["yaml", "toml", "json"])
def test_exports_have_types_and_import_nothing(nemorun, tmp_path, option):
    path = tmp_path / "out.json"
    words = ["net=wide", "net.width=4", "steps*=2", "--name", "n", "--factory", "f"]
    done = nemorun("--lazy", "llm", "train", *words, f"--to-{option}", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Export complete. Skipping execution." in done.stdout
    assert json.loads(path.read_text()) == {
        "_target_": "llm train",
        "_factory_": "f",
        "net": {"_factory_": "wide", "width": 4},
        "steps*=": 2,
    }


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        ("--lazy", 2, "--lazy needs a command"),
        ("--lazy --yes", 2, "--lazy needs a command"),
        ("--lazy experiment list x", 1, "Lazy CLI does not support devspace and experiment commands."),
        ("--lazy llm train --dryrun", 1, "Dry run is not supported for lazy execution"),
        ("--lazy llm train run.dryrun=true", 1, "Dry run is not supported for lazy execution"),
        ("--lazy llm train --repl", 1, "Interactive mode is not supported for lazy execution"),
        ("--lazy llm train --direct", 1, "Direct execution is not supported for lazy execution"),
        ("--lazy llm train --steps=5", 2, "did you mean steps=5"),
        ("--lazy llm train net=wide executor=here", 1, "--yes"),
        ("--lazy llm train net=wide run.executor=nosuch --yes", 1, "Executor nosuch not found"),
        (
            "--lazy llm train net=wide run.executor=nosuch --yes",
            1,
            "(llm) are not loaded in scripts and with --lazy",
        ),
        (
            "--lazy llm train net=wide run.plugins=nosuch --yes",
            1,
            "(llm) are not loaded in scripts and with --lazy",
        ),
        ("llm train net=wide run.executor=nosuch --yes", 1, "There are here\n"),
        ("--lazy llm nosuch net=wide --yes", 2, "nosuch"),
        ("--lazy llm train --yes", 1, "no value for net"),
    ],
)
def test_errors(nemorun, words, code, text):
    done = nemorun(*words.split())
    assert done.returncode == code, done
    assert text in done.stderr
    assert done.stderr.count("Error:") == 1
    assert "Traceback" not in done.stderr


def test_scripts_with_lazy_imports(call):
    done = call("launch.py", "net=wide", "steps=3", "--yes")
    assert done.returncode == 0, done.stderr
    assert "Launching launch..." in done.stdout
    assert "training 64 3" in done.stdout
    assert done.stdout.endswith("after\n")


@pytest.mark.parametrize("name", ["it's (mine).py", "a=b.py", "$x;.py", "-x.py"])
def test_scripts_whose_name_means_something_to_a_shell(call, tmp_path, name):
    (tmp_path / name).write_text(SCRIPT)
    done = call(f"./{name}", "net=wide", "steps=3", "--yes")
    assert done.returncode == 0, done.stderr
    assert "training 64 3" in done.stdout


@pytest.mark.parametrize("name", ["launch.py", "my launch(1).py"])
def test_a_script_with_lazy_imports_runs_elsewhere(call, tmp_path, name):
    (tmp_path / name).write_text(SCRIPT)
    done = call(name, "net=wide", "steps=3", "--yes", "--executor", "here")
    assert done.returncode == 0, done.stderr
    assert "training 64 3" in done.stdout + done.stderr
    assert "\nimported\n" not in f"\n{done.stderr}"
