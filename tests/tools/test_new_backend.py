"""A new backend passes every check from its first minute; only its contract is still to be kept."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.new_backend import class_prefix, create, with_entry_point

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
FOLDER = "packages/adapters/src/nemo_run_adapters/my_cluster"
CONTRACT = "tests/contract/test_my_cluster.py"
ROOMS = ["__init__.py", "parse.py", "plugin.py", "request.py", "scheduler.py", "settings.py"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a new backend in it."""
    root = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__", "tests")
    shutil.copytree(ROOT / "packages", root / "packages", ignore=ignored)
    shutil.copytree(ROOT / "tools", root / "tools", ignore=ignored)
    shutil.copytree(ROOT / "tests/contract", root / "tests/contract", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / ".venv").symlink_to(sys.prefix)
    create(root, "my_cluster", "My Cluster")
    return root


def run(tree: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    search = [tree, *tree.glob("packages/*/src")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, search))}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=120)


def test_it_has_the_rooms_every_backend_has(tree: Path) -> None:
    assert sorted(path.name for path in (tree / FOLDER).glob("*.py")) == ROOMS
    assert (tree / CONTRACT).exists()


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", FOLDER, CONTRACT),
        ("ruff", "format", "--check", FOLDER, CONTRACT),
        ("basedpyright", FOLDER),
    ],
    ids=["lint", "format", "types"],
)
def test_it_passes_the_checks(tree: Path, command: tuple[str, ...]) -> None:
    result = run(tree, PROGRAMS / command[0], *command[1:])
    assert result.returncode == 0, result.stdout + result.stderr


def test_it_breaks_no_import_contract(tree: Path) -> None:
    assert "my_cluster" not in run(tree, PROGRAMS / "lint-imports", "--no-logo", "--no-cache").stdout


def test_its_contract_says_what_is_left_to_do(tree: Path) -> None:
    result = run(
        tree, sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", CONTRACT, "-k", "plan"
    )
    assert "send all plans with as few calls as possible" in result.stdout
    assert "1 failed" in result.stdout


def test_its_descriptor_serves_its_settings_and_connects(tree: Path) -> None:
    code = """
from nemo_run_adapters.my_cluster.plugin import backend
from nemo_run_adapters.my_cluster.settings import MyClusterSettings
from nemo_run_application.backends import BackendRegistry, ConnectContext
settings = MyClusterSettings()
assert BackendRegistry(lambda: [backend]).for_executor(settings) is backend
backend.connect(ConnectContext(home="/nowhere"), settings).scheduler.close()
from nemo_run_adapters.my_cluster.parse import parse_states
print(backend.name, *parse_states("7 running\\n8 paused\\n").items())
"""
    result = run(tree, sys.executable, "-c", code)
    assert result.stdout == "my_cluster ('7', RUNNING (3)) ('8', UNKNOWN (7))\n", result.stderr


def test_it_is_declared_among_the_others(tree: Path) -> None:
    manifest = (tree / "packages/adapters/pyproject.toml").read_text()
    group = (
        manifest.partition('[project.entry-points."nemo_run.backends"]\n')[2]
        .partition("\n\n")[0]
        .splitlines()
    )
    assert 'my_cluster = "nemo_run_adapters.my_cluster.plugin:backend"' in group
    assert group == sorted(group)
    assert len(group) >= 3


@pytest.mark.parametrize("name", ["my_cluster", "My", "2nd", "my-cluster", "class"])
def test_a_name_that_cannot_be_used_changes_nothing(tree: Path, name: str) -> None:
    before = sorted(tree.rglob("*"))
    with pytest.raises(SystemExit, match=name):
        create(tree, name, name)
    assert sorted(tree.rglob("*")) == before


def test_a_manifest_without_the_group_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"nemo_run\.backends"):
        with_entry_point("[project]\n", "x")


def test_class_names_follow_the_folder() -> None:
    assert class_prefix("my_cluster") == "MyCluster"
