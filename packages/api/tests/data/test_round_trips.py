"""What is written is read back as what it was, in every format."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import functools
import math
import re
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any, Union

import data_trees as trees
import fiddle as fdl
import pytest
from data_trees import Net, Pair, Shade, fit, typed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nemo_run._data.formats import read, write
from nemo_run._data.from_data import config_from
from nemo_run._data.to_data import to_data
from nemo_run.config import Config, OptionalDefaultConfig, Partial, Script
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer
from nemo_run_domain.errors import InvalidConfigError, PackagingError
from nemo_run_domain.secrets import Secret

FORMATS = ("yaml", "json", "toml")
ZLIB = ZlibJSONSerializer()

SLOW = settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))


def label(value: object) -> str:
    """Return the same text in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def again(config: Any, format: str) -> Any:
    return config_from(read(write(to_data(config), format), format))


def as_written(value: Any, *, none: bool = True) -> Any:
    """Return what a file keeps of a value: tuples become lists, paths and numbers what annotations say.

    Args:
        value: The value.
        none: Whether the format has None.
    """
    if isinstance(value, fdl.Buildable):
        arguments = {
            name: _for(value.__fn_or_cls__, name, as_written(argument, none=none))
            for name, argument in value.__arguments__.items()
            if none or argument is not None
        }
        return ("config", type(value), value.__fn_or_cls__, arguments)
    if isinstance(value, Pair):
        return ("pair", [as_written(item, none=none) for item in value])
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if none or v is not None or not _is_plain(value)}
        return {k: as_written(v, none=none) for k, v in kept.items()}
    if isinstance(value, (list, tuple)):
        return [as_written(item, none=none) for item in value]
    return (type(value).__name__, value) if isinstance(value, (bool, float)) else value


def _for(target: Any, name: Any, value: Any) -> Any:
    return str(value) if target is typed and name == "path" and isinstance(value, (str, Path)) else value


def _is_plain(value: dict[Any, Any]) -> bool:
    return all(isinstance(key, str) for key in value)


def holds_none(value: Any) -> bool:
    if isinstance(value, fdl.Buildable):
        return any(map(holds_none, value.__arguments__.values()))
    if isinstance(value, dict):
        return any(map(holds_none, [*value, *value.values()]))
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(map(holds_none, value))
    return value is None


@SLOW
@given(trees.configs, st.sampled_from(["yaml", "json"]))
def test_generated_trees_survive(config: Any, format: str) -> None:
    assert as_written(again(config, format)) == as_written(config)


@SLOW
@given(trees.configs)
def test_generated_trees_survive_toml_but_for_none(config: Any) -> None:
    found = read_or_refused(config)
    if found is None:
        assert holds_none(config)
    else:
        assert as_written(found, none=False) == as_written(config, none=False)


def read_or_refused(config: Any) -> Any:
    try:
        return again(config, "toml")
    except InvalidConfigError as error:
        if "None inside lists" not in str(error):
            raise
        return None


@SLOW
@given(trees.configs)
def test_generated_trees_survive_zlib(config: Any) -> None:
    portable = [value for value in flat(config) if isinstance(value, UNSUITED_FOR_ZLIB) or value is len]
    if portable:
        with pytest.raises(PackagingError, match="<root>"):
            ZLIB.serialize(config)
    else:
        assert ZLIB.deserialize(ZLIB.serialize(config)) == config


UNSUITED_FOR_ZLIB = (PurePath, complex, datetime.date, datetime.time, datetime.timedelta)


def flat(value: Any) -> Iterator[Any]:
    """Yield everything inside a tree."""
    yield value
    parts: Any = ()
    if isinstance(value, fdl.Buildable):
        parts = value.__arguments__.values()
    elif isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts = value
    for part in parts:
        yield from flat(part)


VALUES = [
    Config(Net, act=""),
    Config(Net, act="a\nb"),
    Config(Net, act="  leading\n\n trailing  "),
    Config(Net, act="Configured"),
    Config(Net, act="Config[a.b]"),
    Config(Net, act='it\'s "quoted" and ${x:y} \\'),
    Config(Net, dims=[1, 2]),
    Config(Net, width="text where a number belongs"),
    Config(Net, width={"a": 1}),
    Config(Net, width=[1, "mixed", 2.5]),
    Config(Net, act=123),
    Config(Net.Head, size=3),
    Partial(Net.sized, size=3),
    Config(Net, *[1, "x"]),
    Partial(fit, net=[Config(Net), Config(Net, width=1)]),
    Partial(fit, net={"a": Config(Net), "b": [Partial(fit)]}),
    Partial(fit, net=fit, steps=len),
    Partial(fit, net=Net, steps=int),
    Partial(trees.places, 1, 2, 3, Config(Net), key="k"),
    Config({}, a=1, b=Config(Net)),
    Config(dict[str, int], a=1),
    Config(Path, "/tmp"),
    Partial(typed, path=Path("/tmp/x")),
    Partial(typed, shade=Shade.WIDE, any=trees.Level.LOW),
    Partial(typed, one_of=3, either=["a"], both=(2, "b"), many=(1, 2), names={"a"}),
    Partial(typed, table={"a": 1.5}, by_number={1: Config(Net)}, day=datetime.date(2020, 2, 3)),
    Partial(typed, any=b"\x00\xff", bare=datetime.datetime(2020, 1, 2, 3, 4, 5, 6)),
    Partial(typed, any=math.inf, ratio=-math.inf, number=10**25),
    Partial(typed, any="123", bare="1e3", text="007"),
    Partial(typed, any=0, flag=False, text=""),
    Partial(typed, any={"_target_": "os.system", "width*=": 1}, extra=[[], {}, [[]]]),
    Partial(typed, any=Pair(1, Config(Net)), extra=frozenset({1})),
    Partial(typed, net=Config(Net), child=Config(Net), unknown={"a": [1]}),
    Partial(trees.with_default, net=Config(Net, width=1), table={"b": 2}),
    Partial(trees.opt_fit, net=Config(Net)),
    Script("a").to_config(),
    Script(inline='set -e\necho "$HOME"\n', env={"A": "1"}, args=["x y"]).to_config(),
]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("config", VALUES, ids=label)
def test_values_survive(config: Any, format: str) -> None:
    assert again(config, format) == config


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_none_survives(format: str) -> None:
    config = Partial(trees.opt_fit, net=[None, {"a": None}])
    config.opt = None  # and not the default of the parameter
    found = again(config, format)
    assert found == config
    assert found.opt is None


def test_nan_survives() -> None:
    for format in FORMATS:
        assert math.isnan(again(Partial(typed, any=[math.nan]), format).any[0])


def test_toml_leaves_none_out() -> None:
    config = Partial(fit, net=None, steps=3)
    assert again(config, "toml") == Partial(fit, steps=3)


def test_toml_says_where_none_cannot_be() -> None:
    config = Partial(fit, net=Config(Net, dims=[1, None]))
    with pytest.raises(ValueError, match=r"None inside lists \(at net.dims\[1\]\)"):
        write(to_data(config), "toml")


def test_yaml_keeps_what_is_shared() -> None:
    shared, numbers = Config(Net), [1]
    config = Partial(typed, net=shared, any=[shared, numbers], extra=numbers)
    found = again(config, "yaml")
    assert found == config
    assert found.any[0] is found.net
    assert found.any[1] is found.extra


def test_json_and_toml_write_what_is_shared_twice() -> None:
    shared = Config(Net, width=3)
    config = Partial(typed, net=shared, any=shared)
    for format in ("json", "toml"):
        found = again(config, format)
        assert found.net == found.any == shared
        assert found.net is not found.any


def test_tuples_are_lists_where_nothing_says_otherwise() -> None:
    for format in FORMATS:
        assert again(Partial(typed, any=(1, (2,)), both=[1, "a"]), format).__arguments__ == {
            "any": [1, [2]],
            "both": (1, "a"),
        }


def test_dataclass_instances_become_configurations() -> None:
    config = fdl.Config(fit, net=Net(width=3))
    for format in FORMATS:
        assert again(config, format) == Config(fit, net=Config(Net, width=3, act="relu", dims=[]))


class Text(str):
    __slots__ = ()


def test_texts_of_other_classes_are_texts() -> None:
    for format in FORMATS:
        found = again(Partial(typed, text=Text("abc")), format).text
        assert (type(found), found) == (str, "abc")


def test_secrets_stay_secrets() -> None:
    for format in FORMATS:
        config = again(Partial(typed, text=Secret("abc"), any=[Secret("a"), {"x": Secret("")}]), format)
        found = [config.text, config.any[0], config.any[1]["x"]]
        assert [(type(value), str.__str__(value)) for value in found] == [
            (Secret, "abc"),
            (Secret, "a"),
            (Secret, ""),
        ]


def odd() -> Any:
    return lambda: 1


@dataclasses.dataclass
class Opaque:
    net: Any = None


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("value", [object(), odd(), "".join, list[int], fdl.ArgFactory(Net)], ids=label)
def test_what_cannot_be_written_is_named(value: Any, format: str) -> None:
    from yaml.representer import RepresenterError

    with pytest.raises(PackagingError, match=r"'<root>.net\[0\]'") as error:
        write(to_data(Partial(fit, net=[value])), format)
    assert isinstance(error.value, RepresenterError)


@pytest.mark.parametrize(
    ("value", "advice"),
    [(functools.partial(fit), "run.Partial(fit, ...)"), (..., "to make it in the function")],
    ids=label,
)
def test_the_way_out_fits(value: Any, advice: str) -> None:
    with pytest.raises(PackagingError) as error:
        to_data(Partial(fit, net=value))
    assert f"a way out is {advice}" in str(error.value)


def test_names_that_mean_something_else_are_refused() -> None:
    for name in ("_target_", "a+=", "_args_"):
        with pytest.raises(PackagingError, match="an argument called"):
            to_data(Config({}, **{name: 1}))
    with pytest.raises(PackagingError, match="an argument called '0'"):
        to_data(Partial(trees.typed, **{"0": 1}))


def test_what_contains_itself_is_refused() -> None:
    config = Config(typed)
    config.any = [config]
    for format in FORMATS:
        with pytest.raises(InvalidConfigError, match="contains itself"):
            write(to_data(config), format)


def needs_opt(opt: OptionalDefaultConfig[trees.Sgd2]) -> None: ...


def no_opt(net: Any = None, opt: OptionalDefaultConfig[trees.Sgd2] = None, /, key: Any = 1) -> None: ...


@pytest.mark.parametrize("format", ["yaml", "json"])
@pytest.mark.parametrize("make", [Config, Partial])
def test_what_was_left_out_is_not_configured_by_itself(make: Any, format: str) -> None:
    unset = make(trees.opt_fit, Config(Net))
    del unset.opt
    assert again(unset, format).opt is None
    assert again(unset, format) == unset
    assert again(make(trees.opt_fit, bind_args=False), format).opt is None


def test_what_cannot_be_left_out_is_an_error() -> None:
    with pytest.raises(PackagingError, match="'opt' was left unset"):
        to_data([Config(needs_opt, bind_args=False)])
    assert to_data(Config(no_opt, bind_args=False))[1] is None


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("make", [Config, Partial])
def test_an_argument_called_run(make: Any, format: str) -> None:
    for config in (make(typed, run={"a": 1}), make(typed, run=Config(Net)), make(dict, run={"a": 1})):
        assert again(config, format) == config


class Names(list):
    pass


class Table(dict):
    pass


class Place(tuple):
    __slots__ = ()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", ["any", "bare", "table", "numbers"])
@pytest.mark.parametrize(
    "value",
    [
        collections.OrderedDict(b=1, a=Config(Net)),
        collections.defaultdict(list, {"a": [1], (1, 2): [Config(Net)]}),
        collections.defaultdict(None, b=2, a=1),
        collections.Counter("aab"),
        collections.OrderedDict(),
    ],
    ids=label,
)
def test_dictionaries_of_other_kinds(value: Any, name: str, format: str) -> None:
    if format == "toml" and getattr(value, "default_factory", 0) is None:
        with pytest.raises(InvalidConfigError, match="TOML has no None inside lists"):
            again(Config(typed, **{name: value}), format)
        return
    found = getattr(again(Config(typed, **{name: value}), format), name)
    assert type(found) is type(value)
    assert list(found.items()) == list(value.items())
    assert getattr(found, "default_factory", 0) is getattr(value, "default_factory", 0)


@pytest.mark.parametrize("value", [Names([1]), Table(a=1), Place([1]), {"a": Table()}], ids=label)
def test_classes_that_extend_containers_are_not_made_plain(value: Any) -> None:
    with pytest.raises(
        PackagingError, match=r"cannot hold .* of type .*\.(Names|Table|Place); .*path .<root>\.any"
    ):
        to_data(Config(typed, any=value))


def measured(
    short: tuple[int, str] = (0, ""),
    either: Union[tuple[int, int], list[int], None] = None,  # noqa: UP007
) -> None: ...


@pytest.mark.parametrize("format", FORMATS)
def test_tuples_of_another_length(format: str) -> None:
    for value in ((1, "a"), (1, "a", Path("x")), (), [1], ("x", 1)):
        found = again(Config(measured, short=value), format).short
        assert found == value
    assert again(Config(measured, either=[1, 2, 3]), format).either == (1, 2, 3)


@pytest.mark.parametrize("part", ["\ud800", {"a\ud800": 1}], ids=["value", "key"])
def test_half_a_character_is_found(part: Any) -> None:
    with pytest.raises(PackagingError, match=r"half a character as YAML \(at any\[1\]"):
        write(to_data(Config(typed, any=["é", part])), "yaml")
