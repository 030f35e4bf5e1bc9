"""Import statements that only write down what they would import."""

# pyright: reportMissingImports=false
from __future__ import annotations

import builtins
import copy
import inspect
import pickle
import sys
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nemo_run as run
from nemo_run.cli.lazy import LazyModule, LazyTarget, import_module, lazy_imports
from nemo_run.exceptions import InvalidConfigError, NotFoundError


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with modules that can be imported."""
    package = tmp_path / "lazy_pkg"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "deep.py").write_text(
        "class Outer:\n    @staticmethod\n    def method(x):\n        return x + 1\n\n"
        "def double(x):\n    return 2 * x\n"
    )
    (package / "needy.py").write_text("import no_such_dependency\n")
    (package / "leaves.py").write_text("raise SystemExit(0)\n")
    (package / "broken.py").write_text("1 / 0\n")
    (tmp_path / "lazy_single.py").write_text("def triple(x):\n    return 3 * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("lazy_")]:
        del sys.modules[name]


def test_a_plain_import_binds_a_module_that_need_not_exist() -> None:
    with lazy_imports():
        import nosuch
    assert isinstance(nosuch, LazyModule)
    assert nosuch.name == nosuch.__name__ == "nosuch"
    assert "nosuch" not in sys.modules


def test_a_dotted_import_binds_the_first_part() -> None:
    with lazy_imports():
        import nosuch.middle.end
    assert nosuch.name == "nosuch"
    assert nosuch.middle.end.train.name == "nosuch.middle.end.train"


def test_a_dotted_import_under_another_name_refers_to_the_last_part() -> None:
    with lazy_imports():
        import nosuch.a.b as ab
        import nosuch.mod as m
    assert (m.name, ab.name) == ("nosuch.mod", "nosuch.a.b")
    assert m.fit.name == "nosuch.mod.fit"


def test_two_imports_of_one_package_go_together() -> None:
    with lazy_imports():
        import nosuch.one
        import nosuch.two
    assert (nosuch.one.f.name, nosuch.two.f.name) == ("nosuch.one.f", "nosuch.two.f")


def test_names_from_a_module_without_a_dot_are_targets() -> None:
    with lazy_imports():
        from nosuch import fit
    assert isinstance(fit, LazyTarget)
    assert (fit.import_path, fit.__name__, fit.__qualname__) == ("nosuch.fit", "fit", "fit")


def test_names_from_a_dotted_module_are_modules_under_their_full_name() -> None:
    with lazy_imports():
        from nosuch.models import fit
    assert isinstance(fit, LazyModule)
    assert fit.__name__ == "nosuch.models.fit"


def test_the_block_ends_also_on_errors() -> None:
    before = builtins.__import__
    with pytest.raises(ZeroDivisionError), lazy_imports():
        _ = 1 / (builtins.__import__ is before)
    assert builtins.__import__ is before


def test_blocks_inside_each_other() -> None:
    before = builtins.__import__
    with lazy_imports():
        with lazy_imports():
            import nosuch_inner
        import nosuch_outer
    assert isinstance(nosuch_inner, LazyModule)
    assert isinstance(nosuch_outer, LazyModule)
    assert builtins.__import__ is before


def test_relative_imports_are_refused() -> None:
    source = "with lazy_imports():\n    from . import sibling\n"
    with pytest.raises(ImportError, match="Relative imports are not supported in lazy imports") as caught:
        exec(source, {"lazy_imports": lazy_imports, "__name__": "pkg.mod", "__package__": "pkg"})
    assert isinstance(caught.value, InvalidConfigError)


def test_star_imports_are_refused() -> None:
    with pytest.raises(ImportError, match="needs the module"):
        exec("with lazy_imports():\n    from nosuch import *\n", {"lazy_imports": lazy_imports})


def _import_something() -> ModuleType:
    import colorsys

    return colorsys


def test_functions_called_in_the_block_import_for_real() -> None:
    with lazy_imports():
        module = _import_something()
    assert module.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_other_threads_import_for_real() -> None:
    found: list[Any] = []

    def other() -> None:
        exec("import colorsys\nfound.append(colorsys)", {"found": found})

    with lazy_imports():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert not isinstance(found[0], LazyModule)


def test_the_same_function_in_another_thread_imports_for_real() -> None:
    found: list[Any] = []

    def load(block: Any) -> None:
        with block:
            if isinstance(block, nullcontext):
                import colorsys
            else:
                thread = threading.Thread(target=load, args=[nullcontext()])
                thread.start()
                thread.join()
                import colorsys
        found.append(colorsys)

    load(lazy_imports())
    assert [isinstance(module, LazyModule) for module in found] == [False, True]


WRAPPER = """
import builtins
saved = builtins.__import__
def wrapper(*args, **options):
    calls.append(args[0])
    return saved(*args, **options)
builtins.__import__ = wrapper
def unwrap():
    builtins.__import__ = saved
"""


@pytest.fixture
def wrap(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Wrap ``__import__`` as other libraries do."""
    monkeypatch.setattr(builtins, "__import__", builtins.__import__)

    def wrap() -> dict[str, Any]:
        library: dict[str, Any] = {"__name__": "library", "calls": []}
        exec(WRAPPER, library)
        return library

    return wrap


def test_a_library_that_wraps_imports_in_a_block(wrap: Any) -> None:
    with lazy_imports():
        library = wrap()
        import nosuch_outer

        with lazy_imports():
            import nosuch_inner
    import colorsys

    assert isinstance(nosuch_outer, LazyModule)
    assert isinstance(nosuch_inner, LazyModule)
    assert colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
    assert library["calls"] == ["nosuch_outer", "colorsys"]


def test_a_library_that_puts_back_what_it_found_in_a_block(wrap: Any) -> None:
    before = builtins.__import__
    with lazy_imports():
        library = wrap()
    library["unwrap"]()
    import colorsys

    with lazy_imports():
        import nosuch
    assert isinstance(nosuch, LazyModule)
    assert not isinstance(colorsys, LazyModule)
    assert builtins.__import__ is before


def test_blocks_of_two_threads_that_overlap() -> None:
    before = builtins.__import__
    entered, leave = threading.Event(), threading.Event()
    found: list[Any] = []

    def other() -> None:
        with lazy_imports():
            entered.set()
            leave.wait(30)
            import nosuch_late

            found.append(nosuch_late)

    thread = threading.Thread(target=other)
    thread.start()
    entered.wait(30)
    with lazy_imports():
        import nosuch_early
    leave.set()
    thread.join()
    assert isinstance(nosuch_early, LazyModule)
    assert isinstance(found[0], LazyModule)
    assert builtins.__import__ is before


def test_with_a_fallback_what_can_be_imported_is(modules: Path) -> None:
    with lazy_imports(fallback_to_lazy=True):
        import lazy_pkg.needy
        import lazy_single
        import nosuch.mod
        from lazy_single import missing, triple
    assert lazy_single.triple(2) == triple(2) == 6
    assert isinstance(nosuch, LazyModule)
    assert isinstance(missing, LazyTarget)
    assert isinstance(lazy_pkg, LazyModule)


# -- lazy modules ---------------------------------------------------------------------------------


def test_a_lazy_module_is_a_module_by_type_and_says_that_it_is_lazy() -> None:
    module = LazyModule("a.b")
    assert isinstance(module, ModuleType)
    assert module.__is_lazy__ is True
    assert module.__signature__ is None
    assert module.__annotations__ == {}
    assert LazyModule.__module__ == LazyTarget.__module__ == "nemo_run.cli.lazy"


def test_attributes_are_there_once_and_are_listed_when_used() -> None:
    module = LazyModule("a.b")
    assert dir(module) == []
    assert module.c is module.c
    assert dir(module) == ["c"]
    assert isinstance(LazyModule("a").c, LazyTarget)


def test_its_repr_names_it() -> None:
    assert repr(LazyModule("a.b")) == "<lazy module 'a.b'>"


def test_python_asking_for_special_attributes_gets_none() -> None:
    module = LazyModule("a.b")
    assert not hasattr(module, "__wrapped__")
    assert inspect.unwrap(module) is module


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_it_can_be_copied_and_pickled(copied: Any) -> None:
    module = LazyModule("a.b")
    module.c.d  # noqa: B018 - reading is what adds it
    twin = copied(module)
    assert (twin.name, dir(twin), twin.c.name, dir(twin.c)) == ("a.b", ["c"], "a.b.c", ["d"])


def test_calling_it_imports_it(modules: Path) -> None:
    with lazy_imports():
        import lazy_pkg.deep
        from lazy_single import triple
    assert lazy_pkg.deep.double(4) == 8
    assert triple(4) == 12


def test_importing_what_a_lazy_module_names(modules: Path) -> None:
    assert LazyModule("lazy_single")._import().triple(1) == 3
    assert LazyModule("lazy_pkg.deep")._import().double(1) == 2
    assert LazyTarget("lazy_pkg.deep.Outer.method").target(1) == 2
    assert import_module("lazy_pkg.deep.double")(1) == 2


def test_a_function_with_the_name_of_its_module_is_no_hindrance() -> None:
    assert import_module("nemo_run.run.experiment.Experiment") is run.Experiment


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("nosuch.mod.fit", ImportError, "cannot import 'nosuch.mod.fit': No module named 'nosuch'"),
        ("lazy_pkg.nosuch.fit", ImportError, "'lazy_pkg' has no module 'nosuch'"),
        ("lazy_pkg.deep.nosuch", AttributeError, "'lazy_pkg.deep' has no attribute 'nosuch'"),
        ("lazy_pkg.deep.Outer.nosuch", AttributeError, "'lazy_pkg.deep.Outer' has no attribute 'nosuch'"),
        ("lazy_pkg.needy.fit", ImportError, "'lazy_pkg.needy.fit': No module named 'no_such_dependency'"),
        ("lazy_pkg.leaves.fit", ImportError, "fit': module 'lazy_pkg.leaves' raised SystemExit: 0"),
        ("lazy_pkg.broken.fit", ImportError, "fit': module 'lazy_pkg.broken' raised ZeroDivisionError: div"),
        ("nosuch", ImportError, "No module named 'nosuch'"),
        ("a..b", ImportError, "not the dotted name"),
    ],
)
def test_late_errors_give_the_full_name(
    modules: Path, name: str, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        import_module(name)
    assert isinstance(caught.value, NotFoundError)


@pytest.mark.parametrize(
    "name",
    [
        "DictConfig", "LazyEntrypoint", "LazyModule", "LazyTarget", "OmegaConf", "_args_to_dictconfig",
        "_flatten_lazy_entrypoint", "_flatten_lazy_target", "_is_config_file_path",
        "_load_entrypoint_from_script", "_unflatten_lazy_entrypoint", "_unflatten_lazy_target",
        "dictconfig_to_dot_list", "import_module", "lazy_imports", "load_config_from_path",
    ],
)  # fmt: skip
def test_the_names_that_programs_import(name: str) -> None:
    import nemo_run.cli.lazy as home

    assert callable(getattr(home, name))
    assert name in dir(home)


def test_other_names_are_unknown() -> None:
    import nemo_run.cli.lazy as home
    import nemo_run.lazy as older

    for module in (home, older):
        with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
            _ = module.nonsense
        assert "LazyEntrypoint" in dir(module)
