"""Scripts that are loaded for the entry point they would run."""

from __future__ import annotations

import ast
import hashlib
import linecache
import os
import sys
from types import ModuleType
from typing import Any

from nemo_run.cli._lazy.errors import NoEntrypointError
from nemo_run.cli._run import state


def load_entrypoint(script_content: str, module_name: str = "__dynamic_module__") -> Any:
    """Execute a script, its main block included, and return the entry point it names.

    ``run.cli.main`` records the entry point there instead of running it, and ends the execution.

    Args:
        script_content: Text of the script.
        module_name: Name under which it is put into ``sys.modules``.

    Raises:
        SyntaxError: The text is no Python.
        ValueError: It did not call ``run.cli.main``, or ended before it did.
    """
    code = _compiled(script_content, f"<{module_name}>")
    with state.recording() as recorded:
        ending = _execute(code, module_name)
    if recorded.entrypoint is None:
        raise NoEntrypointError(_nothing_found(ending)) from ending
    return recorded.entrypoint


def name_of(script_content: str) -> str:
    """Return the name of the module of a script: hints and pickles must not find those of another."""
    digest = hashlib.sha256(script_content.encode(errors="surrogatepass")).hexdigest()
    return f"__dynamic_module_{digest[:12]}__"


def _nothing_found(ending: SystemExit | None) -> str:
    text = "No entrypoint function found in script."
    return text if ending is None else f"{text} It raised SystemExit: {ending}"


def _compiled(script: str, filename: str) -> Any:
    tree = ast.parse(script, filename)
    for statement in tree.body:
        if isinstance(statement, ast.If) and _is_main_test(statement.test):
            statement.test = ast.copy_location(ast.Constant(True), statement.test)
    lines = script.splitlines(keepends=True)
    linecache.cache[filename] = (len(script), None, lines, filename)  # for tracebacks and inspect.getsource
    return compile(tree, filename, "exec", dont_inherit=True)


def _is_main_test(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = [test.left, test.comparators[0]]
    names = [side.id for side in sides if isinstance(side, ast.Name)]
    texts = [side.value for side in sides if isinstance(side, ast.Constant)]
    return names == ["__name__"] and texts == ["__main__"]


def _execute(code: Any, module_name: str) -> SystemExit | None:
    """Execute a script as a module; returns what it ended itself with, if it did."""
    module = ModuleType(module_name)
    module.__file__ = os.path.abspath(f"{module_name}.py")
    before = sys.modules.get(module_name)
    sys.modules[module_name] = module
    try:
        exec(code, vars(module))
    except state.RecordedEnding:  # what stands behind `run.cli.main` is for after the run
        return None
    except SystemExit as ending:
        return ending
    except BaseException:
        if before is None:
            del sys.modules[module_name]
        else:
            sys.modules[module_name] = before
        raise
    return None
