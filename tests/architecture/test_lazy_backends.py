"""Looking at a backend loads no SDK: settings and descriptors are imported for real."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADAPTERS = ROOT / "packages" / "adapters" / "src"
HEAVY = [
    "asyncssh",
    "cloudpickle",
    "dataclasses_json",
    "docker",
    "fiddle",
    "jinja2",
    "kubernetes",
    "leptonai",
    "ray",
    "rich",
    "sky",
    "torch",
    "torchx",
    "typer",
    "yaml",
]
REPORT = "import sys, {module}; print(*sorted(set(sys.modules) & set({heavy!r})))"


def cheap_modules() -> list[str]:
    paths = [*ADAPTERS.glob("*/*/settings.py"), *ADAPTERS.glob("*/*/plugin.py")]
    return sorted(".".join(path.relative_to(ADAPTERS).with_suffix("").parts) for path in paths)


@pytest.mark.parametrize(
    "module", cheap_modules() or [pytest.param("", marks=pytest.mark.skip("no backend yet"))]
)
def test_importing_it_loads_no_sdk(module: str) -> None:
    code = REPORT.format(module=module, heavy=HEAVY)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []
