"""``TypeParser``: values by annotation, for programs that read single texts and add types of their own."""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, Union

from nemo_run._types.hints import MISSING
from nemo_run.cli._parse import markers
from nemo_run.cli._parse.coerce import Parser, coerce, find_custom, to_any
from nemo_run.cli._parse.containers import to_container
from nemo_run.cli._parse.errors import ParseError, UnknownTypeError
from nemo_run.cli._parse.literals import evaluate
from nemo_run.cli._parse.scalars import to_bool, to_float, to_int, to_literal, to_path, to_str
from nemo_run.cli._parse.texts import CUSTOM

_F = TypeVar("_F", bound=Callable[[str, Any], Any])

BUILTIN_TO_TYPING: Mapping[Any, Any] = MappingProxyType(
    {
        builtin: getattr(typing, name)
        for builtin, name in (
            (list, "List"),
            (dict, "Dict"),
            (tuple, "Tuple"),
            (set, "Set"),
            (frozenset, "FrozenSet"),
        )
    }
)
TYPING_TO_BUILTIN: Mapping[Any, Any] = MappingProxyType({old: new for new, old in BUILTIN_TO_TYPING.items()})


class TypeParser:
    """Reads texts as values of annotations; nothing is remembered, so results are never shared.

    Attributes:
        strict_mode: Refuse types that no text can be read as; otherwise the text is returned.
        custom_parsers: Type -> parser, before all others.
        parsers: Type -> parser of this class.
    """

    def __init__(self, strict_mode: bool = True) -> None:
        self.strict_mode = strict_mode
        self.custom_parsers: dict[Any, Parser] = {}
        self.parsers: dict[Any, Parser] = {
            int: self.parse_int,
            float: self.parse_float,
            str: self.parse_str,
            bool: self.parse_bool,
            list: self.parse_list,
            dict: self.parse_dict,
            Union: self.parse_union,
            Literal: self.parse_literal,
            Path: self.parse_path,
            Any: self.parse_any,
        }

    def parse(self, value: str, annotation: Any) -> Any:
        """Return what a text means as a value of a type.

        Raises:
            ParseError: It is none.
            TypeParsingError: A custom parser failed.
        """
        return self.get_parser(annotation)(value, annotation)

    def get_parser(self, annotation: Any) -> Parser:
        """Return the function that reads values of a type."""
        custom = find_custom(annotation, self.custom_parsers)
        return self._coerced if custom is None else functools.partial(self._custom, custom)

    def register_parser(self, type_: Any) -> Callable[[_F], _F]:
        """Decorate ``f(text, annotation)``, which reads values of a type from now on."""

        def register(function: _F) -> _F:
            self.custom_parsers[type_] = function
            return function

        return register

    def infer_type(self, value: str) -> type:
        """Return the type of a Python literal, ``str`` for any other text."""
        try:
            return type(evaluate(value))
        except ValueError:
            return str

    def parse_int(self, value: str, annotation: Any = int) -> int:
        """Read what ``int()`` reads."""
        return to_int(value, annotation)

    def parse_float(self, value: str, annotation: Any = float) -> float:
        """Read what ``float()`` reads."""
        return to_float(value, annotation)

    def parse_str(self, value: str, annotation: Any = str) -> str:
        """Take any text, without quotes around it."""
        return to_str(value, annotation)

    def parse_bool(self, value: str, annotation: Any = bool) -> bool:
        """Read ``true yes 1 on`` and ``false no 0 off``."""
        return to_bool(value, annotation)

    def parse_path(self, value: str, annotation: Any = Path) -> Any:
        """Take any text that can be a path."""
        return to_path(value, annotation)

    def parse_literal(self, value: str, annotation: Any) -> Any:
        """Read one of the values of a ``Literal``."""
        return to_literal(value, annotation)

    def parse_any(self, value: str, annotation: Any = Any) -> Any:
        """Read ``None`` and literals; all else is a text."""
        return to_any(value, annotation)

    def parse_list(self, value: str, annotation: Any = list) -> list[Any]:
        """Read ``[a, b]``."""
        return to_container(value, annotation, self.parse)

    def parse_dict(self, value: str, annotation: Any = dict) -> dict[Any, Any]:
        """Read ``{key: value}``."""
        return to_container(value, annotation, self.parse)

    def parse_optional(self, value: str, annotation: Any) -> Any:
        """Read ``None``, ``null`` or a value of the type."""
        return self._coerced(value, annotation)

    def parse_union(self, value: str, annotation: Any) -> Any:
        """Read a value of the first type that takes the text."""
        return self._coerced(value, annotation)

    def parse_forward_ref(self, value: str, annotation: Any) -> Any:
        """Refuse: nobody knows the type."""
        return self.parse_unknown(value, annotation)

    def parse_buildable(self, value: str, annotation: Any) -> Any:
        """Read ``Config``, ``Config[a.b.C]`` or ``Partial[a.b.f]``.

        Raises:
            ParseError: Another text.
        """
        found = markers.find(value, annotation)
        if found is None:
            raise ParseError(value, annotation, "Expected Config, Config[name] or Partial[name]")
        return found

    def parse_unknown(self, value: str, annotation: Any) -> Any:
        """Refuse a type that no text can be read as.

        Raises:
            UnknownTypeError: In strict mode; otherwise the text is returned.
        """
        if self.strict_mode:
            raise UnknownTypeError(value, annotation, f"Unsupported type: {annotation}")
        return value

    def _custom(self, parser: Parser, value: str, annotation: Any) -> Any:
        return coerce(value, annotation, self.parse, {annotation: parser})

    def _coerced(self, value: str, annotation: Any) -> Any:
        try:
            return coerce(value, annotation, self.parse, self.custom_parsers)
        except UnknownTypeError as error:
            found = markers.find(value, annotation)
            if found is not None:
                return found
            if self.strict_mode or error.expected_type != annotation:
                raise
            return value


type_parser = TypeParser()
"""The one whose custom parsers take part in command lines."""

type_parser.custom_parsers = CUSTOM


def parse_value(value: str, annotation: Any = None) -> Any:
    """Return what a text means as a value of a type; without one, what it looks like.

    Raises:
        ParseError: It is no value of that type.
    """
    return type_parser.parse(value, MISSING if annotation is None else annotation)
