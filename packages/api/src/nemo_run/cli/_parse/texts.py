"""What the text of a value means: a value of the annotated type, or what a factory makes."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

from nemo_run._types.hints import Unresolved
from nemo_run._types.shape import allows_none, bare, config_class_of
from nemo_run.cli._parse import calls, markers
from nemo_run.cli._parse.calls import Call, Spot
from nemo_run.cli._parse.coerce import Parser, accepts_text, coerce, find_custom, is_scalar
from nemo_run.cli._parse.dotted import LoadingError, named_object
from nemo_run.cli._parse.errors import ParseError, UnknownTypeError
from nemo_run.cli._parse.literals import is_none
from nemo_run.cli._parse.objects import made_function, wants_function, wants_object

CUSTOM: dict[Any, Parser] = {}
"""Type -> parser that users registered."""

_EXPECTED = (
    "expected a factory, as in NAME or NAME(key=value), Config or Config[package.Class]; "
    "words such as KEY.FIELD=VALUE set one field each"
)


def from_text(text: str, hint: Any, owner: Any = None, name: str = "") -> Any:
    """Return what a text means as the value of a parameter; a new object each time.

    Single values (numbers, texts, paths, choices) are read first. Everything else may also be a
    factory, ``Config``, ``Config[a.b.C]`` or the dotted name of a constant; names are only called
    where the annotation leaves no room for a plain text.

    Args:
        text: As it stands in the word.
        hint: The annotation; ``Parameter.empty`` if there is none.
        owner: The function or class that has the parameter.
        name: Of the parameter.

    Raises:
        ParseError: It is no value of that type.
        FactoryError: A factory failed.
    """
    return _Reader(owner, name).read(text, hint)


@dataclass(slots=True)
class _Reader:
    """Reads values of one parameter.

    Attributes:
        owner: Function or class.
        name: Of the parameter.
        is_careful: The text may be just a text, so nothing is loaded or called but factories.
    """

    owner: Any
    name: str
    is_careful: bool = False

    def read(self, text: str, hint: Any) -> Any:
        if not isinstance(hint, Hashable):  # no type at all, such as a list
            hint = Unresolved(str(hint))
        if is_scalar(hint):
            return self._scalar(text, hint)
        reader = self if self.is_careful or not accepts_text(hint) else replace(self, is_careful=True)
        return reader._structured(text, hint)

    def _scalar(self, text: str, hint: Any) -> Any:
        try:
            return coerce(text, hint, self.read, CUSTOM)
        except ParseError as error:
            found = self._named_scalar(text, hint)
            if found is None:
                raise error from None
            return found[0]

    def _named_scalar(self, text: str, hint: Any) -> tuple[Any] | None:
        """Return what a factory of the parameter or a constant gives."""
        call = calls.parse_call(text)
        if call is None or is_none(text):
            return None
        spot = Spot(self.owner, self.name, hint)
        function = calls.find_of_parameter(call, spot)
        if function is not None:
            return (calls.registered_value(call, function, spot, from_text),)
        return self._constant(call, hint)

    def _constant(self, call: Call, hint: Any) -> tuple[Any] | None:
        """Return a constant of a loaded module that is a value of the type."""
        if "." not in call.name or call.arguments:
            return None
        try:
            found = named_object(call.name, load=False)
            return (coerce(repr(found), hint, self.read, CUSTOM),)
        except (LookupError, LoadingError, ParseError):
            return None

    def _structured(self, text: str, hint: Any) -> Any:
        spot = Spot(self.owner, self.name, hint)
        marked = markers.find(text, hint)
        if marked is not None:
            return marked
        if allows_none(hint) and is_none(text):
            return None
        call = None if is_none(text) else calls.parse_call(text)
        found = None if call is None else self._called(call, spot)
        if found is not None:
            return found[0]
        try:
            return coerce(text, hint, self.read, CUSTOM)
        except UnknownTypeError as error:
            if error.expected_type is not bare(hint):
                raise
            raise self._unknown(text, call, spot) from None

    def _unknown(self, text: str, call: Call | None, spot: Spot) -> UnknownTypeError:
        if call is not None:
            return calls.unknown(call, spot)
        reasons = ["None is not allowed"] if is_none(text) else []
        if config_class_of(spot.hint) is not None:
            reasons.append(_EXPECTED)
        reason = "; ".join(reasons) or f"Unsupported type: {spot.hint}"
        return UnknownTypeError(text, spot.hint, reason)

    def _called(self, call: Call, spot: Spot) -> tuple[Any] | None:
        function = calls.find_registered(call, spot)
        if function is not None:
            return (calls.registered_value(call, function, spot, from_text),)
        if find_custom(spot.hint, CUSTOM):
            return None
        if wants_object(spot.hint):
            return made_function(call, spot, from_text) if wants_function(spot.hint) else None
        if self.is_careful and "." not in call.name:
            return None
        found = calls.find_elsewhere(call, spot, load=not self.is_careful)
        if found is None or (self.is_careful and not calls.is_meant(found[0], spot.hint)):
            return None
        return (calls.fitting_value_of(call, found[0], spot, from_text),)
