"""What help says, part by part, and that it says something whatever it is asked about."""

from __future__ import annotations

import io
import os
import pty
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

import nemo_run as run
from nemo_run import help as help_module
from nemo_run._registry import factories
from nemo_run.cli._help import docs, places, values
from nemo_run.cli._help.fields import choices_of, fields_of
from nemo_run.cli._help.sections import defaults_section
from nemo_run.help import class_to_str, help_for_callable, help_for_type
from nemo_run_domain.secrets import MASK, Secret


@pytest.fixture(autouse=True)
def _no_factories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCLUDE_WORKSPACE_FILE", "false")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(factories, "_tables", {})
    monkeypatch.setattr(factories, "_kinds", {})


# -- docstrings -----------------------------------------------------------------------------------


def google(width: int, act: str, **extra: Any) -> None:
    """Do it.

    Args:
        width (int): Units
            in a layer.
        act: Its activation.
        **extra: The rest.
    """


def numpy(width: int, act: str) -> None:
    """Do it.

    Parameters
    ----------
    width : int
        Units
        in a layer.
    act : str, optional
        Its activation.
    """


def sphinx(width: int, act: str) -> None:
    """Do it.

    :param width: Units
        in a layer.
    :param str act: Its activation.
    """


@pytest.mark.parametrize("function", [google, numpy, sphinx])
def test_parameters_are_documented_in_any_style(function: Callable[..., Any]) -> None:
    told = docs.parameter_docs(function)
    assert told["width"] == "Units in a layer."
    assert told["act"] == "Its activation."
    assert docs.summary_of(docs.doc_of(function)) == "Do it."


def test_stars_are_no_part_of_a_name() -> None:
    assert docs.parameter_docs(google)["extra"] == "The rest."


class Doc:
    def __init__(self, documentation: str) -> None:
        self.documentation = documentation


@pytest.mark.parametrize(
    "extra", ["Units.", Doc("Units."), typer.Option(help="Units."), typer.Argument(help="Units.")]
)
def test_annotations_may_document_and_come_first(extra: Any) -> None:
    def function(width: Any) -> None:
        """Do it.

        Args:
            width: Something else.
        """

    function.__annotations__["width"] = Annotated[int, extra]
    assert docs.parameter_docs(function)["width"] == "Units."


@dataclass
class Base:
    """A base.

    Attributes:
        width: Of the base.
        depth: Of the base.
    """

    width: int = 1
    depth: int = 2


@dataclass
class Derived(Base):
    """A derived one.

    Attributes:
        width: Of the derived one.
    """


def test_classes_inherit_documentation() -> None:
    assert docs.parameter_docs(Derived) == {"width": "Of the derived one.", "depth": "Of the base."}


def test_the_signature_that_python_writes_is_no_documentation() -> None:
    @dataclass
    class Silent:
        width: int = 1

    assert docs.doc_of(Silent) == ""


# -- where functions are ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "link"),
    [
        ({}, "file:///a%20b/c.py#L7"),
        ({"TERM_PROGRAM": "vscode"}, "vscode://file/a%20b/c.py:7"),
        ({"TERM_PROGRAM": "other"}, "file:///a%20b/c.py#L7"),
        ({"NEMO_EDITOR": "cursor"}, "cursor://file/a%20b/c.py:7"),
        ({"NEMO_EDITOR": "cursor", "TERM_PROGRAM": "vscode"}, "cursor://file/a%20b/c.py:7"),
    ],
)
def test_a_link_opens_the_line(environ: dict[str, str], link: str) -> None:
    assert places.link_to(places.Place("c.f", "/a b/c.py", 7), environ) == link


def test_what_was_typed_in_has_no_link() -> None:
    space: dict[str, Any] = {"__name__": "typed"}
    exec("def f(): ...", space)
    place = places.place_of(space["f"])
    assert place == places.Place("typed.f")
    assert places.link_to(place, {}) == ""


# -- values ----------------------------------------------------------------------------------------


class Silent:
    def __repr__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        ("a\nb", r"'a\nb'"),
        ([1, "a"], "[1, 'a']"),
        ((1,), "(1,)"),
        (Silent(), "<Silent>"),
        (len, "len"),
        ("x" * 100, "'" + "x" * 56 + "..."),
        (run.Config(Base, width=3), f"{__name__}.Base(width=3)"),
    ],
)
def test_a_default_is_one_short_line(value: Any, text: str) -> None:
    assert values.text_of(value) == text


@dataclass
class Login:
    user: str = "me"
    password: str = "hunter2"


def log_in(
    login: Login = run.Config(Login, password="hunter2", user="u" * 60),  # noqa: B008
    token: str = "hunter2",
    empty_token: str = "",
    made: Login = Login(),  # noqa: B008
    tokens: list[str] = ["hunter2"],  # noqa: B006
    max_tokens: int = 4096,
    secret: Any = Secret("hunter2"),  # noqa: B008
) -> None: ...


def test_secrets_are_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    run.help(log_in)
    shown = capsys.readouterr().out
    assert "hunter2" not in shown
    assert shown.count(MASK) >= 6
    lines = [line.split() for line in shown.splitlines()]
    assert ["empty_token", "str", "=", "''"] in lines
    assert ["max_tokens", "int", "=", "4096"] in lines
    assert "hunter2" not in "".join(values.tree_of(log_in.__defaults__[0]))
    assert "hunter2" not in str(defaults_section(None, run.Config(Login, password="hunter2"), None))


def test_choices_are_what_one_may_write() -> None:
    assert choices_of(Literal["a", 1, None]) == ["a", "1", "None"]
    assert choices_of(bool | None) == ["true", "false", "None"]
    assert choices_of(int) == []


def test_items_of_containers_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    def several(
        none: list[Base] | None,
        plain: list[int],
        many: list[Base] = [Base()],  # noqa: B006, B008 - there are items that words can change
        named: dict[str, Base] = {"a": Base()},  # noqa: B006, B008
    ) -> None: ...

    run.help(several)
    notes = [line.strip() for line in capsys.readouterr().out.splitlines() if "Items" in line]
    assert notes == [
        "Items have width, depth.",
        "Items have width, depth: many[0].width=VALUE.",
        "Items have width, depth: named[KEY].width=VALUE.",
    ]


def test_classes_that_hold_each_other_end() -> None:
    keys = [field.key for field in fields_of(outer)]
    assert keys == ["node", "node.size", "node.next"]


@dataclass
class Node:
    size: int = 1
    next: Node | None = None


def outer(node: Node) -> None: ...


# -- run.help --------------------------------------------------------------------------------------


def train(mode: Literal["a", "b"], tags: list[str], net: Base = Base(), nothing=1) -> None:  # noqa: B008
    """Train.

    Args:
        mode: How.
    """


def test_run_help_prints_the_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    run.help(train)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["mode", "Literal['a',", "'b']", "required"] in lines
    assert ["tags", "list[str]", "required"] in lines
    assert ["net.width", "int", "=", "1"] in lines
    assert ["nothing", "=", "1"] in lines
    assert ["How."] in lines


def test_the_module_is_the_function() -> None:
    assert run.help is help_module
    assert sys.modules["nemo_run.help"] is run.help
    assert run.help.class_to_str is class_to_str


def test_factories_are_listed_with_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    def small() -> run.Config[Base]:
        """Return a small one."""
        return run.Config(Base)

    factories.register(f"{__name__}.Base", "small", small)
    run.help(train, with_docs=True)
    shown = capsys.readouterr().out
    assert f"Factory for net: {__name__}.Base" in shown
    line = small.__code__.co_firstlineno
    assert f"small  {__name__}.small  line {line}" in shown
    assert "Return a small one." in shown
    run.help(train, with_docs=False)
    assert "Return a small one." not in capsys.readouterr().out
    help_for_type(Base, with_docs=False)
    assert f"Factories for {__name__}.Base:\n  small" in capsys.readouterr().out
    help_for_type(Base, arg_name="net", title="Nets")
    assert capsys.readouterr().out.startswith("Nets:\n  small")


def test_the_console_given_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(file=io.StringIO(), width=60)
    run.help(train, console=console)
    assert capsys.readouterr().out == ""
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "╭─ Arguments" in shown
    assert "list[str]" in shown
    assert max(map(len, shown.splitlines())) == 60


@pytest.mark.parametrize("entity", [5, "text", None, object()])
def test_what_is_no_function_is_told_on_one_line(entity: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run.help(entity)
    assert capsys.readouterr().out == f"{entity!r} is not callable: there is nothing to configure\n"


def test_a_function_without_signature_is_told_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    run.help(min)
    assert capsys.readouterr().out == "min does not tell its parameters\n"


def test_executors_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    def here() -> run.Config[run.LocalExecutor]:
        return run.Config(run.LocalExecutor)

    factories.register("x", "here", here, kind=run.LocalExecutor)
    help_for_callable(train)
    assert "Registered executors:\n  here" in capsys.readouterr().out
    help_for_callable(train, display_executors=False)
    assert "Registered executors" not in capsys.readouterr().out


# -- never fails -----------------------------------------------------------------------------------


class Hostile:
    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError("repr")


HINTS = st.recursive(
    st.sampled_from([int, "Missing", "list[", None, Any, Base, run.Config[Base], ..., 5, train, type]),
    lambda inner: st.one_of(
        st.builds(lambda a: Annotated[int, a], inner),
        st.lists(inner, max_size=2),
        st.builds(lambda a, b: dict.__class_getitem__((a, b)), inner, inner),
        st.builds(lambda a: list.__class_getitem__(a), inner),
    ),
    max_leaves=5,
)


DEFAULTS = (
    st.sampled_from([None, Base(), run.Config(Base), ""])
    | st.builds(Hostile)
    | st.builds(lambda: [Hostile()])
    | st.builds(lambda: run.Config(Base, width=Silent()))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(hint=HINTS, default=DEFAULTS)
def test_any_annotation_and_default_has_help(
    hint: Any, default: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def function(strange: Any, other: Any = None) -> None: ...

    function.__annotations__.update(strange=hint, other=hint)
    function.__defaults__ = (default,)
    run.help(function)
    assert "strange" in capsys.readouterr().out


# -- on a terminal ---------------------------------------------------------------------------------


def test_a_terminal_gets_panels_and_a_pipe_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    import subprocess

    (tmp_path / "mine.py").write_text("def train(tags: list[str]): ...\n")
    program = "import nemo_run as run, mine; run.help(mine.train)"
    search = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    environ = {**os.environ, "COLUMNS": "70", "TERM": "xterm-256color", "PYTHONPATH": search}
    ours, theirs = pty.openpty()
    shown = b""
    with subprocess.Popen([sys.executable, "-c", program], env=environ, stdout=theirs, cwd=tmp_path):
        os.close(theirs)
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            shown += part
    os.close(ours)
    assert "╭─".encode() in shown
    assert b"\x1b[" in shown
    assert b"list[str]" in shown
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, cwd=tmp_path)
    assert done.stdout == b"Arguments:\n  tags  list[str]  required\n"
