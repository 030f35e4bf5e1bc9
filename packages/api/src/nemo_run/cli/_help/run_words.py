"""What ``run.NAME=VALUE`` sets, and the executors that can be named."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any

from nemo_run._registry import factories
from nemo_run._types.describe import class_to_str
from nemo_run._types.hints import hints_of
from nemo_run.cli._help import sections, values
from nemo_run.cli._help.model import Row, Section, Span

TITLE = "Registered executors"
_OTHERWISE_SET = ("executor", "plugins", "load")


def executor_factories() -> Mapping[str, Any]:
    """Return name -> factory for every executor that ``run.executor=NAME`` may mean."""
    from nemo_run.core.execution.base import Executor

    return factories.of_kind(Executor)


def executor_profiles() -> Mapping[str, str]:
    """Return name -> description of the executors that files describe."""
    try:
        from nemo_run.core.execution._profiles import executor_names

        return executor_names()
    except Exception:  # noqa: BLE001 - a broken file must not keep help from telling the rest
        return {}


def executor_names() -> list[str]:
    """Return every name for ``run.executor=``, factories first."""
    return list(dict.fromkeys([*executor_factories(), *executor_profiles()]))


def executors_section(*, with_docs: bool) -> Section:
    """Return what ``run.executor=NAME`` may name."""
    made = executor_factories()
    rows = sections.factory_rows(made, with_docs=with_docs)
    others = {name: text for name, text in executor_profiles().items() if name not in made}
    return Section(TITLE, (*rows, *sections.named_section(TITLE, others.items()).rows))


def section(context: Any) -> Section:
    """Return the fields of a run that words set."""
    rows = [_row(field, context) for field in _fields(context)]
    choices = Row((Span("run.executor", "name"), Span("NAME", "type"), Span("", "value")))
    plugins = Row((Span("run.plugins", "name"), Span("NAME", "type"), Span("", "value")))
    return Section("Run settings", (*rows, choices, plugins) if rows else ())


def _fields(context: Any) -> list[dataclasses.Field[Any]]:
    if not dataclasses.is_dataclass(context):
        return []
    return [field for field in dataclasses.fields(context) if field.init and field.name not in _OTHERWISE_SET]


def _row(field: dataclasses.Field[Any], context: Any) -> Row:
    hint = hints_of(context).get(field.name, inspect.Parameter.empty)
    shown = "" if field.default is dataclasses.MISSING else f"= {values.text_of(field.default, field.name)}"
    return Row((Span(f"run.{field.name}", "name"), Span(class_to_str(hint), "type"), Span(shown, "value")))
