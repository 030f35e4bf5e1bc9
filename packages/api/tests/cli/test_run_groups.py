"""The commands of ``nemorun``: its own, those of plug-in packages, those of this process."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

import nemo_run as run
from nemo_run._registry import entrypoints

PLUGIN = """
import sys
sys.stderr.write("imported\\n")
import nemo_run as run

@run.cli.entrypoint(namespace="llm")
def train(steps: int = 1):
    print("training", steps)

@run.cli.entrypoint(namespace="llm.data", enable_executor=False)
def fetch(count: int = 1):
    print("fetching", count)
"""


@pytest.fixture
def nemorun(tmp_path, scripts):
    """Run ``nemorun`` where two plug-in packages are installed, one of which is broken."""
    for name, text in {"llm": PLUGIN, "broken": "import does_not_exist"}.items():
        (tmp_path / f"{name}_plugin.py").write_text(text)
        folder = tmp_path / f"{name}_plugin-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(f"[nemo_run.cli]\n{name} = {name}_plugin\n")

    def call(*words):
        return subprocess.run(
            [sys.executable, "-m", "nemo_run", *words],
            cwd=tmp_path,
            env=scripts.environ,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )

    return call


def test_plug_ins_are_listed_without_being_imported(nemorun):
    done = nemorun("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "[Module] llm" in done.stdout
    assert "[Module] broken" in done.stdout
    assert "[Module] Manage Experiments" in done.stdout


def test_the_commands_of_a_plug_in(nemorun):
    done = nemorun("llm", "train", "steps=3", "--yes")
    assert done.returncode == 0, done.stderr
    assert "training 3" in done.stdout
    assert done.stderr == "imported\n"
    assert nemorun("llm", "data", "fetch", "4").stdout == "fetching 4\n"
    assert "train" in nemorun("llm", "--help").stdout


def test_a_plug_in_that_cannot_be_imported_is_told_about_where_it_is_used(nemorun):
    done = nemorun("broken", "train")
    assert done.returncode == 1
    assert "Error: Couldn't load entrypoint broken: ModuleNotFoundError: No module" in done.stderr
    assert nemorun("broken", "--help").returncode == 1
    assert "broken" not in nemorun("llm", "train", "--yes").stderr


def test_no_command_of_a_plug_in_whose_import_failed_half_way_runs(nemorun, tmp_path):
    (tmp_path / "broken_plugin.py").write_text(PLUGIN.replace("llm", "broken") + "\n1 / 0\n")
    done = nemorun("broken", "train", "steps=3", "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Couldn't load entrypoint broken: ZeroDivisionError: division by zero" in done.stderr


def test_a_plug_in_cannot_take_the_place_of_a_command(nemorun, tmp_path):
    path = tmp_path / "llm_plugin-1.0.dist-info" / "entry_points.txt"
    path.write_text("[nemo_run.cli]\nexperiment = llm_plugin\n")
    done = nemorun("--help")
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1)
    assert "The plug-in 'experiment' is left out" in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("llm", "nosuch"), 2),
        (("nosuch",), 2),
        (("-v",), 2),
        (("llm", "train", "bogus=1", "--yes"), 1),
        (("llm", "train"), 1),
        (("llm", "train", "--dryrun"), 0),
        (("llm", "data", "fetch", "count=x"), 1),
    ],
)
def test_exit_codes(nemorun, words, code):
    done = nemorun(*words)
    assert done.returncode == code, done
    errors = [line for line in done.stderr.splitlines() if line.startswith("Error:")]
    assert len(errors) == (code != 0)


@pytest.fixture
def registered():
    before = dict(entrypoints._table)

    @run.cli.entrypoint(namespace="some.where")
    def walk(steps: int = 1):
        sys.stdout.write(f"walked {steps}\n")

    yield walk
    entrypoints._table.clear()
    entrypoints._table.update(before)


@pytest.mark.parametrize("nested", [True, False])
def test_entry_points_of_this_process_are_reached_by_their_namespace(registered, nested):
    app = run.cli.create_cli(nested_entrypoints_creation=nested)
    done = CliRunner().invoke(app, ["some", "where", "walk", "steps=2", "--yes"])
    assert (done.exit_code, "walked 2" in done.output) == (0, True), done.output
    assert "some" in CliRunner().invoke(app, ["--help"]).output


def test_entry_points_may_come_later():
    app = run.cli.create_cli()
    before = dict(entrypoints._table)
    run.cli.entrypoint(namespace="later")(_fly)
    try:
        assert "flew" in CliRunner().invoke(app, ["later", "_fly", "--yes"]).output
    finally:
        entrypoints._table.clear()
        entrypoints._table.update(before)


def _fly():
    sys.stdout.write("flew\n")


def test_options_before_the_command(registered):
    app = run.cli.create_cli(add_verbose_callback=True)
    done = CliRunner().invoke(app, ["-v", "some", "where", "walk", "--yes"])
    assert "Configuring global options" in done.output
    done = CliRunner().invoke(app, ["-v", "some", "where", "walk", "--no-verbose", "--yes"])
    assert "Configuring global options" not in done.output
