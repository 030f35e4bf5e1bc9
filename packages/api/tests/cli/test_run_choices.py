"""Executors and plugins by words."""

from dataclasses import dataclass, field

import pytest

import nemo_run as run
from nemo_run import config
from nemo_run._registry import factories
from nemo_run.cli._run import named
from nemo_run.cli._run.choices import choose_executor, choose_plugins
from nemo_run.cli._run.errors import UnknownNameError
from nemo_run.cli._run.view import extras_of
from nemo_run.cli.api import RunContext
from nemo_run.exceptions import InvalidConfigError


@dataclass(kw_only=True)
class Cluster(run.LocalExecutor):
    queue: str = "main"


@dataclass(kw_only=True)
class Special(Cluster):
    pass


@dataclass(kw_only=True)
class Pad(run.Plugin):
    size: int = 1
    names: list[str] = field(default_factory=list)


@pytest.fixture(autouse=True)
def registered(monkeypatch, tmp_path):
    monkeypatch.setattr(factories, "_tables", {n: dict(t) for n, t in factories._tables.items()})
    monkeypatch.setattr(factories, "_kinds", dict(factories._kinds))
    monkeypatch.setattr("nemo_run.config._home", str(tmp_path))

    @run.cli.factory
    def local(procs: int = 1) -> run.Config[run.LocalExecutor]:
        return run.Config(run.LocalExecutor, ntasks_per_node=procs)

    @run.cli.factory
    def far(queue: str = "main") -> run.Config[Special]:
        return run.Config(Special, queue=queue)

    @run.cli.factory(target=RunContext, target_arg="executor")
    def for_commands() -> run.Config[Cluster]:
        return run.Config(Cluster, queue="commands")

    @run.cli.factory
    def pad(size: int = 1) -> run.Config[Pad]:
        return run.Config(Pad, size=size)

    @run.cli.factory(target=RunContext, target_arg="plugins")
    def pads():
        return [run.Config(Pad, size=1), run.Config(Pad, size=2)]


def parsed(*words, parameters=(), **defaults):
    context = RunContext(name="x")
    extras = extras_of(context)
    extras.parameters = parameters
    for name, value in defaults.items():
        setattr(extras, name, value)
    return context.parse_args([*words]), context


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run.executor=local"], run.LocalExecutor()),
        (["run.executor=local(4)"], run.LocalExecutor(ntasks_per_node=4)),
        (
            ["run.executor=local(procs=4)", "run.executor.retries=2"],
            run.LocalExecutor(ntasks_per_node=4, retries=2),
        ),
        (["run.executor.retries=2", "run.executor=local"], run.LocalExecutor(retries=2)),
        (["run.executor=local", "run.executor=far"], Special()),
        (["run.executor=far(queue='a,b')"], Special(queue="a,b")),
        (["run.executor=far", "run.executor.queue=x=y"], Special(queue="x=y")),
        (["run.executor=for_commands"], Cluster(queue="commands")),
        (["executor=far", "executor.queue=q"], Special(queue="q")),
        (["run.executor=nemo_run.LocalExecutor"], run.LocalExecutor()),
        (["run.executor=None"], None),
        ([], None),
    ],
)
def test_executors(words, expected):
    rest, context = parsed(*words)
    assert rest == []
    assert context.executor == expected
    assert type(context.executor) is type(expected)


def test_a_default_is_changed_in_a_copy():
    default = run.Config(run.LocalExecutor, env_vars={"A": "1"})
    context = parsed("run.executor.retries=3", "run.executor.env_vars[B]=2", default_executor=default)[1]
    assert (context.executor.retries, context.executor.env_vars) == (3, {"A": "1", "B": "2"})
    assert default == run.Config(run.LocalExecutor, env_vars={"A": "1"})
    assert parsed("run.executor=far", default_executor=default)[1].executor == Special()
    assert parsed("run.executor=none", default_executor=default)[1].executor is None


def test_words_for_the_context_do_not_reach_the_executor():
    default = run.Config(run.LocalExecutor)
    context = parsed("run.detach=true", "run.name=y", default_executor=default)[1]
    assert (context.detach, context.name, context.executor) == (True, "y", run.LocalExecutor())


def test_parameters_of_the_function_keep_their_words():
    words = ["plugins=1", "executor.x=2"]
    assert parsed(*words, parameters=("plugins", "executor"))[0] == words
    assert parsed("run=5", parameters=("run",))[0] == ["run=5"]


@pytest.mark.parametrize(
    ("words", "sizes"),
    [
        (["run.plugins=pad"], [1]),
        (["run.plugins=pad(size=4)"], [4]),
        (["plugins=pad", "plugins.size=3"], [3]),
        (["run.plugins=[pad, pad(2)]", "run.plugins[0].size=9"], [9, 2]),
        (["run.plugins=[]"], []),
        (["run.plugins=pads", "run.plugins[1].size=5"], [1, 5]),
        (["run.plugins=none"], []),
        ([], []),
    ],
)
def test_plugins(words, sizes):
    rest, context = parsed(*words)
    assert rest == []
    assert [plugin.size for plugin in context.plugins] == sizes
    assert all(type(plugin) is Pad for plugin in context.plugins)


ONE = run.Config(Pad, size=3)


@pytest.mark.parametrize(
    ("default", "word"),
    [(ONE, "run.plugins.size+=1"), ([ONE], "run.plugins.size+=1"), ([ONE], "run.plugins[0].size+=1")],
    ids=["one", "list", "index"],
)
def test_default_plugins_are_changed_in_a_copy(default, word):
    assert [plugin.size for plugin in parsed(word, default_plugins=default)[1].plugins] == [4]
    assert [plugin.size for plugin in parsed(default_plugins=default)[1].plugins] == [3]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["run.executor=nosuch"], "Executor nosuch not found"),
        (["run.executor=loca"], "Did you mean 'local'"),
        (["run.executor=local(bogus=1)"], "bogus"),
        (["run.executor=local", "run.executor.bogus=1"], "bogus"),
        (["run.executor=local("], "not found"),
        (["run.executor+=local"], "only executor=VALUE"),
        (["run.executor.retries=1"], "no executor to change"),
        (["run.plugins=nosuch"], "Plugin nosuch not found"),
        (["run.plugins=[pad,nosuch]"], "Plugin nosuch not found"),
        (["run.plugins.size=1"], "no plugin to change"),
        (["run.plugins=pad(size=x)"], "size"),
        (["run.bogus=1"], "bogus"),
        (["run.detach=perhaps"], "perhaps"),
        (["run=5"], "run.FIELD=VALUE"),
    ],
)
def test_errors(words, text):
    with pytest.raises(ValueError, match=text):
        parsed(*words)


def test_ctx_words_are_pointed_at_run():
    with pytest.raises(ValueError, match=r"write run\.executor=local"):
        parsed("ctx.executor=local", parameters=("ctx",))


def test_named_executors_of_a_file(tmp_path):
    (tmp_path / "executors.py").write_text(
        "import nemo_run as run\n\ndef here(procs: int = 1):\n"
        "    return run.LocalExecutor(ntasks_per_node=procs)\n\n"
        "EXECUTOR_MAP = {'two-here': run.LocalExecutor(ntasks_per_node=2)}\n"
    )
    (tmp_path / "executors.py").chmod(0o600)
    assert parsed("executor=here(procs=3)")[1].executor == run.LocalExecutor(ntasks_per_node=3)
    changed = parsed("executor=two-here", "executor.retries=1")[1].executor
    assert changed == run.LocalExecutor(ntasks_per_node=2, retries=1)
    with pytest.raises(ValueError, match="Did you mean 'two-here'"):
        parsed("executor=two-her")


PROFILE = '[far-box]\ntype = "local"\nretries = 1\nenv_vars = {X = "1"}\n'
PYTHON = """
import nemo_run as run
def here(procs: int, env: dict[str, str] | None = None, retries=0):
    return run.LocalExecutor(ntasks_per_node=procs, env_vars=env or {}, retries=retries)
ready = run.LocalExecutor(retries=1, env_vars={"X": "1"})
"""


@pytest.fixture
def places(tmp_path):
    for name, text in {"executors.toml": PROFILE, "executors.py": PYTHON}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("far-box", {"retries": 1, "env_vars": {"X": "1"}}),
        ("far-box()", {"retries": 1, "env_vars": {"X": "1"}}),
        ("far-box(retries=2,)", {"retries": 2, "env_vars": {"X": "1"}}),
        ("far-box(env_vars={A: b})", {"retries": 1, "env_vars": {"A": "b"}}),
        ("far-box( env_vars[A]=b, retries+=2 )", {"retries": 3, "env_vars": {"X": "1", "A": "b"}}),
        ("ready(env_vars={A: b})", {"retries": 1, "env_vars": {"A": "b"}}),
        ("here(2)", {"ntasks_per_node": 2}),
        ("here(procs=2, env={A: b, C: 'd,e'})", {"ntasks_per_node": 2, "env_vars": {"A": "b", "C": "d,e"}}),
        ("here(2, retries=3)", {"ntasks_per_node": 2, "retries": 3}),
    ],
)
def test_arguments_of_named_executors_are_read_as_words_are(places, text, fields):
    assert parsed(f"run.executor={text}")[1].executor == run.LocalExecutor(**fields)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("far-box(retries=x)", "retries"),
        ("far-box(env_vars=[1])", "env_vars"),
        ("far-box(retires=2)", "Did you mean 'retries'"),
        ("far-box(2)", "Too many positional arguments"),
        ("far-box([)", "not found"),
        ("here(procs=x)", "procs"),
        ("here(prosc=1)", "Did you mean 'procs'"),
        ("here", "executor 'here' of .*executors.py failed: TypeError: .*'procs'"),
        ("hree(2)", "Did you mean 'here'"),
    ],
)
def test_wrong_arguments_of_named_executors(places, text, told):
    with pytest.raises(InvalidConfigError, match=told):
        parsed(f"run.executor={text}")


def test_methods_return_configurations():
    context = RunContext(name="x")
    assert context.parse_executor("local", "retries=2") == run.Config(
        run.LocalExecutor, ntasks_per_node=1, retries=2
    )
    assert context.parse_plugin("pad", "size=2") == run.Config(Pad, size=2)
    assert choose_executor(context, None, []) is None
    assert choose_plugins(context, None, []) == []


@pytest.mark.parametrize("name", ["local", "LocalExecutor", "local(retries=3)"])
def test_executors_without_settings_need_no_name(scripts, name):
    done = scripts.run("net=wide", f"executor={name}", "--dryrun")
    assert done.code == 0, done
    assert "LocalExecutor" in done.out
    assert ("retries = 3" in done.out) is ("(" in name)


def test_where_no_executor_has_a_name_it_is_told_how_to_give_one(monkeypatch, tmp_path):
    monkeypatch.setattr(config, "_home", str(tmp_path))
    monkeypatch.setattr(named, "_registered", lambda *_: {})
    with pytest.raises(UnknownNameError, match="There are none; `nemorun executors` says where to name one"):
        named.executor(run.cli.RunContext, "nosuch")
