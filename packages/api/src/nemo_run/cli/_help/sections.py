"""The tables of help, in the order they are shown."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_origin

from nemo_run._registry import factories
from nemo_run._types.describe import class_to_str
from nemo_run._types.shape import members_of
from nemo_run.cli._help import docs, values
from nemo_run.cli._help.fields import Field, choices_of, element_of, fields_of, nested_class, own_fields
from nemo_run.cli._help.model import Row, Section, Span
from nemo_run.cli._help.places import link_to, place_of

PRELOADED = "Pre-loaded entrypoint factories, run with --factory"
_MOST = 30
_NAMED = 8


def for_callable(
    fn: Any, *, with_docs: bool, hidden: tuple[str, ...] = (), config: Any = None
) -> Iterator[Section]:
    """Yield what the factories for a function are, its parameters, and the factories for these."""
    yield Section(PRELOADED, factory_rows(whole_factories(fn), with_docs=with_docs))
    fields = list(fields_of(fn, hidden=hidden, config=config))
    yield Section("Arguments", tuple(_argument_rows(fields)))
    for field in fields:
        found = candidates(field)
        if found:
            title = f"Factory for {field.key}: {class_to_str(field.hint)}".removesuffix(": ")
            yield Section(title, factory_rows(found, with_docs=with_docs))


def whole_factories(fn: Any) -> Mapping[str, Any]:
    """Return name -> factory for ``--factory``."""
    return _found(fn, "", inspect.Parameter.empty)


def candidates(field: Field) -> Mapping[str, Any]:
    """Return name -> factory for what may be written as the value of a parameter."""
    if field.name.startswith("*"):
        return {}
    return _found(field.owner, field.name, field.hint)


def _found(owner: Any, name: str, hint: Any) -> Mapping[str, Any]:
    try:
        return factories.candidates(owner, name, hint)
    except Exception:  # noqa: BLE001 - annotations are users' objects, and help must not fail over one
        return {}


def factory_rows(found: Mapping[str, Any], *, with_docs: bool) -> tuple[Row, ...]:
    """Return a row for each factory: name, ``module.function``, ``line N``, and what it does."""
    return tuple(_factory_row(name, function, with_docs) for name, function in found.items())


def _factory_row(name: str, function: Any, with_docs: bool) -> Row:
    place = place_of(function)
    line = f"line {place.line}" if place.line else ""
    text = (docs.doc_of(function) or "No docs") if with_docs else ""
    paragraphs = tuple(part for part in text.split("\n\n") if part.strip())
    cells = (Span(name, "name"), Span(place.name, "type", link_to(place)), Span(line))
    return Row(cells, notes=paragraphs)


def defaults_section(factory: Any, executor: Any, plugins: Any) -> Section:
    """Return what a command uses where its user says nothing; rows only for what there is."""
    rows = [("factory", _named(factory)), ("executor", _named(executor)), ("plugins", _named(plugins))]
    return Section("Defaults", tuple(Row((Span(name, "name"), Span(text))) for name, text in rows if text))


def _named(default: Any) -> str:
    if default is None or (isinstance(default, (list, tuple)) and not default):
        return ""
    if isinstance(default, str):
        return default
    if isinstance(default, (list, tuple)):
        return ", ".join(map(_named, default))
    if values.is_config(default) or not callable(default):
        return values.text_of(default)
    return place_of(default).name


def named_section(title: str, described: Iterable[tuple[str, str]]) -> Section:
    """Return a section of names and what they are."""
    return Section(title, tuple(Row((Span(name, "name"), Span(text))) for name, text in described))


def _argument_rows(fields: list[Field]) -> Iterator[Row]:
    """Yield a row for each parameter; of a class with very many, the first ones."""
    below = Counter(_parent(field) for field in fields)
    shown: Counter[str] = Counter()
    left_out: set[str] = set()
    for field in fields:
        parent = _parent(field)
        if parent in left_out:
            left_out.add(field.key)
        elif parent and shown[parent] == _MOST:
            left_out.update((parent, field.key))
            yield Row(
                (Span(f"{parent}. ...", "name"), Span(f"{below[parent] - _MOST} more")), depth=field.level
            )
        else:
            shown[parent] += 1
            yield _field_row(field, is_unfolded=field.key in below)


def _parent(field: Field) -> str:
    return field.key.rpartition(".")[0]


def _field_row(field: Field, *, is_unfolded: bool) -> Row:
    default = Span(f"= {field.shown}", "value") if field.shown else Span("", "value")
    if field.required:
        parent = _parent(field)
        default = Span(f"required with {parent}" if parent else "required", "must")
    cells = (Span(_label(field), "name"), Span(class_to_str(field.hint), "type"), default)
    tree = () if is_unfolded else values.tree_of(field.default)
    return Row(cells, notes=_notes(field), tree=tree, depth=field.level)


def _label(field: Field) -> str:
    return field.name if field.name.startswith("*") else field.key


def _notes(field: Field) -> tuple[str, ...]:
    choices = choices_of(field.hint)
    is_told = set(choices) <= {"None", "true", "false"} or "Literal[" in class_to_str(field.hint)
    told = "" if is_told else f"One of {', '.join(choices)}."
    return tuple(note for note in (field.doc, told, _items(field)) if note)


def _items(field: Field) -> str:
    """Return what the items of a container are made of, if they are configured by parameters."""
    element = nested_class(element_of(field.hint))
    names = [inner.name for inner in own_fields(element)] if element is not None else []
    if not names or field.name.startswith("*"):
        return ""
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    has_items = type(field.default) in (list, tuple, dict) and bool(field.default)
    way = f": {field.key}[{_index(field.hint)}].{names[0]}=VALUE" if has_items else ""
    return f"Items have {', '.join(names[:_NAMED])}{rest}{way}."


def _index(hint: Any) -> str:
    origins = [get_origin(member) for member in members_of(hint)]
    return "KEY" if any(isinstance(each, type) and issubclass(each, Mapping) for each in origins) else "0"
