"""Where words lead: parents, indices, defaults, and what words must not change."""

# ruff: noqa: B006, RUF013, UP006, UP007, UP035, UP045

from __future__ import annotations

import copy
from collections import namedtuple
from dataclasses import dataclass, field
from typing import Annotated, Any, Dict, List, Optional, Tuple, TypedDict, Union

import pytest
from fix import Net, Sgd, fit, wide

import nemo_run as run
from nemo_run._types.hints import MISSING
from nemo_run.cli._parse.apply import apply_words
from nemo_run.cli._parse.missing import missing_arguments
from nemo_run.cli._parse.places import locate
from nemo_run.cli._parse.words import Attr, Index, Word, key_of, parse_key, parse_word
from nemo_run.cli.cli_parser import (
    ArgumentParsingError,
    ArgumentValueError,
    Operation,
    OperationError,
    ParseError,
    parse_attribute,
    parse_cli_args,
    parse_config,
    parse_partial,
)

DEFAULT = run.Config(Net, width=3, dims=[1])
SHARED_LIST = [1, 2]
Pair = namedtuple("Pair", "left right")


class Sizes(TypedDict):
    small: int


@dataclass
class Deep:
    net: Net = field(default_factory=lambda: Net(width=5))
    pair: Tuple[int, float] = (1, 2.0)
    sizes: Sizes = field(default_factory=lambda: Sizes(small=1))


@dataclass
class Options:
    name: str
    count: int = 1
    tags: List[str] = field(default_factory=list)
    late: Optional[Net] = field(init=False, default=None)


def tree(
    net: Net = DEFAULT,
    ids: List[int] = SHARED_LIST,
    nets: List[Net] = [DEFAULT],
    opt: Optional[Sgd] = None,
    new: Sgd | None = None,
    part: Optional[run.Partial[Sgd]] = None,
    either: Union[int, Net, None] = None,
    meta: Dict[str, int] = None,
    numbered: Dict[int, str] = None,
    deep: Deep = None,
    pairs: Any = None,
    plain=None,
    lost: Nowhere = None,  # noqa: F821  # pyright: ignore[reportUndefinedVariable]
): ...


@pytest.fixture(autouse=True)
def untouched():
    before = copy.deepcopy((DEFAULT, SHARED_LIST, tree.__defaults__))
    yield
    assert (DEFAULT, SHARED_LIST, tree.__defaults__) == before


def test_steps():
    assert parse_key("a.b[0][-1]['x.y'][z]") == (
        Attr("a"),
        Attr("b"),
        Index(0),
        Index(-1),
        Index("x.y", is_quoted=True),
        Index("z"),
    )
    assert key_of(parse_key("a.b[0]['x']")) == "a.b[0]['x']"
    assert parse_word("a\u00e9|={}") == Word((Attr("a\u00e9"),), Operation.OR, "{}", "a\u00e9|={}")
    assert parse_word("a=b\nc=d").value == "b\nc=d"
    assert parse_word("a= b ").value == "b "


@pytest.mark.parametrize(
    "word",
    [
        " a=1",
        "a b=1",
        "a..b=1",
        ".a=1",
        "a.=1",
        "a[]=1",
        "a[=1",
        "a.[0]=1",
        "a-b=1",
        "a^=1",
        "a:=1",
        "a!=1",
        "=1",
    ],
)
def test_what_is_no_word(word):
    with pytest.raises(ArgumentParsingError, match="Invalid argument format"):
        parse_cli_args(fit, [word])


def test_what_is_no_key():
    with pytest.raises(ArgumentParsingError):
        parse_key("a b")


DOUBTLESS = run.Config(Sgd, lr=3.0)


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["net.width=9"], {"net": run.Config(Net, width=9, dims=[1])}),
        (["net.dims+=[2]"], {"net": run.Config(Net, width=3, dims=[1, 2])}),
        (["net.dims[0]=7"], {"net": run.Config(Net, width=3, dims=[7])}),
        (["ids+=[3]"], {"ids": [1, 2, 3]}),
        (["ids[-1]=9", "ids[0]+=1"], {"ids": [2, 9]}),
        (["nets[0].width=9"], {"nets": [run.Config(Net, width=9, dims=[1])]}),
        (["nets+=[wide]", "nets[0].width=9"], {"nets": [run.Config(Net, width=9, dims=[1]), wide()]}),
        (["nets=[wide]", "nets[0]=wide(1)"], {"nets": [wide(1)]}),
        (["meta={}", "meta.k=5"], {"meta": {"k": 5}}),
        (["meta={}", "meta[1]=5"], {"meta": {"1": 5}}),
        (["numbered={}", "numbered[1]=5"], {"numbered": {1: "5"}}),
        (["meta|={a: 1}"], {"meta": {"a": 1}}),
        (
            ["deep=Config", "deep.net.width*=2"],
            {"deep": run.Config(Deep, net=run.Config(Net, 10, "relu", []))},
        ),
        (["deep=Config", "deep.pair[1]=5"], {"deep": run.Config(Deep, pair=(1, 5.0))}),
        (["deep=Config", "deep.sizes.small+=1"], {"deep": run.Config(Deep, sizes={"small": 2})}),
        (["pairs={'a': [1, {'b': 2}]}", "pairs.a[1]['b']=[3]"], {"pairs": {"a": [1, {"b": [3]}]}}),
        (["plain=[1]", "plain[0]=x"], {"plain": ["x"]}),
        (["opt=Config", "opt[lr]=1"], {"opt": run.Config(Sgd, lr=1.0)}),
    ],
)
def test_words_change_copies(words, expected, create):
    result = apply_words(run.Partial(tree), words, create=create)
    assert result.__arguments__ == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["opt.lr=3"], {"opt": DOUBTLESS}),
        (["opt=None", "opt.lr=3"], {"opt": DOUBTLESS}),
        (["new.lr=3"], {"new": DOUBTLESS}),
        (["part.lr=3"], {"part": run.Partial(Sgd, lr=3.0)}),
        (["either.width=3"], {"either": run.Config(Net, width=3)}),
        (["meta.k=5"], {"meta": {"k": 5}}),
        (["meta['k']=5"], {"meta": {"k": 5}}),
        (["deep.net.width=1"], {"deep": run.Config(Deep, net=run.Config(Net, 1, "relu", []))}),
    ],
)
def test_parents_are_made(words, expected):
    assert apply_words(run.Partial(tree), words, create=True).__arguments__ == expected
    if len(words) == 1:
        with pytest.raises(ArgumentValueError, match="has no value"):
            apply_words(run.Partial(tree), words, create=False)


def test_annotations_name_the_parent_to_make():
    def noted(sgd: Annotated[Optional[Sgd], run.Config[Sgd]] = None): ...

    root = run.Partial(noted, bind_args=False)
    assert apply_words(root, ["sgd.lr=3"], create=True).sgd == DOUBTLESS


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["bogus.x=1"], "No parameter named 'bogus' exists for"),
        (["net.widht=1"], "Did you mean 'width'?"),
        (["net[0]=1"], "Invalid index '0' for net[0]"),
        (["ids.x=1"], "Invalid attribute 'x' for ids: use an index"),
        (["ids[x]=1"], "Invalid index 'x' for ids[x]: use a number, as in [0]"),
        (["ids[2]=1"], "Invalid index '2' for ids[2]: there are 2 items"),
        (["ids[-3]=1"], "Invalid index '-3'"),
        (["meta.x=1", "meta.x.y=1"], "Invalid attribute 'y' for int"),
        (["numbered[0]=x", "numbered[0].x=1"], "Invalid attribute 'x' for str"),
        (["pairs.x=1"], "Invalid attribute 'x' for pairs, which has no value"),
        (["lost.x=1"], "for lost, which has no value, and its annotation 'Nowhere' cannot be resolved"),
        (["plain[0]=1"], "Invalid index '0' for plain[0]: plain has no value"),
        (["nets[0].bogus=1"], "Invalid attribute 'bogus' for fix.Net"),
        (["deep.pair[2]=1"], "Invalid index '2' for deep.pair[2]"),
        (["[0].x=1"], "Invalid index '0'"),
        (["__fn_or_cls__=1"], "No parameter named '__fn_or_cls__'"),
    ],
)
def test_keys_that_lead_nowhere(words, text):
    with pytest.raises(ArgumentValueError) as caught:
        apply_words(run.Partial(tree), words, create=True)
    assert text in str(caught.value)
    assert caught.value.arg == words[-1]


def test_more_kinds_of_parameters():
    def positional(a: int, b: float = 1.0, /, c: str = "", *rest: int, d: int = 0, **more: int): ...

    result = parse_partial(positional, "1", "2", "x", "d=4", "other=5")
    assert result.__arguments__ == {0: 1, 1: 2.0, "c": "x", "d": 4, "other": 5}
    assert parse_partial(positional, "a=3", "a+=1").__arguments__ == {0: 4}
    for name in ("rest", "__init__"):
        with pytest.raises(ArgumentValueError, match=name):
            parse_partial(positional, f"{name}=1")
    with pytest.raises(ArgumentValueError, match="Cannot access VAR_POSITIONAL parameter 'rest'"):
        parse_partial(positional, "rest=[1]")

    class Anything:
        def __init__(self, *args, **kwargs): ...

    assert parse_config(Anything, "x=1", "y=z").__arguments__ == {"x": 1, "y": "z"}


def test_configurations_are_changed_in_place():
    config = run.Config(Net)
    assert parse_cli_args(config, ["width=1"]) is config
    assert config == run.Config(Net, width=1)
    numbers = [4]
    partial = run.Partial(tree, ids=numbers)
    parse_cli_args(partial, ["ids[0]=5"])
    assert (partial.ids, numbers) == ([5], [4])


def test_lists_of_configurations():
    nets = [run.Config(Net), run.Config(Net)]
    assert parse_cli_args(nets, ["[1].width=4", "[0]=x"]) is nets
    assert nets == ["x", run.Config(Net, width=4)]
    both = (run.Config(Net),)
    assert parse_cli_args(both, ["[0].width=4"])[0].width == 4
    for root, words in ((nets, ["width=1"]), (nets, ["x"]), (nets, ["[2].width=1"]), (both, ["[0]=1"])):
        with pytest.raises((ArgumentValueError, ArgumentParsingError)):
            parse_cli_args(root, words)


def test_objects_are_changed_by_attribute():
    options = Options("a")
    words = ["name=b", "count+=1", "tags=[x]", "tags+=[y]", "late=Config", "late.width=3"]
    assert parse_cli_args(options, words, options) is options
    assert options.tags == ["x", "y"]
    assert (options.name, options.count, options.late) == ("b", 2, run.Config(Net, width=3))
    with pytest.raises(ArgumentValueError, match="Did you mean 'count'"):
        parse_cli_args(options, ["cuont=1"], options)
    with pytest.raises(ParseError):
        parse_cli_args(options, ["count=x"], options)
    with pytest.raises(ArgumentParsingError):
        parse_cli_args(options, ["b"], options)


def test_named_tuples_stay_what_they_are():
    result = apply_words(run.Partial(tree, pairs=Pair(1, [2])), ["pairs[1][0]=3", "pairs[0]=x"], create=False)
    assert result.pairs == Pair("x", [3])


def test_text_of_annotations_counts():
    assert parse_partial(tree, "ids=[1, '2']", "deep=Config", "deep.net=wide(1)").ids == [1, 2]


def test_places():
    root = run.Partial(tree)
    place = locate(root, parse_key("opt.lr"), create=True)
    assert (place.hint, place.owner, place.name, place.get()) == (float, Sgd, "lr", MISSING)
    item = locate(root, parse_key("nets[0]"), create=False)
    assert (item.hint, item.owner, item.name) == (Net, tree, "nets")


def test_values_along_a_key():
    root = run.Partial(tree)
    assert parse_attribute("net.dims[0]", root) == 1
    assert parse_attribute("[0]", [5]) == 5
    with pytest.raises(ArgumentValueError, match="Invalid attribute 'net'"):
        parse_attribute("net", run.Partial(fit))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["plain={1}", "plain|={2}", "plain-={1}"], {2}),
        (["plain={1}", "plain&={2}"], set()),
        (["plain=[1]", "plain*=2"], [1, 1]),
        (["plain=None", "plain+=[1]"], [1]),
    ],
)
def test_operators_on_anything(words, expected):
    assert parse_partial(tree, *words).plain == expected


@pytest.mark.parametrize(
    "words", [["plain=abc", "plain*=100000000"], ["plain={}", "plain|=1"], ["net|=Config"]]
)
def test_operators_that_fail(words):
    with pytest.raises(OperationError) as caught:
        parse_partial(tree, *words)
    assert " |= " in caught.value.arg or " *= " in caught.value.arg


def test_all_missing_arguments_of_a_tree():
    root = run.Partial(fit, nets=[run.Config(Sgd)], extra={"a": run.Config(Sgd, lr=1.0)}, opt=run.Config(Sgd))
    root.maybe = root.opt
    assert missing_arguments(root) == [("net", Net), ("opt.lr", float), ("nets[0].lr", float)]
    assert missing_arguments([run.Partial(Sgd), run.Config(fit, net=run.Partial(Sgd))]) == []
    assert missing_arguments(run.Partial(Sgd)) == [("lr", float)]
