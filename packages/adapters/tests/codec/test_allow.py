"""Saved files are data: what they may name, and what happens to the rest."""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import logging
import sys
from pathlib import Path
from typing import Any

import fiddle as fdl
import pytest

from nemo_run_adapters.codec import AllowList, encode, load
from nemo_run_adapters.codec.wire import pack, unpack
from nemo_run_domain.errors import StoreError, UntrustedFileError
from nemo_run_domain.job import JobHandle, JobState


@dataclasses.dataclass
class Mine:
    size: int = 1
    state: Any = None


class Shade(enum.Enum):
    DARK = 1


Pair = collections.namedtuple("Pair", "left right")


def function(x: int = 1) -> int:
    return x


MINE = AllowList(names=frozenset({f"{__name__}:Mine", f"{__name__}:Shade"}))
TORCHX = "torchx.specs.api:AppState"


def renamed(value: Any, module: str, name: str) -> str:
    """The text of ``value`` with the class ``Mine`` replaced by something else."""
    return pack(
        unpack(encode(value)).replace(
            f'"module":"{__name__}","name":"Mine"', f'"module":"{module}","name":"{name}"'
        )
    )


def test_registered_classes_are_made() -> None:
    value = {"a": [Mine(2, Shade.DARK), Mine(3, (1, {2}))]}
    assert load(encode(value), allow=MINE) == value


def test_our_own_classes_are_made() -> None:
    value = [JobHandle("local", "x"), JobState.RUNNING]
    assert load(encode(value), allow=AllowList()) == value


def test_partials_of_allowed_classes_are_made() -> None:
    made = load(encode(fdl.Partial(Mine, size=4)), allow=MINE)
    assert isinstance(made, functools.partial)
    assert made() == Mine(4)


def test_a_planted_command_is_not_run(tmp_path: Path) -> None:
    def planted(path: str) -> str:
        return renamed(Mine(["touch", path]), "subprocess", "call")  # type: ignore[arg-type]

    with pytest.raises(UntrustedFileError, match="subprocess:call") as error:
        load(planted(str(tmp_path / "x")), allow=AllowList())
    assert isinstance(error.value, PermissionError)
    assert not (tmp_path / "x").exists()


def test_nothing_is_imported_for_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "planted_module.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UntrustedFileError):
        load(renamed(Mine(), "planted_module", "Mine"), allow=AllowList())
    assert "planted_module" not in sys.modules


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("builtins", "eval"),
        ("nemo_run_domain.names", "check_title"),  # a function of ours
        ("nemo_run_domain.names", "re.compile"),
        ("nemo_run_domain.job", "dataclass"),
        ("nemo_run_domain.job", "enum.Enum"),
        ("nemo_run_domain.job", "JobHandle.parse"),
        ("nemo_run_domain.errors", "PackagingError"),
        ("nemo_run_domain.job", "JobHandle.__init__.__globals__"),
        ("nemo_run_evil", "Mine"),
        ("nemo_run.__main__", "Anything"),
        ("fiddle", "build"),
    ],
)
def test_other_references_are_refused(module: str, name: str) -> None:
    with pytest.raises(UntrustedFileError):
        load(renamed(Mine(), module, name), allow=AllowList())


def test_functions_are_refused_as_values_and_targets() -> None:
    for value in (function, fdl.Config(function), [fdl.Config(Mine, size=function)]):
        with pytest.raises(UntrustedFileError):
            load(encode(value), allow=MINE)


def test_unknown_kinds_of_configuration_are_refused() -> None:
    with pytest.raises(UntrustedFileError, match="ArgFactory"):
        load(encode(fdl.ArgFactory(Mine)), allow=MINE)


def test_named_tuples_are_refused_unless_registered() -> None:
    text = encode([Pair(1, Mine())])
    with pytest.raises(UntrustedFileError, match="Pair"):
        load(text, allow=MINE)
    allow = AllowList(names=MINE.names | {f"{__name__}:Pair"})
    assert load(text, allow=allow) == [Pair(1, Mine())]


def test_states_of_torchx_are_read_without_torchx(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchx"]:
        monkeypatch.delitem(sys.modules, name)
    text = encode([JobState.SUCCEEDED], aliases={TORCHX: JobState})
    assert '"torchx.specs.api","name":"AppState.SUCCEEDED"' in unpack(text)
    assert load(text, allow=AllowList(aliases={TORCHX: JobState})) == [JobState.SUCCEEDED]
    assert "torchx" not in sys.modules


def test_unknown_member_is_said() -> None:
    text = pack(unpack(encode([JobState.SUCCEEDED])).replace("SUCCEEDED", "VANISHED"))
    with pytest.raises(StoreError, match="JobState has no 'VANISHED'"):
        load(text, allow=AllowList(aliases={"nemo_run_domain.job:JobState": JobState}))


def test_aliases_may_be_any_callable() -> None:
    text = renamed(Mine(5), "gone.module", "Old")
    assert load(text, allow=AllowList(aliases={"gone.module:Old": dict})) == {"size": 5, "state": None}


def test_arguments_of_other_versions_are_dropped(caplog: pytest.LogCaptureFixture) -> None:
    text = pack(unpack(encode(Mine(7, 1))).replace('"state"', '"renamed_field"'))
    with caplog.at_level(logging.WARNING):
        assert load(text, allow=MINE) == Mine(7)
    assert "renamed_field" in caplog.text
    assert "Mine" in caplog.text


def test_refused_arguments_name_the_class() -> None:
    @dataclasses.dataclass
    class Strict:
        size: int

        def __post_init__(self) -> None:
            raise ValueError("too big")

    text = renamed(Mine(1), "other", "Strict")
    with pytest.raises(StoreError, match=r"Strict.*too big"):
        load(text, allow=AllowList(aliases={"other:Strict": Strict}))


def test_positional_arguments() -> None:
    def places(a: Any, /, b: Any = 2, *rest: Any) -> Any:
        return a, b, rest

    text = encode(fdl.Config(places_at_top, 1, 3, 4))
    allow = AllowList(aliases={f"{__name__}:places_at_top": places})
    assert load(text, allow=allow) == (1, 3, (4,))
    assert load(encode(fdl.Config(places_at_top, 1)), allow=allow) == (1, 2, ())


def places_at_top(a: Any, /, b: Any = 2, *rest: Any) -> Any:
    return a, b, rest
