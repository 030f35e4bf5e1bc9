"""What configurations have from fiddle, and what users see of it."""

from __future__ import annotations

import typing
from collections import namedtuple
from dataclasses import dataclass, field
from typing import Any

import fiddle as fdl
import pytest
from fiddle import daglish

import nemo_run.config
from nemo_run.config import Config, ConfigurableMixin, OptionalDefaultConfig, Partial, Script


@dataclass
class Net:
    width: int = 8
    act: str = "relu"
    dims: list[int] = field(default_factory=list)


@dataclass
class Counting:
    count: int = 0
    made: typing.ClassVar[int] = 0

    def __post_init__(self) -> None:
        self.count += 1
        Counting.made += 1


class Tag(fdl.Tag):
    """A tag."""


Pair = namedtuple("Pair", "left right")


def fit(net: Any, steps: int = 10, *rest: Any, **more: Any) -> Any:
    return net, steps, rest, more


def places(a: int, /, b: int = 2) -> Any:
    return a, b


def collecting(items: list[int] = [1]) -> list[int]:  # noqa: B006
    return items


def opt_fit(opt: OptionalDefaultConfig[Net] = None) -> Any:
    return opt


@pytest.mark.parametrize("cls", [Config, Partial])
class TestBoth:
    def test_what_was_set_is_what_is_stored(self, cls: Any) -> None:
        config = cls(fit, 1, x=2)
        assert config.__fn_or_cls__ is fit
        assert config.__arguments__ == {"net": 1, "x": 2}
        assert fdl.ordered_arguments(config, include_defaults=True) == {"net": 1, "steps": 10, "x": 2}

    def test_dir_lists_parameters_and_nothing_else(self, cls: Any) -> None:
        assert dir(cls(fit, zeta=1)) == ["net", "steps", "zeta"]
        assert dir(cls(Net)) == ["act", "dims", "width"]

    def test_deleting_brings_the_default_back(self, cls: Any) -> None:
        config = cls(Net, width=3)
        del config.width
        assert config.width == 8
        with pytest.raises(AttributeError):
            del config.width

    def test_extra_names_are_taken_where_the_callable_takes_them(self, cls: Any) -> None:
        config = cls(fit)
        config.anything = 3
        assert config.anything == 3

    def test_text(self, cls: Any) -> None:
        name = cls.__name__
        assert repr(cls(fit, net=Config(Net, width=3))) == f"<{name}[fit(net=<Config[Net(width=3)]>)]>"
        assert repr(cls(places, 1)) == f"<{name}[places(0=1)]>"
        long = repr(cls(fit, net="x" * 50, other="y" * 50))
        assert len(long.splitlines()) == 3

    def test_tags(self, cls: Any) -> None:
        config = cls(Net, width=3)
        fdl.add_tag(config, "width", Tag)
        assert fdl.get_tags(config, "width") == {Tag}

    def test_copies_with_changes(self, cls: Any) -> None:
        config = cls(fit, net=Config(Net))
        assert fdl.copy_with(config, steps=1).net is config.net
        deep = fdl.deepcopy_with(config, steps=1)
        assert (type(deep), deep.steps, deep.net) == (cls, 1, config.net)
        assert deep.net is not config.net

    def test_traversals_make_the_same_classes(self, cls: Any) -> None:
        config = cls(fit, net=[Config({}, a=Config(Net))], more=Partial(fit))
        seen: list[str] = []

        def visit(value: Any, state: daglish.State) -> Any:
            seen.append(daglish.path_str(state.current_path))
            return state.map_children(value) if state.is_traversable(value) else value

        made = daglish.MemoizedTraversal.run(visit, config)
        assert made == config
        assert made is not config
        assert type(made.net[0]) is Config
        assert ".net[0].a" in seen

    def test_there_is_no_operator(self, cls: Any) -> None:
        with pytest.raises(TypeError):
            cls(Net) | cls(Net)

    def test_a_callable_without_signature_is_configured_as_it_is(self, cls: Any) -> None:
        config = cls(dict.fromkeys, [1], Net(width=2))
        assert dict(fdl.build(config)() if cls is Partial else fdl.build(config)) == {1: Net(width=2)}


def tagged(x: typing.Annotated[int, Tag] = 1, *rest: int, **more: int) -> None: ...


@pytest.mark.parametrize(("ours", "fiddles"), [(Config, fdl.Config), (Partial, fdl.Partial)])
@pytest.mark.parametrize(
    ("target", "args", "kwargs"),
    [
        (Net, (3,), {"act": "x"}),
        (tagged, (), {}),
        (tagged, (1, 2, 3), {"z": 4}),
        (places, (1,), {"b": 2}),
        (dict, (), {"a": 1}),
        (dict.fromkeys, ([1],), {}),
    ],
)
def test_arguments_tags_and_history_are_those_of_fiddle(
    ours: Any, fiddles: Any, target: Any, args: Any, kwargs: Any
) -> None:
    mine, theirs = ours(target, *args, **kwargs), fiddles(target, *args, **kwargs)
    assert vars(mine).keys() == vars(theirs).keys()
    for name in ("__fn_or_cls__", "__arguments__", "__argument_tags__", "__signature_info__"):
        assert vars(mine)[name] == vars(theirs)[name]
    entries = [
        [
            (name, entry.kind, entry.new_value)
            for name, past in c.__argument_history__.items()
            for entry in past
        ]
        for c in (mine, theirs)
    ]
    assert entries[0] == entries[1]
    places = {entry.location.filename for past in mine.__argument_history__.values() for entry in past}
    assert places == {__file__}


def test_a_mutable_default_is_the_callables_own() -> None:
    assert Config(collecting).items is collecting.__defaults__[0]  # type: ignore[index]


def test_containers_are_built() -> None:
    held = [Config(Net)], (Config(Net),), {"k": Config(Net)}, Pair(Config(Net), 1)
    assert fdl.build(Config(fit, list(held)))[0] == [[Net()], (Net(),), {"k": Net()}, Pair(Net(), 1)]


def test_what_is_shared_is_built_once() -> None:
    shared = Config(Net)
    net, steps, *_ = fdl.build(Config(fit, shared, [shared]))
    assert net is steps[0]


def test_falsy_values_are_no_missing_defaults() -> None:
    for value in (0, False, "", [], {}):
        assert Partial(opt_fit, opt=value).opt == value


def test_the_only_name_that_cannot_be_given_by_keyword() -> None:
    def odd(bind_args: int = 1) -> int:
        return bind_args

    config = Config(odd, bind_args=False)
    assert config.__arguments__ == {}
    config.bind_args = 5
    assert fdl.build(config) == 5


@pytest.mark.parametrize("cls", [Config, Partial])
def test_generic_aliases(cls: Any) -> None:
    T = typing.TypeVar("T")
    for argument in (Net, fit, list[Net], T):
        assert cls[argument].__origin__ is cls
        assert typing.get_args(cls[argument]) == (argument,)
    assert typing.get_args(cls["Name"]) == (typing.ForwardRef("Name"),)
    assert cls[T][Net] == cls[Net]
    assert issubclass(cls, typing.Generic)  # type: ignore[arg-type]


def test_lazy_names_become_attributes() -> None:
    from nemo_run._config import buildables

    assert nemo_run.config.Config is buildables.Config
    assert vars(nemo_run.config)["Config"] is buildables.Config
    assert set(nemo_run.config._LAZY) <= set(dir(nemo_run.config))


def test_names_are_handled_one_after_the_other_and_parents_first() -> None:
    order: list[str] = []

    def name(label: str) -> Any:
        return lambda config: order.append(f"{label} {config.__fn_or_cls__.__name__}") or 1

    Partial(fit, net=Config(Net, width=1), width=2, act="x").walk(width=name("width"), act=name("act"))
    assert order == ["width fit", "width Net", "act fit", "act Net"]


def test_captured_instances_run_their_own_code_once_per_build() -> None:
    instance = Counting()
    config = Partial(fit, net=instance)
    made = Counting.made
    assert config.net.count == 1
    assert fdl.build(config)()[0].count == 2
    assert Counting.made == made + 1


class Mixed(ConfigurableMixin, dict):
    """A container that is its own configuration."""


def test_scripts_are_values() -> None:
    assert Script("a", args=["x"]) == Script("a", args=["x"])
    assert Script("a") != Script("b")
    assert not hasattr(Script, "clone")
    with pytest.raises(TypeError):
        hash(Script("a"))
    assert Script("a").to_command(filename="ignored") == ["a"]


def test_containers_are_drawn_themselves() -> None:
    mixed = Mixed(a=Config(Net))
    assert mixed.to_config() is mixed
    assert "Net" in mixed.visualize().source
    assert Mixed(a=2).diff_text(Mixed(a=1)) == "['a']: 1 -> 2"
