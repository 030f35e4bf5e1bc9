"""Files that are broken, hostile or just odd end in one clear error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import data_trees as trees
import pytest
from data_trees import Net, fit
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nemo_run._data.formats import read, write
from nemo_run._data.forms import RESERVED
from nemo_run._data.from_data import config_from, from_data
from nemo_run._data.load import load_file
from nemo_run._data.to_data import to_data
from nemo_run.cli.config import yaml_to_dict, yaml_to_json, yaml_to_toml
from nemo_run.config import Config, Partial
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer
from nemo_run_domain.errors import InvalidConfigError, NemoRunError

FORMATS = ("yaml", "json", "toml")
TREE = Partial(
    trees.typed,
    net=Config(Net, width=2, act="it's\n"),
    nets=[Config(Net), Config(Net.Head, size=-1.5)],
    any={"a": [1, True, "x"], "b": Path("/x")},
    shade=trees.Shade.BLUE,
    make=fit,
)
WRITTEN = {format: write(to_data(TREE), format) for format in FORMATS}
MANY = settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))


def try_to_load(text: str, format: str) -> None:
    """Load a text; the only errors are those that say what is wrong with it."""
    message = problem_with(text, format)
    assert message.startswith("f")
    assert len(message) < 5_000


def problem_with(text: str, format: str) -> str:
    try:
        config_from(read(text, format, "f"))
    except NemoRunError as error:
        return str(error)
    return "fine"


@pytest.mark.parametrize("format", FORMATS)
def test_every_truncation(format: str) -> None:
    text = WRITTEN[format]
    for end in range(len(text)):
        try_to_load(text[:end], format)


@MANY
@given(st.sampled_from(FORMATS), st.data())
def test_mutations(format: str, data: st.DataObject) -> None:
    text = list(WRITTEN[format])
    bits = [
        *"{}[]:,&*!|>'\"#%@`-?\n\t =.$\\0x~<",
        "<<: ",
        "!!python/name:os.system ",
        "\x00",
        "\ud800",
        "1e999",
        "- ",
    ]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        text[place : place + data.draw(st.integers(0, 3))] = data.draw(st.sampled_from(bits))
    try_to_load("".join(text), format)


@MANY
@given(st.text(), st.sampled_from(FORMATS))
@example("\ud800", "yaml")
@example("!!int x", "yaml")
@example("!!timestamp 2020-99-99", "yaml")
@example("!!binary ü", "yaml")
@example("!!float a", "yaml")
@example("9" * 5_000, "json")
@example("9" * 5_000, "yaml")
@example("a=" + "9" * 5_000, "toml")
def test_any_text(text: str, format: str) -> None:
    try_to_load(text, format)


@MANY
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(trees.TEXTS)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(
                st.sampled_from(
                    [*sorted(RESERVED), "net", "width", "width*=", "run", "0"]
                ),
                st.one_of(
                    inner,
                    st.sampled_from(
                        [
                            "data_trees.typed", "data_trees.Net", "data_trees.Shade", "builtins.dict",
                            "builtins.set", "pathlib.Path", "datetime.date.fromisoformat", "builtins.bytes",
                            "data_trees.Pair", "data_trees.wide", "os.sep", "builtins.complex", "typing.List",
                        ]
                    ),
                ),
                max_size=4,
            ),
        ),
        max_leaves=10,
    )
)  # fmt: skip
def test_any_data(data: Any) -> None:
    try_to_load(write({"_target_": "data_trees.typed", "any": data, "net": data}, "yaml"), "yaml")


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system [ls]", "a: !!python/name:os.system", "!x {}"]
)
def test_tags_of_python_are_refused(text: str) -> None:
    with pytest.raises(InvalidConfigError, match=r"line 1: .*not plain data"):
        read(text, "yaml", "f.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: [", "f.yaml, line 3: not YAML"),
        ("a: 1\nb: 2\na: 3", "f.yaml, line 3: the key 'a' is there already, in line 1"),
        ("a: 1\n---\nb: 2", "f.yaml, line 2: a second document"),
        ("a: *x", "f.yaml, line 1: not YAML: there is no anchor 'x'"),
        ("a: &x [*x]", "f.yaml, line 1: 'x' contains itself"),
        ("a: 2020-13-45", "f.yaml, line 1: cannot read '2020-13-45'"),
        ("{a: 1}: 2", "f.yaml, line 1: .* cannot be a key"),
        ("a:\n  <<: 5", "'<<' needs a mapping"),
    ],
)
def test_yaml_errors(text: str, message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        read(text, "yaml", "f.yaml")


def test_json_and_toml_errors_have_a_line() -> None:
    with pytest.raises(InvalidConfigError, match=r"f.json, line 2: not JSON"):
        read('{"a": 1,\n"b": }', "json", "f.json")
    with pytest.raises(InvalidConfigError, match=r"f.toml, line 2: not TOML"):
        read("a = 1\nb = ]", "toml", "f.toml")


def test_merge_keys_of_yaml() -> None:
    assert read("a: &a {x: 1, y: 2}\nb:\n  y: 3\n  <<: *a\nc: {<<: [*a, {z: 5, x: 9}]}", "yaml").data == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 3},
        "c": {"x": 1, "y": 2, "z": 5},
    }


# -- small texts that stand for much --------------------------------------------------------------------

LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30)
)
MERGES = "a0: &a0 {k: 1}\n" + "".join(
    f"a{i}: &a{i} {{k{i}: 1, <<: [{', '.join([f'*a{i - 1}'] * 10)}]}}\n" for i in range(1, 30)
)


@pytest.mark.parametrize("text", [LAUGHS, MERGES], ids=["aliases", "merges"])
def test_aliases_do_not_multiply(text: str, tmp_path: Path) -> None:
    assert len(yaml_to_dict(text)) == 30
    config = config_from(read(f"{text}_target_: data_trees.typed", "yaml"))
    assert len(config.__arguments__) == 30
    assert write(to_data(config), "yaml").count("&") >= 28 or text is MERGES


def test_merges_are_not_made_without_end() -> None:
    thousand = f"a: &a {{{', '.join(f'k{i}: 1' for i in range(1000))}}}\n"
    assert len(yaml_to_dict(f"{thousand}b: {{<<: [{', '.join(['*a'] * 10)}]}}")["b"]) == 1000
    with pytest.raises(InvalidConfigError, match="line 2: '<<' merges more than 1000000 entries"):
        yaml_to_dict(f"{thousand}b: {{<<: [{', '.join(['*a'] * 1001)}]}}")


def test_aliases_are_not_written_out_without_end(tmp_path: Path) -> None:
    for convert in (yaml_to_json, yaml_to_toml):
        with pytest.raises(InvalidConfigError, match="more than 1000000 values"):
            convert(LAUGHS)
    (tmp_path / "f.yaml").write_text(LAUGHS)
    with pytest.raises(InvalidConfigError, match="more than 1000000 values"):
        load_file(tmp_path / "f.yaml")


# -- depth --------------------------------------------------------------------------------------------


def chain(length: int) -> Any:
    config = Config(Net)
    for i in range(length):
        config = Config(trees.typed, net=config, number=i)
    return config


@pytest.mark.parametrize("format", FORMATS)
def test_200_levels(format: str) -> None:
    assert config_from(read(write(to_data(chain(200)), format), format)) == chain(200)
    assert ZlibJSONSerializer().deserialize(ZlibJSONSerializer().serialize(chain(200))) == chain(200)


@pytest.mark.parametrize("format", FORMATS)
def test_10_000_levels_cannot_be_written(format: str) -> None:
    data = to_data(chain(10_000))
    with pytest.raises(InvalidConfigError, match="deep"):
        write(data, format)


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("[" * 10_000 + "]" * 10_000, "yaml"),
        ("[" * 10_000, "yaml"),
        ("".join(f"{' ' * i}a:\n" for i in range(3_000)), "yaml"),
        ("- " * 10_000, "yaml"),
        ("[" * 10_000 + "]" * 10_000, "json"),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "json"),
        ("a = " + "[" * 10_000 + "]" * 10_000, "toml"),
        ("a" + ".a" * 10_000 + " = 1", "toml"),
    ],
    ids=lambda value: value if len(value) < 9 else value[:6],
)
def test_10_000_levels_cannot_be_read(text: str, format: str) -> None:
    with pytest.raises(InvalidConfigError):
        config_from(read(text, format))
    assert sys.getrecursionlimit() < 10_000


def test_factories_inside_factories_end() -> None:
    data: Any = {"_factory_": "data_trees.wide"}
    for _ in range(2_000):
        data = {"_factory_": "data_trees.wide", "act": data}
    with pytest.raises(InvalidConfigError, match="deep"):
        from_data(data, Net)
