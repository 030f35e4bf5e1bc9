"""Command lines that work for one very function, to copy and change."""

from __future__ import annotations

import inspect
import pathlib
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_origin

from nemo_run._types.shape import members_of
from nemo_run.cli._help.fields import Field, choices_of, element_of, fields_of
from nemo_run.cli._help.model import Row, Section, Span
from nemo_run.cli._help.sections import candidates, whole_factories

_SAMPLES: dict[Any, str] = {int: "5", float: "0.1", str: "text", pathlib.Path: "data"}


def section(
    prog: str,
    fn: Any,
    *,
    hidden: tuple[str, ...],
    executors: Sequence[str],
    is_simple: bool,
    config: Any = None,
) -> Section:
    """Return the section with examples.

    Args:
        prog: Program and commands, as they were typed.
        fn: The function.
        hidden: Parameters that nobody sets.
        executors: Names that may be chosen.
        is_simple: Whether the command takes words only, no options.
        config: What the command starts from.
    """
    fields = list(fields_of(fn, hidden=hidden, config=config))
    words = [shlex.quote(word) for word in _words(fields)]
    lines = _simple(words) if is_simple else _full(words, whole_factories(fn), fields, executors)
    return Section("Examples", tuple(Row((Span(f"{prog} {line}".rstrip(), "value"),)) for line in lines))


def _simple(words: list[str]) -> Iterator[str]:
    yield " ".join(words)


def _full(words: list[str], known: Any, fields: list[Field], executors: Sequence[str]) -> Iterator[str]:
    chosen = " ".join(words)
    yield f"{chosen} --yes".strip()
    yield f"{chosen} --dryrun".strip()
    if known:
        word = _first(fields, _scalar_word)
        yield (
            f"--factory {shlex.quote(next(iter(known)))} {shlex.quote(word) if word else ''}".strip()
            + " --yes"
        )
    if executors:
        yield f"{chosen} {shlex.quote(f'run.executor={executors[0]}')} --yes".strip()
    yield f"{chosen} --to-yaml config.yaml".strip()
    yield "--yaml config.yaml --yes"


def _words(fields: list[Field]) -> list[str]:
    """Return what must be set, one choice of a factory, and one value below it or elsewhere."""
    top = [field for field in fields if field.level == 0]
    needed = [_any_word(field, fields) for field in top if field.required]
    by_factory = _first(top, _factory_word)
    words = needed if not by_factory or by_factory in needed else [*needed, by_factory]
    parent = by_factory.partition("=")[0]
    below = [field for field in fields if parent and field.key.startswith(f"{parent}.")]
    taken = {word.partition("=")[0].partition(".")[0] for word in words}
    rest = [field for field in top if field.key not in taken]
    more = _first(below, _scalar_word) or _first(rest, _scalar_word)
    return [*words, *([more] if more else [])]


def _first(fields: list[Field], make: Callable[[Field], str]) -> str:
    return next((word for field in fields if (word := make(field))), "")


def _any_word(field: Field, fields: list[Field]) -> str:
    below = [other for other in fields if other.key.startswith(f"{field.key}.")]
    return (
        _factory_word(field) or _scalar_word(field) or _first(below, _scalar_word) or _container_word(field)
    )


def _container_word(field: Field) -> str:
    sample = _SAMPLES.get(element_of(field.hint), "...")
    origins = [get_origin(member) for member in members_of(field.hint)]
    if any(isinstance(origin, type) and issubclass(origin, Mapping) for origin in origins):
        return f"{field.key}={{name: {sample}}}"
    return f"{field.key}=[{sample}]" if any(origins) else f"{field.key}=..."


def _factory_word(field: Field) -> str:
    name = next(iter(candidates(field)), "")
    return f"{field.key}={name}" if name else ""


def _scalar_word(field: Field) -> str:
    value = "" if field.hint is inspect.Parameter.empty or field.name.startswith("*") else _sample(field)
    return f"{field.key}={value}" if value else ""


def _sample(field: Field) -> str:
    choices = [choice for choice in choices_of(field.hint) if choice not in ("None", field.shown.strip("'"))]
    if choices:
        return "false" if field.default is True else choices[-1] if "false" not in choices else choices[0]
    for member in members_of(field.hint):
        if isinstance(member, type) and member in _SAMPLES:
            return _SAMPLES[member]
    return ""
