"""The quick import of fiddle, each time in a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

QUICK = (
    "from nemo_run_adapters.codec.fiddle_import import import_fiddle; import sys; fiddle = import_fiddle()\n"
)


def python(code: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


LAMBDA = """
from fiddle.experimental import auto_config
class A:
    def __init__(self, x=1): self.x = x
"""


def test_rare_libraries_are_not_loaded() -> None:
    assert python(QUICK + "print({'libcst', 'absl.logging'} & set(sys.modules))") == "set()"


def test_importing_the_rare_libraries_gives_the_real_ones() -> None:
    code = QUICK + "import libcst, libcst.metadata; from absl import logging\n"
    code += (
        "print(libcst.parse_module('x = 1').code, libcst.__file__ is not None, logging.__file__ is not None)"
    )
    assert python(code) == "x = 1 True True"


def test_lambdas_are_still_understood(tmp_path: object) -> None:
    file = f"{tmp_path}/lambdas.py"
    with open(file, "w") as stream:
        stream.write(
            LAMBDA
            + "f = auto_config.auto_config(lambda: A(x=3))\ng = auto_config.auto_config(lambda: A(x=4))\n"
        )
    code = QUICK + f"sys.path.insert(0, {str(tmp_path)!r}); import lambdas\n"
    code += "print(lambdas.f.as_buildable(), lambdas.g.as_buildable(), lambdas.f().x)"
    assert python(code) == "<Config[A(x=3)]> <Config[A(x=4)]> 3"


def test_errors_are_still_explained() -> None:
    code = QUICK + "def f(x): raise ValueError('boom')\ntry: fiddle.build(fiddle.Config(f, x=1))\n"
    code += "except ValueError as e: print('<root>' in str(e))"
    assert python(code) == "True"


def test_logging_of_absl_still_works() -> None:
    code = QUICK + "from fiddle._src import reraised_exception as r; r.logging.set_verbosity('error')\n"
    code += "print(r.logging.__file__ is not None, 'absl.logging' in sys.modules)"
    assert python(code) == "True True"


@pytest.mark.parametrize("first", ["fiddle", "libcst", "fiddle._src.config"])
def test_what_is_loaded_already_is_left_alone(first: str) -> None:
    code = f"import {first}\nbefore = sys.modules[{first!r}]\n".join(["import sys\n", ""]) + QUICK
    assert python(code + f"print(sys.modules[{first!r}] is before, fiddle.Config.__name__)") == "True Config"


def test_surprises_end_in_the_plain_import() -> None:
    code = "import nemo_run_adapters.codec.fiddle_import as m\n"
    code += "def broken(): raise RuntimeError\nm._libcst = broken\n" + QUICK
    assert python(code + "print(fiddle.Config.__name__, 'libcst' in sys.modules)") == "Config True"


def test_many_threads_get_one_fiddle() -> None:
    code = "import threading\nfrom nemo_run_adapters.codec.fiddle_import import import_fiddle\nfound = []\n"
    code += "ts = [threading.Thread(target=lambda: found.append(import_fiddle().Config)) for _ in range(8)]\n"
    code += "[t.start() for t in ts]; [t.join() for t in ts]; print(len(found), len(set(found)))"
    assert python(code) == "8 1"
