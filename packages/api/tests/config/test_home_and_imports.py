"""What importing costs, and where files are kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import nemo_run.config


def python(code: str, **env: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize(
    "use",
    [
        "import nemo_run.config",
        "from nemo_run.config import Script, ConfigurableMixin, get_nemorun_home, set_nemorun_home",
        "from nemo_run.config import Script; Script(inline='x').to_command(); Script('a').get_name()",
    ],
)
def test_scripts_do_not_load_fiddle(use: str) -> None:
    assert python(f"{use}\nimport sys; print('fiddle' in sys.modules)") == "False"


def test_configs_do_not_load_libcst() -> None:
    code = (
        "from nemo_run.config import Config; import sys; print({'libcst', 'absl.logging'} & set(sys.modules))"
    )
    assert python(code) == "set()"


def test_old_names_still_resolve() -> None:
    from nemo_run.config import NEMORUN_HOME, ZlibJSONSerializer

    assert nemo_run.config.get_nemorun_home() == NEMORUN_HOME
    assert ZlibJSONSerializer.__module__ == "nemo_run.core.serialization.zlib_json"


def test_unknown_names_do_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = nemo_run.config.nothing


def test_lazy_names_are_listed() -> None:
    assert {"Config", "Partial", "OptionalDefaultConfig", "Script"} <= set(dir(nemo_run.config))


@pytest.mark.parametrize(
    ("folders", "variable", "home"),
    [
        ([], None, ".run"),
        ([".nemo_run"], None, ".nemo_run"),
        ([".run", ".nemo_run"], None, ".run"),
        ([".nemo_run"], "~/mine", "mine"),
    ],
)
def test_home(folders: list[str], variable: str | None, home: str, tmp_path: Path) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir()
    env = {"HOME": str(tmp_path), "NEMORUN_HOME": variable or ""}
    code = "from nemo_run.config import get_nemorun_home; print(get_nemorun_home())"
    assert python(code, **env) == str(tmp_path / home)


def test_home_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nemo_run.config, "_home", "x")
    nemo_run.config.set_nemorun_home("~/other")
    assert nemo_run.config.get_nemorun_home() == os.path.expanduser("~/other")


def test_constants() -> None:
    from nemo_run.config import RUNDIR_NAME, RUNDIR_SPECIAL_NAME, SCRIPTS_DIR, USE_WITH_RAY_CLUSTER_KEY

    assert (RUNDIR_NAME, RUNDIR_SPECIAL_NAME, SCRIPTS_DIR) == ("nemo_run", "/$nemo_run", "scripts")
    assert USE_WITH_RAY_CLUSTER_KEY == "use_with_ray_cluster"


def test_converting_functions_does_not_load_libcst_either(tmp_path: Path) -> None:
    (tmp_path / "small_recipe.py").write_text(
        "import nemo_run as run\n@run.autoconvert\ndef make(): return complex(1, 2)\n"
    )
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import small_recipe; print('fiddle' in sys.modules, small_recipe.make(), 'libcst' in sys.modules)"
    )
    assert python(code) == "False <Config[complex(real=1, imag=2)]> False"
