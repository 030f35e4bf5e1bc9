"""Executors from ``executors.toml`` and its like."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nemo_run as run
from nemo_run.core.execution._profiles import (
    ExecutorNotFoundError,
    executor_names,
    named_executor,
    named_executor_config,
)
from nemo_run.core.execution._profiles.environment import MissingVariableError
from nemo_run.exceptions import InvalidConfigError, NotFoundError, UntrustedFileError

Write = Callable[..., Path]


@dataclass(kw_only=True)
class Login:
    """As a tunnel is."""

    host: str
    user: str = "me"
    port: int | None = None


@dataclass(kw_only=True)
class NearLogin:
    """As the tunnel of this machine is."""

    folder: str = ""


@dataclass(kw_only=True)
class Toleration:
    """It has a type of its own."""

    type: str
    key: str = ""


@dataclass(kw_only=True)
class Volume:
    """One of many."""

    path: str
    size: float = 1.0


@dataclass(kw_only=True)
class FarSettings(run.LocalExecutor):
    """An executor with fields of all kinds."""

    account: str = ""
    time: str | None = None
    exclusive: bool | None = True
    tunnel: Login | None = None
    way: Login | NearLogin | None = None
    toleration: Toleration | None = None
    volumes: list[Volume] = field(default_factory=list)
    named: dict[str, Volume] = field(default_factory=dict)
    free: dict[str, Any] = field(default_factory=dict)
    mounts: list[str] = field(default_factory=list)
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.time == "never":
            raise ValueError("time must come")


FAR = f"{FarSettings.__module__}.FarSettings"


@pytest.fixture
def write(home: Path) -> Write:
    """Write a file of profiles into the home folder."""

    def write(text: str, name: str = "executors.toml", folder: Path = home) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_text(text.replace("FAR", FAR))
        path.chmod(0o600)
        return path

    return write


def far(name: str, **overrides: Any) -> FarSettings:
    found = named_executor(name, **overrides)
    assert type(found).__name__ == "FarSettings"
    return found  # type: ignore[return-value]


def problem(name: str, **overrides: Any) -> str:
    with pytest.raises(InvalidConfigError) as caught:
        named_executor(name, **overrides)
    return str(caught.value)


class TestFormats:
    TOML = '[a]\ntype = "LocalExecutor"\nnodes = 2\n[a.env_vars]\nX = "1"\n'
    YAML = "a:\n  type: LocalExecutor\n  nodes: 2\n  env_vars:\n    X: '1'\n"
    JSON = '{"a": {"type": "LocalExecutor", "nodes": 2, "env_vars": {"X": "1"}}}'

    @pytest.mark.parametrize(
        ("name", "text"), [("toml", TOML), ("yaml", YAML), ("yml", YAML), ("json", JSON)]
    )
    def test_all_say_the_same(self, write: Write, name: str, text: str) -> None:
        write(text, f"executors.{name}")
        assert named_executor("a") == run.LocalExecutor(nodes=2, env_vars={"X": "1"})

    def test_two_files_side_by_side_are_refused(self, write: Write) -> None:
        write(self.TOML)
        write(self.YAML, "executors.yaml")
        assert re.search(r"executors\.toml and .*executors\.yaml", problem("a"))

    @pytest.mark.parametrize("text", ["[a", "a: [", "a = 1"])
    def test_a_file_that_is_not_in_its_format(self, write: Write, text: str) -> None:
        write(text)
        assert "executors.toml" in problem("a")

    def test_a_file_in_another_encoding(self, write: Write) -> None:
        write("").write_bytes("[a]\ntype = 'locäl'".encode("latin-1"))
        assert "is not in UTF-8" in problem("a")

    def test_a_mark_of_the_byte_order_is_left_out(self, write: Write) -> None:
        write("").write_bytes(self.TOML.encode("utf-8-sig"))
        assert type(named_executor("a")) is run.LocalExecutor

    def test_lines_are_told_where_the_format_has_them(self, write: Write) -> None:
        write("a:\n  type: local\n\n  nodess: 1\n", "executors.yaml")
        assert "executors.yaml, line 4: executor 'a', field 'nodess'" in problem("a")

    def test_lines_of_toml_are_told(self, write: Write) -> None:
        write('[b]\ntype = "local"\n[a]\nextends = "b"\nenv_vars = {A = "1"}\n\nnodess = 1\n')
        assert "executors.toml, line 7: executor 'a', field 'nodess'" in problem("a")

    @pytest.mark.parametrize("text", ["- a\n", "text\n"])
    def test_a_file_without_tables(self, write: Write, text: str) -> None:
        write(text, "executors.yaml")
        assert "must hold a table for each executor" in problem("a")

    def test_an_empty_file_names_nothing(self, write: Write) -> None:
        write("", "executors.yaml")
        assert executor_names() == {}


class TestTypes:
    @pytest.mark.parametrize(
        "name",
        [
            *("LocalExecutor", "local", "Local", "local_executor", "local_persistent"),
            *("nemo_run.LocalExecutor", "nemo_run.core.execution.local:LocalExecutor"),
        ],
    )
    def test_names_of_classes(self, write: Write, name: str) -> None:
        write(f'[a]\ntype = "{name}"')
        assert type(named_executor("a")) is run.LocalExecutor

    def test_a_class_of_ones_own(self, write: Write) -> None:
        write('[a]\ntype = "FAR"\naccount = "me"')
        assert far("a").account == "me"

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            ('type = "SlurmExecutor"', r"SlurmExecutor is not part of nemo_run \S+ yet"),
            ('type = "slurm"', r"SlurmExecutor is not part of nemo_run \S+ yet"),
            ('type = "Locl"', "Did you mean 'local'"),
            ('type = "no.such.Class"', "cannot be imported"),
            ('type = "nemo_run.Nothing"', "module 'nemo_run' has no 'Nothing'"),
            ('type = "nemo_run.Script"', "is no Executor"),
            ('type = ".x"', "cannot be imported"),
            ("type = 3", "must be the name of a class, not 3"),
            ("nodes = 3", "it has no type"),
        ],
    )
    def test_what_is_no_executor(self, write: Write, line: str, told: str) -> None:
        path = write(f"[a]\n{line}")
        text = problem("a")
        assert str(path) in text
        assert "executor 'a'" in text
        assert re.search(told, text)


class TestFields:
    def test_values_are_typed(self, write: Write) -> None:
        write(
            '[a]\ntype = "FAR"\nnodes = "2"\ntime = "01:00:00"\nexclusive = false\nmounts = ["/a", "/b"]\n'
            "free = {deep = {x = [1, 2]}, on = true}\n"
        )
        found = far("a")
        assert (found.nodes, found.time, found.exclusive) == (2, "01:00:00", False)
        assert (found.mounts, found.free) == (["/a", "/b"], {"deep": {"x": [1, 2]}, "on": True})

    def test_objects_inside(self, write: Write) -> None:
        write(
            '[a]\ntype = "FAR"\n[a.tunnel]\nhost = "n1"\nport = 22\n[[a.volumes]]\npath = "/v"\n'
            '[[a.volumes]]\npath = "/w"\nsize = 2\n[a.named.x]\npath = "/x"\n'
        )
        found = far("a")
        assert found.tunnel is not None
        assert (type(found.tunnel).__name__, found.tunnel.host, found.tunnel.port) == ("Login", "n1", 22)
        assert [(v.path, v.size) for v in found.volumes] == [("/v", 1.0), ("/w", 2.0)]
        assert found.named["x"].path == "/x"

    @pytest.mark.parametrize(
        ("way", "kind"),
        [
            ('{host = "n"}', "Login"),
            ('{folder = "/x"}', "NearLogin"),
            (f'{{type = "{__name__}.NearLogin"}}', "NearLogin"),
            ('{type = "NearLogin", folder = "/x"}', "NearLogin"),
            ('{type = "near", folder = "/x"}', "NearLogin"),
            ('"near_login"', "NearLogin"),
        ],
    )
    def test_one_of_several_classes(self, write: Write, way: str, kind: str) -> None:
        write(f'[a]\ntype = "FAR"\nway = {way}')
        assert type(far("a").way).__name__ == kind

    def test_a_class_with_a_type_of_its_own(self, write: Write) -> None:
        write('[a]\ntype = "FAR"\ntoleration = {type = "x", key = "k"}')
        assert far("a").toleration is not None
        assert (far("a").toleration.type, far("a").toleration.key) == ("x", "k")  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("launcher", "kind"),
        [
            ('""', "Launcher"),
            ('"Torchrun"', "Torchrun"),
            ('"torchrun"', "Torchrun"),
            ('"ft"', "FaultTolerance"),
            ('{type = "torchrun"}', "Torchrun"),
        ],
    )
    def test_launchers(self, write: Write, launcher: str, kind: str) -> None:
        write(f'[a]\ntype = "local"\nlauncher = {launcher}')
        assert type(named_executor("a").get_launcher()).__name__ == kind

    def test_launchers_and_packagers_with_fields(self, write: Write) -> None:
        write(
            '[a]\ntype = "local"\n[a.launcher]\ntype = "FaultTolerance"\nmax_restarts = 3\n'
            "[a.packager]\ndebug = true\n"
        )
        found = named_executor("a")
        assert (found.get_launcher().max_restarts, found.packager.debug) == (3, True)  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("line", "field", "told"),
        [
            ("nodess = 1", "nodess", "Did you mean 'nodes'.*Its fields are packager"),
            ('nodes = "two"', "nodes", "int"),
            ("nodes = 2.5", "nodes", "int"),
            ("nodes = [1]", "nodes", "int"),
            ("mounts = 3", "mounts", "list"),
            ('exclusive = "perhaps"', "exclusive", "bool"),
            ('launcher = "torchrunn"', "launcher", "Did you mean 'torchrun'.* ft, torchrun"),
            (
                'launcher = {type = "torchrun", port = 1}',
                "launcher.port",
                "Torchrun has no such field.*rdzv_port",
            ),
            ('packager = "GitArchivePackager"', "packager", "GitArchivePackager is not part of"),
            ('packager = {type = "nemo_run.Torchrun"}', "packager", "is no Packager"),
            ('tunnel = {hostt = "x"}', "tunnel.hostt", "Login has no such field. Did you mean 'host'"),
            ('volumes = [{path = "a"}, {pathh = "b"}]', "volumes.1.pathh", "Did you mean 'path'"),
            ('volumes = ["x"]', "volumes.0", "unknown"),
            ("volumes = [3]", "volumes.0", "must be a table of fields of Volume, not 3"),
            ("volumes = 3", "volumes", "list"),
            ("named = {x = 3}", "named.x", "must be a table of fields of Volume, not 3"),
            ("tunnel = 3", "tunnel", "Login"),
            ("tunnel = {type = 3}", "tunnel.type", "must be the name of a class, not 3"),
            ('way = {type = "nr"}', "way", "Did you mean 'near'.* There are Login, NearLogin"),
            ('way = {type = "nemo_run.Packager"}', "way", "is no Login or NearLogin"),
            ("env_vars = 1", "env_vars", "must be a table of texts"),
            ("env_vars = {X = true}", "env_vars.X", "write it in quotes"),
            ("env_vars = {X = [1]}", "env_vars.X", "must be a text"),
            ('experiment_id = "x"', "experiment_id", "set for each job"),
            ('job_dir = "x"', "job_dir", "set for each job"),
            ("_launcher_setup = true", "_launcher_setup", "no such field"),
            ("extends = 1", "extends", "must be a text or a list of texts"),
            ("env_from = [1]", "env_from", "must be a text or a list of texts"),
            ('unset = ["nodes"]', "unset", "'nodes' is not inherited"),
        ],
    )
    def test_what_cannot_be(self, write: Write, line: str, field: str, told: str) -> None:
        path = write(f'[a]\ntype = "FAR"\n{line}')
        text = problem("a")
        assert str(path) in text
        assert f"executor 'a', field '{field}'" in text
        assert re.search(told, text)

    def test_a_missing_field_of_an_object(self, write: Write) -> None:
        write('[a]\ntype = "FAR"\ntunnel = {port = 1}')
        assert problem("a") == "executor 'a' has no value for tunnel.host"

    def test_an_executor_that_refuses(self, write: Write) -> None:
        write('[a]\ntype = "FAR"\ntime = "never"')
        assert re.search("'a' cannot be made.*time must come", problem("a"))

    def test_numbers_may_be_values_of_variables(self, write: Write) -> None:
        write("a:\n  type: local\n  env_vars:\n    N: 8\n    GONE: null\n", "executors.yaml")
        assert named_executor("a").env_vars == {"N": "8"}

    def test_null_is_none_or_the_default(self, write: Write) -> None:
        write("a:\n  type: FAR\n  exclusive: null\n  nodes: null\n", "executors.yaml")
        assert (far("a").exclusive, far("a").nodes) == (None, 1)


class TestExtending:
    def test_fields_are_merged(self, write: Write) -> None:
        write(
            '[a]\ntype = "FAR"\naccount = "me"\nnodes = 2\nmounts = ["/a"]\nlauncher = "ft"\n'
            'description = "of a"\nenv_vars = {A = "1", B = "1"}\ntunnel = {host = "n1", port = 5}\n'
            '[b]\nextends = "a"\nnodes = 3\nmounts = ["/b"]\nlauncher = {max_restarts = 2}\n'
            'env_vars = {B = "2", C = "2"}\ntunnel = {host = "n2"}\n'
        )
        found = far("b")
        assert (found.account, found.nodes, found.mounts) == ("me", 3, ["/b"])
        assert found.env_vars == {"A": "1", "B": "2", "C": "2"}
        assert found.tunnel is not None
        assert (found.tunnel.host, found.tunnel.port) == ("n2", 5)
        assert found.get_launcher() == run.FaultTolerance(max_restarts=2)
        assert executor_names() == {"a": "of a", "b": ""}
        assert far("a").nodes == 2

    def test_later_parents_count_more_and_common_ones_once(self, write: Write) -> None:
        write(
            '[base]\ntype = "local"\nnodes = 1\nretries = 1\n[x]\nextends = "base"\nnodes = 2\n'
            '[y]\nextends = "base"\nretries = 3\n[z]\nextends = ["x", "y"]\n'
        )
        assert (named_executor("z").nodes, named_executor("z").retries) == (2, 3)  # type: ignore[attr-defined]

    def test_inherited_values_can_be_removed(self, write: Write) -> None:
        write(
            '[a]\ntype = "FAR"\nnodes = 2\naccount = "me"\nenv_vars = {A = "1", B = "1"}\n'
            '[b]\nextends = "a"\nunset = ["nodes", "env_vars.A"]\n[c]\nextends = "b"\nnodes = 4\n'
        )
        assert (far("b").nodes, far("b").account, far("b").env_vars) == (1, "me", {"B": "1"})
        assert far("c").nodes == 4

    def test_null_removes_a_variable(self, write: Write) -> None:
        write(
            "a: {type: local, env_vars: {A: '1', B: '1'}}\nb: {extends: a, env_vars: {A: null}}\n",
            "executors.yaml",
        )
        assert named_executor("b").env_vars == {"B": "1"}

    def test_defaults_are_below_all(self, write: Write) -> None:
        write(
            '[defaults]\nretries = 5\naccount = "me"\nenv_vars = {A = "1"}\n[l]\ntype = "local"\n'
            '[f]\ntype = "FAR"\nretries = 1\n[g]\nextends = "f"\n'
        )
        assert (named_executor("l").retries, named_executor("l").env_vars) == (5, {"A": "1"})
        assert (far("f").retries, far("f").account) == (1, "me")
        assert far("g").retries == 1
        assert list(executor_names()) == ["l", "f", "g"]

    def test_the_type_may_be_inherited_or_changed(self, write: Write) -> None:
        write('[a]\ntype = "local"\nnodes = 2\n[b]\nextends = "a"\ntype = "FAR"\naccount = "x"\n')
        assert (far("b").nodes, far("b").account) == (2, "x")

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ('[a]\nextends = "a"', "circle: a -> a"),
            ('[a]\nextends = "b"\n[b]\nextends = "c"\n[c]\nextends = "a"', "circle: a -> b -> c -> a"),
            ('[a]\nextends = "bb"\n[b]\ntype = "local"', "no executor is called 'bb'. Did you mean 'b'"),
            ('[a]\ntype = "local"\n[defaults]\nextends = "b"', "extend nothing"),
            ('[a]\nextends = "x"', "Here there is no other"),
            ('[a]\nextends = "defaults"\n[defaults]\nnodes = 1', "no executor is called 'defaults'"),
        ],
    )
    def test_what_cannot_be_extended(self, write: Write, text: str, told: str) -> None:
        path = write(text)
        found = problem("a")
        assert re.search("executor '(a|defaults)', field 'extends'", found)
        assert str(path) in found
        assert told in found

    def test_a_mistake_is_told_where_it_is_made(self, write: Write) -> None:
        write("a:\n  type: local\n  nodess: 1\nb:\n  extends: a\n", "executors.yaml")
        assert "line 3: executor 'a', field 'nodess'" in problem("b")
        write(
            "a:\n  type: FAR\n  tunnel:\n    hostt: x\nb:\n  extends: a\n  tunnel:\n    port: 3\n",
            "executors.yaml",
        )
        assert "line 4: executor 'a', field 'tunnel.hostt'" in problem("b")

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("a: 1\n", "executor 'a' must be a table"),
            ("a: [1]\n", "executor 'a' must be a table"),
            ("a: {1: 2}\n", "executor 'a' must be a table"),
            ("1: {type: local}\n", "name of an executor must be a text, not 1"),
            ("a: {type: local, env_vars: {1: '2'}}\n", "field 'env_vars.1': the name of a variable"),
            ("a: {type: local, packager: {1: 2}}\n", "field 'packager.1': Packager has no such field"),
        ],
    )
    def test_a_profile_that_is_no_table(self, write: Write, text: str, told: str) -> None:
        write(text, "executors.yaml")
        assert told in problem("a")

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
    @given(st.lists(st.dictionaries(st.sampled_from("ABC"), st.integers()), min_size=1, max_size=5))
    def test_a_chain_is_what_its_parts_are(self, write: Write, layers: list[dict[str, int]]) -> None:
        tables: dict[str, Any] = {"p0": {"type": "local", "env_vars": {}}}
        for number, layer in enumerate(layers, 1):
            tables[f"p{number}"] = {"extends": f"p{number - 1}", "env_vars": layer}
        write(json.dumps(tables), "executors.json")
        flat = {name: str(value) for layer in layers for name, value in layer.items()}
        assert named_executor(f"p{len(layers)}").env_vars == flat


class TestEnvironment:
    def test_references_are_filled_in(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WHO", "ann")
        write(
            '[a]\ntype = "FAR"\naccount = "${env:WHO}-x"\nnodes = "${env:N,3}"\n'
            'mounts = ["/home/${env:WHO}:/${env:WHO}"]\nenv_vars = {P = "${PATH}:$(x)", Q = "$${env:WHO}"}\n'
            'tunnel = {host = "${env:H,}n"}\n'
        )
        found = far("a")
        assert (found.account, found.nodes, found.mounts) == ("ann-x", 3, ["/home/ann:/ann"])
        assert found.env_vars == {"P": "${PATH}:$(x)", "Q": "${env:WHO}"}
        assert found.tunnel is not None
        assert found.tunnel.host == "n"

    def test_secrets_are_taken_at_use(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write(
            '[a]\ntype = "FAR"\nenv_from = ["HF_TOKEN"]\npassword = "${env:DB_PASSWORD}"\n'
            'env_vars = {KEY = "k-${env:API_KEY}"}\n[b]\nextends = "a"\nenv_from = "OTHER"\n'
        )
        for name, value in {"HF_TOKEN": "h1", "API_KEY": "a1", "DB_PASSWORD": "d1", "OTHER": "o1"}.items():
            monkeypatch.setenv(name, value)
        found = far("b")
        assert found.env_vars == {"HF_TOKEN": "h1", "KEY": "k-a1", "OTHER": "o1"}
        assert all(isinstance(value, run.Secret) for value in found.env_vars.values())
        assert found.password == "d1"
        assert isinstance(found.password, run.Secret)
        assert not re.search("h1|a1|o1|d1", path.read_text() + repr(found) + repr(found.to_config()))
        monkeypatch.setenv("HF_TOKEN", "h2")
        assert far("b").env_vars["HF_TOKEN"] == "h2"

    def test_what_is_said_is_not_taken(self, write: Write) -> None:
        write('[a]\ntype = "local"\nenv_from = ["NOT_THERE"]\nenv_vars = {NOT_THERE = "said"}')
        assert named_executor("a").env_vars == {"NOT_THERE": "said"}

    @pytest.mark.parametrize(
        ("line", "field"),
        [
            ('env_from = ["NOT_THERE"]', "env_from"),
            ('account = "${env:NOT_THERE}"', "account"),
            ('env_vars = {X = "${env:NOT_THERE}"}', "env_vars"),
        ],
    )
    def test_what_the_environment_lacks(self, write: Write, line: str, field: str) -> None:
        write(f'[a]\ntype = "FAR"\n{line}')
        with pytest.raises(MissingVariableError, match=f"'a', field '{field}'.*'NOT_THERE' is not set"):
            named_executor("a")

    @pytest.mark.parametrize("text", ["${env:", "${env:}", "${env:A", "x${env:1}", "${env:A B}"])
    def test_a_reference_that_is_not_whole(self, write: Write, text: str) -> None:
        write(f'[a]\ntype = "FAR"\naccount = "{text}"')
        assert "field 'account': '${env:' must go on" in problem("a")


class TestOverrides:
    def test_fields_on_top(self, write: Write) -> None:
        write('[a]\ntype = "FAR"\nnodes = 2\nenv_vars = {A = "1"}\ntunnel = {host = "n1"}')
        packager = run.Packager(debug=True)
        found = far("a", nodes=4, env_vars={"B": "${env:NO}"}, packager=packager, tunnel={"port": 3})
        assert (found.nodes, found.env_vars) == (4, {"A": "1", "B": "${env:NO}"})
        assert found.packager.debug
        assert found.tunnel is not None
        assert (found.tunnel.host, found.tunnel.port) == ("n1", 3)

    def test_wrong_ones(self, write: Write) -> None:
        write('[a]\ntype = "FAR"')
        assert "Did you mean 'nodes'" in problem("a", nodess=4)
        assert "packagerr" in problem("a", packagerr=run.Packager())
        assert "int" in problem("a", nodes="many")

    def test_a_configuration_to_be_changed(self, write: Write) -> None:
        write('[a]\ntype = "FAR"\nnodes = 2\nlauncher = {type = "torchrun"}\nenv_vars = {A = "1"}')
        config: Any = named_executor_config("a")
        assert isinstance(config, run.Config)
        config.nodes = 7
        config.launcher.rdzv_port = 1
        config.env_vars["B"] = "2"
        assert (far("a").nodes, far("a").env_vars) == (2, {"A": "1"})
        import fiddle

        made = fiddle.build(config)
        assert (made.nodes, made.launcher.rdzv_port, made.env_vars) == (7, 1, {"A": "1", "B": "2"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.dictionaries(st.sampled_from("ABC"), st.lists(st.integers(), max_size=2), max_size=3))
def test_executors_of_one_profile_share_nothing(write: Write, free: dict[str, list[int]]) -> None:
    profile = {"type": FAR, "free": {"x": free}, "env_vars": {"A": "1"}, "mounts": ["/a"], "launcher": {}}
    write(json.dumps({"a": profile, "b": {"extends": "a"}}), "executors.json")
    first, second = far("a"), far("b")
    assert first == second == far("b")
    first.free["x"]["new"] = []
    for items in first.free["x"].values():
        items.append("spoilt")
    first.env_vars["B"] = "2"
    first.mounts.append("/b")
    first.get_launcher().nsys_trace.append("spoilt")
    assert second == far("a") == far("b")
    assert second.free == {"x": free}


class TestPlaces:
    def test_the_project_adds_to_the_home_folder(
        self, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write('[a]\ntype = "local"\nnodes = 2\n[defaults]\nretries = 1')
        write('[b]\nextends = "a"\nretries = 3\n[a]\ntype = "memory"', folder=tmp_path / "p/.nemo_run")
        (tmp_path / "p/deep/er").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "p/deep/er")
        assert (type(named_executor("a")), list(executor_names())) == (run.LocalExecutor, ["a", "b"])
        found: Any = named_executor("b")
        assert (type(found), found.retries) == (run.MemoryExecutor, 3)  # its own file comes first

    def test_the_nearest_project_counts(
        self, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write('[outer]\ntype = "local"', folder=tmp_path / ".nemo_run")
        write("inner: {type: local}", "executors.yaml", tmp_path / "in/.nemo_run")
        monkeypatch.chdir(tmp_path / "in")
        assert list(executor_names()) == ["inner"]

    def test_a_home_file_does_not_know_the_project(self, write: Write, tmp_path: Path) -> None:
        write('[a]\nextends = "b"')
        write('[b]\ntype = "local"', folder=tmp_path / ".nemo_run")
        assert "no executor is called 'b'" in problem("a")

    def test_the_home_folder_is_no_project(
        self, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from nemo_run import config

        monkeypatch.setattr(config, "_home", str(tmp_path / ".nemo_run"))
        write('[a]\ntype = "local"', folder=tmp_path / ".nemo_run")
        assert list(executor_names()) == ["a"]

    def test_folders_of_others_are_not_searched(
        self, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write('[a]\ntype = "local"', folder=tmp_path / ".nemo_run")
        (tmp_path / "in").mkdir()
        monkeypatch.chdir(tmp_path / "in")
        assert list(executor_names()) == ["a"]
        inside = os.stat(tmp_path / "in").st_ino
        real = os.stat
        other = os.stat_result((*real(tmp_path)[:4], os.geteuid() + 1, *real(tmp_path)[5:]))
        monkeypatch.setattr(os, "stat", lambda path, **k: _seen(real(path, **k), inside, other))
        assert executor_names() == {}

    def test_files_that_others_may_write_are_refused(self, write: Write) -> None:
        path = write('[a]\ntype = "local"')
        path.chmod(0o666)
        if os.geteuid() == 0:
            os.chown(path, 12345, 12345)
        with pytest.raises(UntrustedFileError, match=r"executors\.toml"):
            named_executor("a")

    def test_a_folder_that_is_gone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "gone").mkdir()
        monkeypatch.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()
        assert executor_names() == {}


def _seen(found: os.stat_result, inside: int, other: os.stat_result) -> os.stat_result:
    """Every folder but one belongs to somebody else."""
    return found if found.st_ino == inside else other


class TestBesideExecutorsPy:
    SOURCE = '''
import os
import nemo_run as run

def gpu(nodes: int = 1) -> run.LocalExecutor:
    """Machines with GPUs.

    More text.
    """
    return run.LocalExecutor(nodes=nodes)

def config():
    return run.Config(run.LocalExecutor, nodes=5)

def broken():
    raise AttributeError("from inside")

def leaves():
    raise SystemExit(0)

def unset():
    import os
    return run.LocalExecutor(env_vars={"A": os.environ["NO_SUCH_VAR"]})

def nothing():
    return 3

def _hidden():
    return run.LocalExecutor()

ready = run.LocalExecutor(nodes=3)
ready.extra = 1
prepared = run.Config(run.MemoryExecutor, log="x")
a = run.MemoryExecutor()
EXECUTOR_MAP = {"mapped": run.MemoryExecutor(), "made": gpu}
'''

    @pytest.fixture(autouse=True)
    def file(self, write: Write) -> Path:
        return write(self.SOURCE, "executors.py")

    def test_profiles_win(self, write: Write) -> None:
        write('[a]\ntype = "local"')
        assert isinstance(named_executor("a"), run.LocalExecutor)
        assert isinstance(run.import_executor("a"), run.MemoryExecutor)

    def test_a_profile_does_not_run_the_python_file(self, write: Write) -> None:
        write('[a]\ntype = "local"')
        write("raise SystemExit('it ran')", "executors.py")
        assert isinstance(named_executor("a"), run.LocalExecutor)

    def test_names(self, write: Write) -> None:
        write('[p]\ntype = "local"\ndescription = "A\\n  profile"')
        assert executor_names() == {
            "p": "A profile",
            "gpu": "Machines with GPUs.",
            **dict.fromkeys(
                ["config", "broken", "leaves", "unset", "nothing", "ready", "prepared", "a", "mapped"], ""
            ),
            "made": "Machines with GPUs.",
        }

    def test_arguments(self) -> None:
        found: Any = named_executor("gpu", nodes=4)
        assert found.nodes == 4
        assert named_executor("config").nodes == 5  # type: ignore[attr-defined]
        ready: Any = named_executor("ready")
        assert (ready.nodes, ready.extra) == (3, 1)
        assert named_executor("ready", nodes=6).nodes == 6  # type: ignore[attr-defined]
        assert named_executor("prepared", log="y").log == "y"  # type: ignore[attr-defined]

    def test_configurations(self) -> None:
        for name, nodes in {"gpu": 1, "config": 5, "ready": 3}.items():
            config: Any = named_executor_config(name)
            assert isinstance(config, run.Config)
            assert config.nodes == nodes

    def test_mistakes(self) -> None:
        assert "no Executor but 3" in problem("nothing")
        assert re.search(r"executor 'leaves' of .*executors\.py failed: SystemExit: 0$", problem("leaves"))
        assert "no field 'nodess'" in problem("ready", nodess=1)
        assert re.search(
            r"'broken' of .*executors\.py failed: AttributeError: from inside$", problem("broken")
        )
        assert re.search(r"'unset' of .*executors\.py failed: KeyError: 'NO_SUCH_VAR'$", problem("unset"))
        assert re.search(r"'gpu' of .* failed: TypeError: gpu\(\) got .* 'nodess'", problem("gpu", nodess=1))

    def test_the_cause_of_a_failure_is_kept(self) -> None:
        with pytest.raises(InvalidConfigError) as caught:
            named_executor_config("unset")
        assert isinstance(caught.value.__cause__, KeyError)

    @pytest.mark.parametrize(
        ("source", "told"),
        [
            ("import no_such_module", "ModuleNotFoundError.*no_such_module"),
            ("raise SystemExit(0)", "SystemExit: 0"),
        ],
    )
    def test_a_file_that_cannot_be_executed(self, source: str, told: str, write: Write) -> None:
        write(source, "executors.py")
        assert re.search(f"executors.py cannot be executed: {told}", problem("x"))

    def test_an_unknown_name(self) -> None:
        with pytest.raises(ExecutorNotFoundError, match=r"'gpuu' not found\. Did you mean 'gpu'.* made"):
            named_executor("gpuu")
        with pytest.raises(NotFoundError):
            named_executor_config("gpuu")


def test_no_name_at_all(home: Path) -> None:
    with pytest.raises(ExecutorNotFoundError, match=f"{home}/executors.toml or executors.py"):
        named_executor("a")


def test_looking_for_names_loads_little() -> None:
    code = (
        "import sys; from nemo_run.core.execution._profiles import executor_names; executor_names();"
        "print(*sorted({'fiddle', 'yaml', 'omegaconf', 'rich', 'torchx'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "\n"


class TestRunning:
    @pytest.fixture(autouse=True)
    def file(self, write: Write) -> None:
        write(
            '[here]\ntype = "local"\nenv_from = ["MY_TOKEN"]\nenv_vars = {GREETING = "hello"}\n'
            '[pretend]\ntype = "memory"\n'
        )

    def test_everywhere_an_executor_is_taken(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MY_TOKEN", "t0ken")
        out = tmp_path / "out"
        script = run.Script(inline=f'echo "$GREETING $MY_TOKEN" >>{out}')
        run.run(script, executor="here", name="t")
        with run.Experiment("u", executor="here") as exp:
            exp.add(script, name="default")
            exp.add(script, executor="here", name="named")
            exp.add([run.Script(inline="true")] * 2, executor=["here", "here"], name="group")
            exp.add(script, executor="pretend", name="other")
            exp.run()
        found = exp.status(return_dict=True)
        assert found is not None
        assert {str(row["status"]) for row in found.values()} == {"SUCCEEDED"}
        assert out.read_text() == "hello t0ken\n" * 3

    def test_a_profile_that_cannot_work_leaves_nothing(self, write: Write, home: Path) -> None:
        write('[here]\ntype = "local"\nnodess = 1\n')
        with pytest.raises(InvalidConfigError, match="nodess"):
            run.run(run.Script(inline="true"), executor="here", name="t")
        assert not (home / "experiments").exists()
