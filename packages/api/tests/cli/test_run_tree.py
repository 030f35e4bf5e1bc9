"""What is shown before something runs."""

from dataclasses import dataclass, field

import nemo_run as run
from nemo_run.cli._run.tree import lines_of, node_of


@dataclass
class Inner:
    size: int = 1
    api_key: str = ""


@dataclass
class Outer:
    inner: Inner
    inners: list[Inner] = field(default_factory=list)
    words: tuple[str, ...] = ()
    table: dict[str, int] = field(default_factory=dict)


def shown(value):
    return "\n".join(lines_of(node_of("", value)))


def test_nested_configurations_show_what_was_set():
    config = run.Config(
        Outer, inner=run.Config(Inner, size=3), inners=[run.Config(Inner)], words=("a",), table={"k": 1}
    )
    assert shown(config) == (
        "Outer\n  inner: Inner\n    size = 3\n  inners\n    [0]: Inner\n  words = ('a',)\n  table\n    k = 1"
    )


def test_executors_show_what_differs_from_the_defaults():
    assert shown(run.LocalExecutor()) == "LocalExecutor"
    assert shown(run.LocalExecutor(retries=2)) == "LocalExecutor\n  retries = 2"


def test_secrets_stay_secret():
    config = run.Config(Inner, api_key="hunter2")
    place = run.LocalExecutor(env_vars={"HF_TOKEN": "hunter2", "A": "b", "S": run.Secret("hunter2")})
    text = shown(config) + shown(place)
    assert "hunter2" not in text
    assert "A = 'b'" in text
    assert text.count("********") == 3


def test_long_values_are_shortened():
    assert len(shown(run.Config(Inner, size="x" * 10_000))) < 1000


def test_lines_of_a_text_stay_below_each_other():
    assert shown(run.Config(Inner, size="a\nb")) == "Inner\n  size = 'a\\nb'"


def test_what_does_not_compare_is_shown():
    class Odd:
        def __eq__(self, other):
            raise TypeError("no")

        def __repr__(self):
            return "odd"

    @dataclass
    class Holder:
        odd: object = None

    assert "odd" in shown(Holder(odd=Odd()))
