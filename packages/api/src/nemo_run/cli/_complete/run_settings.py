"""Words about the run itself: ``run.name=``, ``executor=NAME``, ``executor.nodes=``, ``plugins=NAME``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nemo_run._registry import factories
from nemo_run.cli._complete import values
from nemo_run.cli._complete.candidate import Candidate
from nemo_run.cli._complete.owners import made_by
from nemo_run.cli._help import docs, run_words
from nemo_run.cli._help.fields import Field, own_fields
from nemo_run.cli._help.values import is_config

_PLACES = ("executor", "plugins")


def is_about_run(entrypoint: Any, key: str) -> bool:
    """Whether a key is about the run; a parameter of the function of that name comes first."""
    first = key.partition(".")[0].partition("[")[0]
    return first in (*_PLACES, "run") and entrypoint.enable_executor and first not in _own_names(entrypoint)


def roots(entrypoint: Any) -> Iterator[Candidate]:
    """Yield how words about the run begin."""
    if is_about_run(entrypoint, "run"):
        yield Candidate("run.", "settings of the run", goes_on=True)
    for name in _PLACES:
        if is_about_run(entrypoint, name):
            yield Candidate(f"{name}=", f"{name} of the run", goes_on=True)


def keys(entrypoint: Any, parent: str, words: Sequence[str]) -> Iterator[Candidate]:
    """Yield the keys below ``run``, ``run.executor`` and ``executor``."""
    for field in _fields(entrypoint, parent, words):
        yield Candidate(f"{parent}.{field.name}=", values.about(field), goes_on=True)
    if parent == "run":
        for name in _PLACES:
            yield Candidate(f"run.{name}=", f"{name} of the run", goes_on=True)
        yield Candidate("run.executor.", "settings of the executor", goes_on=True)


def values_for(
    entrypoint: Any, key: str, value: str, start: str, words: Sequence[str]
) -> Iterable[Candidate]:
    """Return the values of a key about the run."""
    name = key.removeprefix("run.")
    if name == "executor":
        return executors(start)
    if name == "plugins":
        return values.factories(_plugins(), value, start)
    if name == "factory":
        from nemo_run.cli._help.sections import whole_factories

        return values.factories(whole_factories(entrypoint.fn), value, start)
    parent, _, last = key.rpartition(".")
    found = next((field for field in _fields(entrypoint, parent, words) if field.name == last), None)
    return [] if found is None else values.for_field(found, value, start)


def executors(start: str) -> Iterator[Candidate]:
    """Yield the names of executors: factories, then what files describe."""
    for name, factory in run_words.executor_factories().items():
        yield Candidate(f"{start}{name}", docs.first_line(docs.doc_of(factory)) or "factory")
    for name, text in run_words.executor_profiles().items():
        yield Candidate(f"{start}{name}", text)


def _fields(entrypoint: Any, parent: str, words: Sequence[str]) -> list[Field]:
    if parent == "run":
        context = entrypoint.run_ctx_cls
        names = {field.name for field in dataclasses.fields(context) if field.init}
        return [field for field in own_fields(context) if field.name in names - {*_PLACES}]
    if parent.removeprefix("run.") != "executor":
        return []
    return own_fields(_executor_class(entrypoint, words))


def _executor_class(entrypoint: Any, words: Sequence[str]) -> Any:
    """Return the class of the executor that was chosen, else of the default one, else of all."""
    from nemo_run.core.execution.base import Executor

    for word in reversed(words):
        key, sign, value = word.partition("=")
        if sign and key in ("executor", "run.executor"):
            return _class_named(value.partition("(")[0]) or Executor
    default = entrypoint.default_executor
    return default.__fn_or_cls__ if is_config(default) else Executor


def _class_named(name: str) -> Any:
    if factory := run_words.executor_factories().get(name):
        return made_by(factory)
    from nemo_run.core.execution._profiles import named_executor

    return type(named_executor(name))


def _plugins() -> dict[str, Any]:
    from nemo_run.run.plugin import ExperimentPlugin

    return factories.of_kind(ExperimentPlugin)


def _own_names(entrypoint: Any) -> set[str]:
    return {field.name for field in own_fields(entrypoint.fn)}
