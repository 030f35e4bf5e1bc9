"""``Config`` and ``Partial``: what users see."""

from __future__ import annotations

import copy
import dataclasses
import logging
import pickle
import sys
import typing
from collections import namedtuple
from typing import Annotated, Optional

import fiddle as fdl
import pytest

from nemo_run.config import Config, OptionalDefaultConfig, OptionalDefaultPartial, Partial, Script
from nemo_run.exceptions import InvalidConfigError


@dataclasses.dataclass
class Net:
    width: int = 8
    act: str = "relu"
    dims: list[int] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Outer:
    inner: Net
    nets: list[Net] = dataclasses.field(default_factory=list)
    count: int = dataclasses.field(default=0, init=False)


@dataclasses.dataclass
class Sgd:
    lr: float
    decay: float = 0.0


@dataclasses.dataclass
class Sgd2:
    lr: float = 0.1


Pair = namedtuple("Pair", "left right")


def fit(net: Net, steps: int = 10) -> tuple[Net, int]:
    return net, steps


def opt_fit(net: Net, opt: OptionalDefaultConfig[Sgd2] = None) -> None: ...


def pep604(opt: Annotated[Sgd2 | None, Config[Sgd2]] = None) -> None: ...


def partial_default(opt: OptionalDefaultPartial[Sgd2] = None) -> None: ...


def plain_fiddle(opt: Annotated[Optional[Sgd2], fdl.Config[Sgd2]] = None) -> None: ...  # noqa: UP045


def without_optional(opt: Annotated[Sgd2, Config[Sgd2]] = None) -> None: ...  # type: ignore[assignment]


def anything(*args: object, **kwargs: object) -> tuple[object, object]:
    return args, kwargs


def places(a: object, /, b: object = 2, *rest: object, key: object = None) -> object:
    return a, b, rest, key


def only_places(opt: OptionalDefaultConfig[Sgd2] = None, /) -> object:
    return opt


def second_place(first: int = 1, opt: OptionalDefaultConfig[Sgd2] = None, /) -> object:
    return first, opt


def behind_required(first: int, opt: OptionalDefaultConfig[Sgd2] = None, /) -> object:
    return first, opt


class WithInit:
    def __init__(self, opt: OptionalDefaultConfig[Sgd2] = None) -> None:
        self.opt = opt


@dataclasses.dataclass
class WithField:
    opt: OptionalDefaultConfig[Sgd2] = None


@dataclasses.dataclass(init=False)
class OwnInit:
    size: int

    def __init__(self, text: str) -> None:
        self.size = len(text)


# -- relationship with fiddle -----------------------------------------------------------------------


def test_classes_are_fiddles() -> None:
    assert isinstance(Config(Net), fdl.Config)
    assert isinstance(Partial(fit), fdl.Partial)
    assert not issubclass(Config, fdl.Partial)
    assert not issubclass(Partial, fdl.Config)


def test_classes_are_generic() -> None:
    assert Config[Net].__origin__ is Config
    assert typing.get_args(Partial[Net]) == (Net,)
    assert typing.get_origin(Config["Net"]) is Config
    assert typing.get_origin(Partial[fit]) is Partial


def test_classes_say_where_they_are_imported_from() -> None:
    assert (Config.__module__, Config.__qualname__) == ("nemo_run.config", "Config")
    assert pickle.loads(pickle.dumps(Partial)) is Partial


@pytest.mark.parametrize("source", [fdl.Config, fdl.Partial, Config, Partial])
@pytest.mark.parametrize("target", [fdl.Config, fdl.Partial, Config, Partial])
def test_casts_are_silent(source: type, target: type, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert type(fdl.cast(target, source(Net, width=2))) is target
    assert not caplog.records


def test_fiddles_own_operations_keep_our_class() -> None:
    config = Config(Net, width=3)
    for other in (copy.copy(config), copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert type(other) is Config
        assert other == config
        assert other is not config
    assert fdl.copy_with(config, width=4).width == 4


def test_history_names_the_users_line() -> None:
    config = Config(Net)
    config.width = 3
    assert config.__argument_history__["width"][-1].location.filename == __file__


# -- the acceptance examples --------------------------------------------------------------------------


def test_config_builds_an_instance() -> None:
    assert fdl.build(Config(Net, width=3)) == Net(3, "relu", [])


def test_partial_builds_a_function() -> None:
    assert fdl.build(Partial(fit, net=Config(Net)))() == (Net(), 10)


def test_unset_argument_reads_as_its_default() -> None:
    assert Config(Net).width == 8


def test_unset_required_argument_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"No parameter 'lr' has been set"):
        _ = Config(Sgd).lr


def test_default_factory_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="default_factory"):
        _ = Config(Net).dims


def test_unknown_keyword_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'bogus'"):
        Config(Net, bogus=1)


def test_unknown_attribute_lists_the_valid_ones() -> None:
    with pytest.raises(AttributeError, match="width, act, dims"):
        Config(Net).bogus = 1


def test_default_equals_the_same_value_given() -> None:
    assert Config(Net) == Config(Net, width=8)


@pytest.mark.parametrize(
    "other", [Partial(Net), fdl.Config(Net), Config(Sgd2), Config(Net, width=9), 1, None]
)
def test_unequal(other: object) -> None:
    assert Config(Net) != other


def test_configs_cannot_be_hashed() -> None:
    with pytest.raises(TypeError):
        hash(Config(Net))


@pytest.mark.parametrize("cls", [Config, Partial])
def test_a_configuration_cannot_be_configured(cls: type) -> None:
    with pytest.raises(ValueError, match=r"fdl\.cast"):
        cls(Config(Net))


@pytest.mark.parametrize("target", [{}, dict[str, int], typing.Dict[str, int], dict])  # noqa: UP006
def test_dictionary_form(target: object) -> None:
    config = Config(target, a=1, b=Config(Net))
    config.more = 2
    assert config.a == 1
    assert fdl.build(config) == {"a": 1, "b": Net(), "more": 2}


def test_dictionary_form_survives_traversals() -> None:
    config = Config({}, a=1)
    assert copy.copy(config) == config == config.clone()


def test_empty_dictionary_is_recognised_by_type() -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, dict)

        __hash__ = None

        def __call__(self, x: int = 1) -> int:
            return x

    assert fdl.build(Config(Odd(), x=2)) == 2


@pytest.mark.parametrize(("cls", "target"), [(Config, {"a": 1}), (Partial, {}), (Config, 3)])
def test_what_cannot_be_called_is_a_type_error(cls: type, target: object) -> None:
    with pytest.raises(TypeError, match="is not a callable object"):
        cls(target)


@pytest.mark.parametrize("value", [0, False, "", [], None])
def test_falsy_values_are_kept(value: object) -> None:
    assert Partial(fit, net=value).net == value
    assert "net" in Partial(fit, net=value).__arguments__


def test_given_twice_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="multiple values for argument 'net'"):
        Partial(fit, 1, net=2)


def test_missing_required_argument_fails_at_build() -> None:
    with pytest.raises(TypeError, match=r"<root>\.net"):
        fdl.build(Partial(fit, net=Config(Sgd)))


def test_positional_arguments() -> None:
    config = Config(places, 1, 2, 3, 4, key=5)
    assert config[:] == [1, 2, 3, 4]
    assert fdl.build(config) == (1, 2, (3, 4), 5)


# -- dataclass instances become configurations -----------------------------------------------------------


@pytest.mark.parametrize(
    "config",
    [
        Partial(fit, net=Net(width=4)),
        Partial(fit, Net(width=4)),
        Config(fit, Net(width=4)),
    ],
)
def test_instance_becomes_a_config(config: Config) -> None:
    assert config.net == Config(Net, width=4, act="relu", dims=[])
    assert type(config.net) is Config


def test_nested_instances_become_ours() -> None:
    config = Partial(fit, net=Outer(Net(1), [Net(2)]))
    assert type(config.net.inner) is Config
    assert type(config.net.nets[0]) is Config
    assert "count" not in config.net.__arguments__


@pytest.mark.parametrize(
    ("value", "reach"),
    [
        ([Net()], lambda v: v[0]),
        ((1, Net()), lambda v: v[1]),
        ({"a": [Net()]}, lambda v: v["a"][0]),
        (Pair(1, {"x": Net()}), lambda v: v.right["x"]),
    ],
)
def test_instances_in_containers_become_configs(value: object, reach: typing.Any) -> None:
    for config in (Partial(fit, net=value), Partial(fit, value), Config(anything, net=value)):
        got = config.__arguments__.get("net", config.__arguments__.get(0))
        assert type(reach(got)) is Config
        assert type(got) is type(value)


def test_assigned_instances_become_configs() -> None:
    config = Partial(fit)
    config.net = Net(3)
    assert config.net == Config(Net, width=3, act="relu", dims=[])
    config.net = [Net(3)]
    assert type(config.net[0]) is Config


def test_items_set_by_position_become_configs() -> None:
    config = Config(places, 1)
    config[0] = Net()
    assert type(config[0]) is Config


def test_instances_in_extra_keywords_become_configs() -> None:
    assert type(Config(anything, extra=Net()).extra) is Config


def test_instances_in_the_dictionary_form_become_configs() -> None:
    assert type(Config({}, a=Net()).a) is Config


def test_one_instance_given_twice_is_built_once() -> None:
    net = Net()
    config = Config(anything, a=net, b=[net])
    assert config.a is config.b[0]
    _, built = fdl.build(config)
    assert built["a"] is built["b"][0]


def test_values_without_instances_stay_the_same_objects() -> None:
    value = {"a": [1, (2, 3)]}
    assert Config(anything, x=value).x is value


@pytest.mark.parametrize("value", [Net, OwnInit("abc"), 3, Config(Net)])
def test_what_is_no_ordinary_instance_stays(value: object) -> None:
    assert Partial(fit, net=value).net is value


def test_scripts_become_configs() -> None:
    assert type(Partial(fit, net=Script("a.sh")).net) is Config


def test_binding_can_be_switched_off() -> None:
    net = Net()
    config = Partial(opt_fit, net=net, bind_args=False)
    assert config.net is net
    assert "opt" not in config.__arguments__


# -- defaults that are configurations -----------------------------------------------------------------


@pytest.mark.parametrize(
    "config",
    [
        Partial(opt_fit, net=Config(Net)),
        Partial(opt_fit),
        Partial(opt_fit, net=Config(Net), opt=None),
        Partial(opt_fit, Config(Net), None),
        Config(opt_fit),
        Config(pep604),
        Config(plain_fiddle),
        Config(WithInit),
        Config(WithField),
    ],
)
def test_optional_default_is_filled_in(config: Config) -> None:
    assert config.opt == Config(Sgd2)
    assert type(config.opt) is Config


@pytest.mark.parametrize(
    ("config", "arguments"),
    [
        (Partial(only_places), [Config(Sgd2)]),
        (Partial(only_places, None), [Config(Sgd2)]),
        (Config(only_places, 5), [5]),
        (Partial(second_place), [1, Config(Sgd2)]),
        (Partial(second_place, 5), [5, Config(Sgd2)]),
        (Partial(second_place, 5, None), [5, Config(Sgd2)]),
        (Partial(behind_required), [fdl.NO_VALUE, None]),
        (Partial(behind_required, 5), [5, Config(Sgd2)]),
    ],
)
def test_optional_default_that_is_only_a_place(config: Config, arguments: list[object]) -> None:
    assert config[:] == arguments


def test_optional_default_partial() -> None:
    assert Config(partial_default).opt == Partial(Sgd2)


def test_optional_default_needs_optional() -> None:
    assert "opt" not in Config(without_optional).__arguments__


def test_optional_default_yields_to_a_value() -> None:
    assert Partial(opt_fit, opt=Sgd2(5)).opt.lr == 5
    assert Partial(opt_fit, None, Config(Sgd2, lr=7)).opt.lr == 7


def test_none_can_be_assigned_afterwards() -> None:
    config = Partial(opt_fit)
    config.opt = None
    assert config.opt is None


def test_a_default_that_cannot_be_configured_names_the_parameter() -> None:
    def bad(opt: OptionalDefaultConfig = None) -> None: ...  # of what?

    with pytest.raises(TypeError, match="'opt'"):
        Config(bad)


def test_annotations_nobody_can_read_expand_to_nothing() -> None:
    def local(opt: OptionalDefaultConfig[NoSuchName] = None) -> None: ...  # type: ignore[name-defined] # noqa: F821

    assert "opt" not in Config(local).__arguments__


def in_new_syntax(source: str, tmp_path: typing.Any) -> dict[str, typing.Any]:
    """Run a module that only newer versions of Python can read."""
    (tmp_path / "newer.py").write_text(source)
    scope = {"__name__": "newer", "__file__": str(tmp_path / "newer.py"), "Sgd2": Sgd2}
    exec(compile(source, str(tmp_path / "newer.py"), "exec", dont_inherit=True), scope)
    return scope


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax came with Python 3.12")
@pytest.mark.parametrize("future", ["", "from __future__ import annotations"])
@pytest.mark.parametrize(
    "function",
    [
        "def make[T](x: T, opt: OptionalDefaultConfig[Sgd2] = None): ...",
        "type Opt = OptionalDefaultConfig[Sgd2]\ndef make(opt: Opt = None): ...",
        "type Opt[T] = OptionalDefaultConfig[T]\ndef make(opt: Opt[Sgd2] = None): ...",
        "type M = Sgd2 | None\ndef make(opt: Annotated[M, Config[Sgd2]] = None): ...",
        "class make[T]:\n    def __init__(self, x: T, opt: OptionalDefaultConfig[Sgd2] = None): ...",
    ],
)
def test_type_parameters_and_aliases(function: str, future: str, tmp_path: typing.Any) -> None:
    head = "from typing import Annotated\nfrom nemo_run.config import Config, OptionalDefaultConfig\n"
    scope = in_new_syntax(f"{future}\n{head}{function}\n", tmp_path)
    assert Config(scope["make"]).opt == Config(Sgd2)


def test_defaults_written_for_type_checkers_are_found(tmp_path: typing.Any) -> None:
    source = (
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from nemo_run.config import OptionalDefaultConfig\n"
        "    import module_that_must_not_load as heavy\n"
        "def make(opt: OptionalDefaultConfig[Sgd2] = None, other: heavy.Thing = None): ...\n"
    )
    (tmp_path / "module_that_must_not_load.py").write_text("raise SystemExit('it was loaded')")
    sys.path.insert(0, str(tmp_path))
    try:
        assert Config(in_new_syntax(source, tmp_path)["make"]).opt == Config(Sgd2)
    finally:
        sys.path.remove(str(tmp_path))


@pytest.mark.parametrize(
    ("kwargs", "hint"),
    [({"widht": 1}, "Did you mean 'width'"), ({"zz": 1}, "valid parameter names: width, act, dims")],
)
@pytest.mark.parametrize("cls", [Config, Partial])
def test_an_unknown_name_says_what_may_have_been_meant(cls: type, kwargs: dict, hint: str) -> None:
    with pytest.raises(TypeError, match=f"unexpected keyword argument .*{hint}") as caught:
        cls(Net, **kwargs)
    assert isinstance(caught.value, InvalidConfigError)


@pytest.mark.parametrize(("args", "kwargs", "name"), [((), {"net": 1}, "'net'"), ((1,), {}, "0")])
def test_a_value_that_cannot_be_configured_names_the_parameter(args, kwargs, name) -> None:
    broken = Net()
    del broken.__dict__["dims"]
    with pytest.raises(TypeError, match=f"value of parameter {name} of .*fit.*no attribute 'dims'"):
        Partial(fit, *(broken for _ in args), **dict.fromkeys(kwargs, broken))


# -- clone, walk, broadcast -------------------------------------------------------------------------------


def test_clone_is_equal_and_independent() -> None:
    shared = Config(Net)
    config = Config(anything, a=shared, b=[shared], c={"k": (1, [2])})
    clone = config.clone()
    assert clone == config
    assert type(clone) is Config
    assert clone.a is not config.a
    assert clone.a is clone.b[0]
    assert clone.c["k"][1] is not config.c["k"][1]
    clone.a.width = 1
    assert shared.width == 8


class Tag(fdl.Tag):
    """A tag."""


def test_clone_keeps_tags_and_history() -> None:
    config = Config(Net, width=1)
    fdl.add_tag(config, "width", Tag)
    clone = config.clone()
    assert fdl.get_tags(clone, "width") == {Tag}
    assert clone.__argument_history__["width"]


@pytest.mark.parametrize("net", [Config(Net), [Config(Net)], {"a": (Config(Net),)}, fdl.Config(Net)])
def test_broadcast_reaches_every_config(net: typing.Any) -> None:
    config = Partial(fit, net=net)
    assert config.broadcast(width=2) is config
    while not isinstance(net, fdl.Buildable):
        net = net["a"] if isinstance(net, dict) else net[0]
    assert net.width == 2


def test_broadcast_leaves_alone_what_has_no_value() -> None:
    config = Config(anything, a=Config(Sgd), b=Config(Net))
    config.broadcast(lr=1, dims=[3], nowhere=1, self=2)
    assert not config.a.__arguments__
    assert not config.b.__arguments__


def test_walk_handles_a_shared_config_once() -> None:
    shared = Config(Net, width=3)
    config = Config(anything, a=shared, b=[shared])
    assert config.walk(width=lambda c: c.width * 2) is config
    assert shared.width == 6


def test_walk_lets_errors_through() -> None:
    with pytest.raises(ZeroDivisionError):
        Config(Net).walk(width=lambda c: 1 // 0)


def test_broadcast_does_not_descend_into_what_it_sets() -> None:
    config = Partial(fit, net=Config(Net))
    other = Partial(fit, net=config.net)
    assert config.broadcast(net=other).net is other


def test_methods_hide_parameters_of_their_name() -> None:
    def odd(clone: int = 1) -> int:
        return clone

    config = Config(odd, clone=2)
    assert callable(config.clone)
    assert fdl.build(config) == 2
