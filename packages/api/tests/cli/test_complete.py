"""What may follow on a command line, without a shell."""

from __future__ import annotations

import enum
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, Optional

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nemo_run as run
from nemo_run._registry import entrypoints, factories
from nemo_run.cli._app import create_cli
from nemo_run.cli._complete import reply, request
from nemo_run.cli._complete.answer import complete
from nemo_run.cli._complete.candidate import Candidate
from nemo_run.cli._complete.words import Typed, split
from nemo_run.cli._help.command import command_class
from nemo_run.cli._run.context import RunContext


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@dataclass
class Base:
    size: int = 1


@dataclass
class Special(Base):
    extra: bool = False


@dataclass
class Net:
    width: int = 8
    part: Optional[Base] = None  # noqa: UP045
    dims: list[int] = field(default_factory=list)


def wide(width: int = 64, mode: Literal["x", "y"] = "x") -> run.Config[Net]:
    """A wide net."""
    return run.Config(Net, width=width)


def special() -> run.Config[Special]:
    return run.Config(Special)


def here(retries: int = 0) -> run.Config[run.LocalExecutor]:
    """This machine."""
    return run.Config(run.LocalExecutor, retries=retries)


def everything() -> run.Partial[train]: ...


def train(
    net: Net,
    nets: list[Net] | None = None,
    base: Base | None = None,
    preset: Any = run.Config(Special, extra=True),  # noqa: B008
    mode: Literal["a", 1, None] = "a",
    color: Color | None = None,
    colors: list[Color] | None = None,
    fast: bool = False,
    data: Path | None = None,
    runtime: int = 1,
    *args: int,
    **kwargs: int,
) -> None:
    raise AssertionError("completion must not run anything")


@pytest.fixture
def _registered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCLUDE_WORKSPACE_FILE", "false")
    monkeypatch.setattr(factories, "_tables", {})
    monkeypatch.setattr(factories, "_kinds", {})
    factories.register(f"{__name__}.Net", "wide", wide)
    factories.register(f"{__name__}.Base", "special", special)
    factories.register(f"{__name__}.train", "everything", everything)
    factories.register("x.LocalExecutor", "here", here, kind=run.LocalExecutor)
    (tmp_path / "a.yaml").write_text("")
    (tmp_path / "b.txt").write_text("")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "d.yaml").write_text("")
    (tmp_path / ".hidden").write_text("")


def command_for(fn: Any = train, **changes: Any) -> Any:
    values = {"fn": fn, "name": "train", "enable_executor": True, "type": "task", "run_ctx_cls": RunContext}
    made = SimpleNamespace(**{"default_executor": None, "default_plugins": None, **values, **changes})
    app = typer.Typer(add_completion=False, rich_markup_mode=None)

    @app.command("train", cls=command_class(made))
    def command(
        factory: str = typer.Option("", "--factory", "-f"),
        yaml: str = typer.Option("", "--yaml", metavar="FILE"),
        executor: str = typer.Option("", "--executor", metavar="NAME"),
        yes: bool = typer.Option(False, "--yes/--ask", "-y", help="Do not ask."),
    ) -> None:
        raise AssertionError("completion must not run anything")

    return typer.main.get_command(app)


COMMAND = command_for()


def values(line: str, command: Any = None) -> list[str]:
    *before, current = line.split(" ")
    return [found.value for found in complete(command or command_for(), before, current)]


@pytest.mark.usefixtures("_registered")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("net", ["net=", "net.", "nets="]),
        ("r", ["runtime=", "run."]),
        ("e", ["executor="]),
        ("kw", []),
        ("net=", ["net=wide"]),
        ("net =w", []),
        ("net.", ["net.width=", "net.part=", "net.part.", "net.dims="]),
        ("net.part.", ["net.part.size="]),
        ("net.part=", ["net.part=None", "net.part=special"]),
        ("net=wide(", ["net=wide(width=", "net=wide(mode="]),
        ("net=wide(1,m", ["net=wide(1,mode="]),
        ("net=wide(mode=", ["net=wide(mode=x", "net=wide(mode=y"]),
        ("net=wide(1)", []),
        ("net=nosuch(", []),
        ("nets=[", ["nets=[wide"]),
        ("nets=[wide,w", ["nets=[wide,wide"]),
        ("nets=[wide(1,2),", ["nets=[wide(1,2),wide"]),
        ("nets[0].wi", ["nets[0].width="]),
        ("nets[0]=", ["nets[0]=wide"]),
        ("base.", ["base.size="]),
        ("base=special base.", ["base.size=", "base.extra="]),
        ("base=special base.extra=", ["base.extra=true", "base.extra=false"]),
        ("preset.", ["preset.size=", "preset.extra="]),
        ("mode=", ["mode=a", "mode=1", "mode=None"]),
        ("color=", ["color=RED", "color=BLUE", "color=None"]),
        ("colors=[RED,B", ["colors=[RED,BLUE"]),
        ("fast=T", []),
        ("fast=t", ["fast=true"]),
        ("data=", ["data=None", "data=a.yaml", "data=b.txt", "data=c/"]),
        ("data=.", ["data=.hidden"]),
        ("net=@", ["net=@a.yaml", "net=@b.txt", "net=@c/"]),
        ("net=@c/", ["net=@c/d.yaml"]),
        ("net.part=@a", ["net.part=@a.yaml"]),
        ("net=@no/such/", []),
        ("run.dir", ["run.direct="]),
        ("run.direct=", ["run.direct=true", "run.direct=false"]),
        ("run.executor=", ["run.executor=here"]),
        ("executor=", ["executor=here"]),
        ("executor=here executor.ret", ["executor.retries="]),
        ("executor=here executor.ntasks", ["executor.ntasks_per_node="]),
        ("run.executor=here run.executor.ntasks", ["run.executor.ntasks_per_node="]),
        ("executor.ntasks", []),
        ("run.factory=", ["run.factory=everything"]),
        ("--f", ["--factory"]),
        ("--y", ["--yes", "--yaml"]),
        ("--factory ", ["everything"]),
        ("--factory @", ["@a.yaml", "@b.txt", "@c/"]),
        ("--factory=e", ["--factory=everything"]),
        ("--executor ", ["here"]),
        ("--yaml ", ["a.yaml", "c/"]),
        ("--yaml=", ["--yaml=a.yaml", "--yaml=c/"]),
        ("--yes mod", ["mode="]),
        ("bogus.", []),
        ("bogus=", []),
        ("net.bogus.", []),
        ("runtime=", []),
    ],
)
def test_words_of_an_entry_point(line: str, expected: list[str]) -> None:
    assert sorted(values(line)) == sorted(expected)


@pytest.mark.usefixtures("_registered")
def test_the_default_executor_tells_its_fields() -> None:
    command = command_for(default_executor=here())
    assert values("executor.ntasks", command) == ["executor.ntasks_per_node="]


@pytest.mark.usefixtures("_registered")
def test_own_parameters_come_before_words_about_the_run() -> None:
    def fn(run: Base, executor: int = 1) -> None: ...

    command = command_for(fn)
    assert values("run.", command) == ["run.size="]
    assert values("executor=", command) == []


@pytest.mark.usefixtures("_registered")
def test_simple_commands_and_experiments_have_their_own_words() -> None:
    def fn(ctx: Any, steps: int) -> None: ...

    assert values("", command_for(fn, enable_executor=False)) == ["ctx=", "steps="]
    assert "ctx=" not in values("", command_for(fn, type="experiment"))


@pytest.mark.usefixtures("_registered")
def test_help_says_what_a_word_means() -> None:
    told = {each.value: each.help for each in complete(command_for(), [], "n")}
    assert told["net="] == f"{__name__}.Net"
    (made,) = complete(command_for(), [], "net=")
    assert made.help == "A wide net."


@pytest.mark.usefixtures("_registered")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    before=st.lists(st.text(alphabet="net.=-[](,@wide0 run", max_size=8), max_size=3),
    current=st.text(alphabet="net.=-[](,@wide0 '\"\n", max_size=12)
    | st.sampled_from(["run.executor.", "net.part.", "nets[0].", "run.", "--factory="]),
)
def test_whatever_is_typed_what_follows_begins_with_it(before: list[str], current: str) -> None:
    assert all(each.value.startswith(current) for each in complete(COMMAND, before, current))


# -- our own commands ------------------------------------------------------------------------------


@pytest.fixture
def _experiments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from nemo_run.cli import _lookup

    ids = {"dir": ["dir_1", "dir_2"], "direct": ["direct_1"], "other": ["other_1"]}
    monkeypatch.setattr(_lookup, "catalog", lambda title, base: ids[title] if title else list(ids))
    jobs = [SimpleNamespace(id="first"), SimpleNamespace(id="second")]
    monkeypatch.setattr(_lookup, "open_experiment", lambda *a, **k: SimpleNamespace(jobs=jobs))


@pytest.mark.usefixtures("_experiments")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("exp", ["experiment"]),
        ("experiment re", ["results", "resume"]),
        ("experiment status ", ["dir", "direct", "other"]),
        ("experiment status o", ["other", "other_1"]),
        ("experiment status dir_", ["dir_2", "dir_1"]),
        ("experiment list d", ["dir", "direct"]),
        ("experiment logs dir ", ["0", "first", "1", "second"]),
        ("experiment logs dir s", ["second"]),
        ("experiment logs dir 0 ", []),
        ("experiment wait --base", ["--base-dir"]),
        ("experiment wait --timeout ", []),
        ("experiment nosuch ", []),
        ("completion z", ["zsh"]),
        ("completion bash --ins", ["--install"]),
        ("nosuch ", []),
    ],
)
def test_words_of_our_own_commands(line: str, expected: list[str]) -> None:
    assert values(line, typer.main.get_command(create_cli())) == expected


def test_names_of_executors_that_files_describe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".nemo_run").mkdir()
    (tmp_path / ".nemo_run" / "executors.toml").write_text('[big]\ntype = "local"\ndescription = "Much."\n')
    root = typer.main.get_command(create_cli())
    assert [(each.value, each.help) for each in complete(root, ["executors", "show"], "b")] == [
        ("big", "Much.")
    ]
    assert values("executor=b") == ["executor=big"]
    assert "executor.ntasks_per_node=" in values("executor=big executor.n")


def test_commands_of_this_process_are_found_below_their_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrypoints, "_table", {})
    run.cli.entrypoint(train, namespace="lab.vision")
    root = typer.main.get_command(create_cli())
    assert values("la", root) == ["lab"]
    assert values("lab ", root) == ["vision"]
    assert values("lab vision tr", root) == ["train"]
    assert values("lab vision train net.wi", root) == ["net.width="]


class Size(str, enum.Enum):
    SMALL = "small"
    LARGE = "large"


@pytest.mark.usefixtures("_registered")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mine --size ", ["small", "large"]),
        ("mine --size=l", ["--size=large"]),
        ("mine --color ", ["red", "blue"]),
        ("mine --color=b", ["--color=blue"]),
        ("mine one ", ["one", "two"]),
        ("mine one two t", ["two"]),
    ],
)
def test_commands_that_users_add_keep_their_own_completion(line: str, expected: list[str]) -> None:
    app = create_cli()

    @app.command("mine")
    def mine(
        names: list[str] = typer.Argument(None, autocompletion=lambda: ["one", "two"]),
        size: Size = typer.Option(Size.SMALL, "--size"),
        color: str = typer.Option("", "--color", autocompletion=lambda: ["red", "blue"]),
    ) -> None:
        raise AssertionError("completion must not run anything")

    assert values(line, typer.main.get_command(app)) == expected


# -- lines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "texts", "quote"),
    [
        ("", [""], ""),
        ("a b", ["a", "b"], ""),
        ("a b ", ["a", "b", ""], ""),
        ("a 'b c", ["a", "b c"], "'"),
        ('a "b \\"c', ["a", 'b "c'], '"'),
        ("a b\\ c", ["a", "b c"], ""),
        ("a net='x y'z", ["a", "net=x yz"], ""),
        ("cd x; nemorun a", ["nemorun", "a"], ""),
        ("ls | nemorun ", ["nemorun", ""], ""),
        ("a b\\", ["a", "b"], ""),
    ],
)
def test_a_line_is_taken_apart_as_bash_does(line: str, texts: list[str], quote: str) -> None:
    words = split(line)
    assert [word.text for word in words] == texts
    assert words[-1].quote == quote


@pytest.mark.parametrize(
    ("raw", "value", "extended"),
    [
        ("net=", "net=a b", "net=a\\ b"),
        ("'net=", "net=a b", "'net=a b"),
        ("'net=", "net=it's", "'net=it'\\''s"),
        ('"net=', 'net=$x "y"', '"net=\\$x \\"y\\"'),
        ("net=a\\ ", "net=a b", "net=a\\ b"),
        ("net=", "net=wide(1)", "net=wide\\(1\\)"),
    ],
)
def test_what_is_added_is_quoted_as_the_word_began(raw: str, value: str, extended: str) -> None:
    assert split(raw)[-1].extended(value) == extended


@given(st.text(alphabet="ab =:'\"\\$;|&()[]é\t", max_size=20))
def test_any_line_can_be_taken_apart(line: str) -> None:
    words = split(line)
    assert words
    assert all(line.find(word.raw) >= 0 for word in words)


@given(st.text(alphabet="ab =:'\"$;|&()[]*~é", max_size=12), st.sampled_from(["", "'", '"']))
def test_an_extended_word_means_the_value(value: str, quote: str) -> None:
    typed = Typed(quote, "", quote)
    (word,) = split(typed.extended(value) + quote) if value or quote else [Typed()]
    assert word.text == value


@pytest.mark.parametrize(
    ("replaced", "words"),
    [("wi", ["wide", "wi\\ ld"]), ("net=wi", ["net=wide", "net=wi\\ ld"]), ("", ["de", "\\ ld"])],
)
def test_bash_gets_what_stands_in_place_of_its_last_piece(replaced: str, words: list[str]) -> None:
    environ = {
        "NEMORUN_COMPLETE": "bash",
        "NEMORUN_COMPLETE_LINE": "train.py x=1 net=wi",
        "NEMORUN_COMPLETE_REPLACED": replaced,
    }
    asked = request.read(environ)
    assert asked.words == ("x=1",)
    found = [Candidate("net=wide"), Candidate("net=wi ld")]
    assert reply.render(asked, found).splitlines() == ["space", *words]


# -- what it costs ---------------------------------------------------------------------------------

LOADED = """
import os, sys
os.environ.update(NEMORUN_COMPLETE="fish", NEMORUN_COMPLETE_WORDS=sys.argv.pop())
from nemo_run.__main__ import main
try:
    main()
finally:
    heavy = {"fiddle", "omegaconf", "yaml", "rich", "torchx", "docker", "asyncssh", "pydantic"}
    sys.stderr.write(" ".join(sorted(heavy & {name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize(
    ("words", "first"),
    [("exp", "experiment"), ("experiment\x1fst", "status"), ("completion\x1fba", "bash")],
)
def test_commands_and_options_load_nothing_heavy(words: str, first: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED, words], capture_output=True, text=True, timeout=60)
    assert done.stdout.partition("\t")[0] == first
    assert done.stderr == ""
    assert done.returncode == 0


def test_scripts_that_typer_wrote_are_answered() -> None:
    program = Path(sys.executable).with_name("nemorun")
    environ = {"_NEMORUN_COMPLETE": "complete_bash", "COMP_WORDS": "nemorun exp", "COMP_CWORD": "1"}
    done = subprocess.run([program], env=environ, capture_output=True, text=True, timeout=60)
    assert "experiment" in done.stdout.split()
    assert done.stderr == ""


def test_a_shell_nobody_knows_does_not_keep_a_program_from_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEMORUN_COMPLETE", "1")
    program = Path(sys.executable).with_name("nemorun")
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("nemo_run ")


def test_errors_are_not_shown_where_somebody_types(tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text("import nemo_run as run\ndef f(x: 'no such ['): ...\nrun.cli.main(f)\n")
    (tmp_path / "workspace.py").write_text("raise RuntimeError('broken')\n")
    done = subprocess.run(
        [sys.executable, script],
        env={"NEMORUN_COMPLETE": "fish", "NEMORUN_COMPLETE_WORDS": "x", "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.partition("\t")[0] == "x="
    assert done.returncode == 0
