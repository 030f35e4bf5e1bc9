"""Texts as values of annotations, without factories."""

from __future__ import annotations

import collections.abc
import enum
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, Literal, TypeVar, Union, get_origin

from nemo_run._types.hints import MISSING, Unresolved
from nemo_run._types.shape import bare, is_class, members_of
from nemo_run.cli._parse.containers import Read, kind_of, to_container
from nemo_run.cli._parse.errors import CLIException, ParseError, TypeParsingError, UnknownTypeError
from nemo_run.cli._parse.literals import evaluate, is_none, without_double_quotes
from nemo_run.cli._parse.objects import to_object, wants_object
from nemo_run.cli._parse.scalars import PLAIN, SCALARS, to_enum, to_literal, to_path

Parser = Callable[[str, Any], Any]


def coerce(text: str, hint: Any, read: Read, custom: Mapping[Any, Parser]) -> Any:
    """Return what a text means as a value of a type.

    Args:
        text: The text.
        hint: An annotation; ``Parameter.empty`` is none.
        read: Reads parts of the text: items, members of unions.
        custom: Type -> parser, before all others.

    Raises:
        UnknownTypeError: No text can be read as that type.
        ParseError: This one cannot.
        TypeParsingError: A custom parser failed.
    """
    if type(hint) is type and not custom and hint in SCALARS:  # most of them
        return SCALARS[hint](text, hint)
    hint = bare(hint)
    parser = find_custom(hint, custom)
    if parser is not None:
        return _call(parser, text, hint)
    if len(members_of(hint)) > 1:
        return _to_member(text, hint, read)
    if isinstance(hint, TypeVar) and not _is_free(hint):
        return read(text, Union[hint.__constraints__] if hint.__constraints__ else hint.__bound__)  # noqa: UP007
    if kind_of(hint):
        return to_container(without_double_quotes(text), hint, read)
    convert = _converter(hint)
    if convert is None:
        reason = f"Unsupported type: {hint.text if isinstance(hint, Unresolved) else hint}"
        raise UnknownTypeError(text, hint, reason)
    return convert(text, hint)


def find_custom(hint: Any, custom: Mapping[Any, Parser]) -> Parser | None:
    """Return the parser registered for a type or the origin of a generic one."""
    if not custom:
        return None
    for key in (hint, get_origin(hint)):
        if isinstance(key, collections.abc.Hashable) and key is not None and key in custom:
            return custom[key]
    return None


def is_scalar(hint: Any) -> bool:
    """Whether an annotation is made only of single values that any text may be meant for."""
    if type(hint) is type and hint in SCALARS:
        return hint in PLAIN
    return all(_is_scalar_member(member) for member in members_of(hint))


def accepts_text(hint: Any) -> bool:
    """Whether any text at all is a value of a type, so that a name may just be a text."""
    return any(member in (str, bytes, MISSING) or _is_anything(member) for member in members_of(hint))


def to_any(text: str, hint: Any) -> Any:
    """Read ``None``, ``null`` and Python literals; all else is a text."""
    del hint
    if is_none(text):
        return None
    try:
        return evaluate(text)
    except ValueError:
        return text


def _converter(hint: Any) -> Parser | None:
    for fits, convert in _FAMILIES:
        if fits(hint):
            return convert
    return None


def _to_member(text: str, hint: Any, read: Read) -> Any:
    """Read the first member of a union that takes the text."""
    members = members_of(hint)
    others = [member for member in members if member not in (type(None), None)]
    if len(others) < len(members) and is_none(text if str in others else without_double_quotes(text)):
        return None
    errors: list[ParseError] = []
    for member in others:
        try:
            return read(text, member)
        except ParseError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    reasons = "; ".join(error.reason for error in errors)
    raise ParseError(text, hint, f"No matching type in Union. Errors: {reasons}")


def _call(parser: Parser, text: str, hint: Any) -> Any:
    try:
        return parser(text, hint)
    except CLIException:
        raise
    except Exception as error:
        message = f"Cannot parse '{text}' as {hint}: {type(error).__name__}: {error}"
        raise TypeParsingError(message, text, {"expected_type": hint}) from error


def _is_scalar_member(hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return True
    return hint in PLAIN if not is_class(hint) else hint in PLAIN or issubclass(hint, (enum.Enum, PurePath))


def _is_anything(hint: Any) -> bool:
    return hint in (Any, object, MISSING) or _is_free(hint)


def _is_free(hint: Any) -> bool:
    return isinstance(hint, TypeVar) and hint.__bound__ is None and not hint.__constraints__


def _is_class(*bases: type) -> Callable[[Any], bool]:
    return lambda hint: isinstance(hint, type) and get_origin(hint) is None and issubclass(hint, bases)


_FAMILIES: tuple[tuple[Callable[[Any], bool], Parser], ...] = (
    (_is_anything, to_any),
    (lambda hint: get_origin(hint) is Literal, to_literal),
    (_is_class(enum.Enum), to_enum),
    (_is_class(PurePath), to_path),
    (wants_object, to_object),
    (lambda hint: hint in SCALARS, lambda text, hint: SCALARS[hint](text, hint)),
)
