"""Each import contract catches what it is there for: plant a violation in a copy, see it named."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "nemo_run_domain": "domain",
    "nemo_run_application": "application",
    "nemo_run_adapters": "adapters",
    "nemo_run": "api",
}
LAYERS = "Packages point one way"
BACKENDS = "Backends do not know each other"
PURE = "Domain and application import no SDK and do no IO"
PURE_DOMAIN = "Domain asks the operating system nothing"
COMPOSITION = "Only nemo_run._bootstrap names concrete adapters"
SETTINGS = "Settings and plugins import no SDK"
CYCLES = "No module imports itself"
FOLDERS = "No cycles between folders"

VIOLATIONS = [
    pytest.param(
        LAYERS, {"nemo_run_domain.planted": "import nemo_run_application"}, id="domain-knows-the-application"
    ),
    pytest.param(LAYERS, {"nemo_run_adapters.planted": "import nemo_run"}, id="adapters-know-the-facade"),
    pytest.param(
        BACKENDS,
        {
            "nemo_run_adapters.planted_a.plugin": "",
            "nemo_run_adapters.planted_a.scheduler": "from nemo_run_adapters.planted_b import plugin",
            "nemo_run_adapters.planted_b.plugin": "",
        },
        id="one-backend-imports-another",
    ),
    pytest.param(
        BACKENDS,
        {
            "nemo_run_adapters.planted_a.plugin": "from nemo_run_adapters import planted_shared",
            "nemo_run_adapters.planted_b.plugin": "",
            "nemo_run_adapters.planted_shared": "from nemo_run_adapters.planted_b import plugin",
        },
        id="one-backend-imports-another-through-a-third-module",
    ),
    pytest.param(PURE, {"nemo_run_domain.planted": "import subprocess"}, id="domain-starts-processes"),
    pytest.param(
        PURE,
        {"nemo_run_application.planted": "def later() -> None:\n    import fiddle"},
        id="application-imports-an-sdk-inside-a-function",
    ),
    pytest.param(PURE_DOMAIN, {"nemo_run_domain.planted": "import os"}, id="domain-reads-the-environment"),
    pytest.param(
        COMPOSITION,
        {
            "nemo_run.planted": "from nemo_run_adapters.planted import scheduler",
            "nemo_run_adapters.planted.scheduler": "",
        },
        id="facade-names-a-scheduler",
    ),
    pytest.param(
        SETTINGS, {"nemo_run_adapters.planted.settings": "import docker"}, id="settings-import-an-sdk"
    ),
    pytest.param(
        SETTINGS,
        {"nemo_run_adapters.planted.plugin": "def connect() -> None:\n    import kubernetes"},
        id="a-plugin-imports-an-sdk-inside-a-function",
    ),
    pytest.param(
        CYCLES,
        {
            "nemo_run_domain.planted_a": "from nemo_run_domain import planted_b",
            "nemo_run_domain.planted_b": "from nemo_run_domain import planted_a",
        },
        id="two-modules-import-each-other",
    ),
    pytest.param(
        CYCLES,
        {
            "nemo_run.planted_a": "from nemo_run import _lazy\nb = _lazy.LazyModule('nemo_run.planted_b')",
            "nemo_run.planted_b": "from nemo_run import planted_a",
        },
        id="a-module-names-one-that-imports-it",
    ),
    pytest.param(
        CYCLES,
        {
            "nemo_run.planted_a": "from nemo_run import planted_b",
            "nemo_run.planted_b": "from nemo_run import planted_c",
            "nemo_run.planted_c": "def later() -> None:\n    import nemo_run.planted_a",
        },
        id="three-modules-import-each-other-inside-a-function",
    ),
    pytest.param(
        FOLDERS,
        {
            "nemo_run_application.planted_a.one": "from nemo_run_application.planted_b import one",
            "nemo_run_application.planted_a.two": "",
            "nemo_run_application.planted_b.one": "",
            "nemo_run_application.planted_b.two": "from nemo_run_application.planted_a import two",
        },
        id="two-folders-import-each-other",
    ),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the sources and of the configuration."""
    for folder in PACKAGES.values():
        source = ROOT / "packages" / folder / "src"
        shutil.copytree(
            source, tmp_path / "packages" / folder / "src", ignore=shutil.ignore_patterns("__pycache__")
        )
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "contracts.py", tmp_path / "tools")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(tree: Path, modules: dict[str, str]) -> None:
    """Write modules, given as dotted name -> source, with the packages they need."""
    for name, source in modules.items():
        package, *rest = name.split(".")
        folder = tree / "packages" / PACKAGES[package] / "src" / package
        for part in rest[:-1]:
            folder /= part
            folder.mkdir(exist_ok=True)
            (folder / "__init__.py").touch()
        (folder / f"{rest[-1]}.py").write_text(source + "\n")


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a tree; its packages are found before the installed ones."""
    search = [tree, *(tree / "packages" / folder / "src" for folder in PACKAGES.values())]
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, search)), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_tree_keeps_every_contract() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("contract", "modules"), VIOLATIONS)
def test_a_violation_is_caught(contract: str, modules: dict[str, str], tree: Path) -> None:
    plant(tree, modules)
    result = lint(tree)
    assert result.returncode != 0
    assert f"{contract} BROKEN" in result.stdout, result.stdout + result.stderr
    assert "planted" in result.stdout


def test_what_the_facade_may_name_is_let_through(tree: Path) -> None:
    plant(
        tree,
        {
            "nemo_run_adapters.planted.settings": "",
            "nemo_run_adapters.codec.planted": "",
            "nemo_run.planted": (
                "from nemo_run_adapters.codec import planted\nfrom nemo_run_adapters.planted import settings"
            ),
        },
    )
    assert "nemo_run.planted" not in lint(tree).stdout
