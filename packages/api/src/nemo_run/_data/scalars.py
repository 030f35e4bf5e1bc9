"""Scalars of data -> values that suit an annotation."""

from __future__ import annotations

import datetime
from typing import Any

from nemo_run._data.document import Mark, short
from nemo_run._data.errors import WrongTypeError
from nemo_run._data.fit import Fit, is_path
from nemo_run._data.place import Place
from nemo_run._types.describe import class_to_str
from nemo_run.cli._parse.texts import from_text


def scalar(value: Any, fit: Fit, place: Place, mark: Mark | None) -> Any:
    """Return a scalar, converted where the annotation asks for something else.

    Where text belongs, a bare word such as ``007`` or ``no`` is the text that was written.

    Raises:
        InvalidConfigError: It does not suit the annotation.
    """
    if fit.accepts(value):
        return value
    if isinstance(value, str) and fit.path is not None and is_path(value):
        return fit.path(value)
    text = _text_of(value, fit, mark)
    if fit.is_text and not isinstance(value, str):
        return text
    return from_text(text, fit.hint, owner=place.owner, name=place.name)


def wrong_type(value: Any, fit: Fit) -> WrongTypeError:
    """Return the error for a value that cannot be what the annotation says."""
    kind = {dict: "a mapping", list: "a list", tuple: "a tuple"}.get(type(value), f"{short(value)}")
    wanted = class_to_str(fit.hint) or "value"
    if isinstance(value, (list, tuple)) and fit.takes_list:
        return WrongTypeError(f"{kind} of {len(value)} is no {wanted}, which has {fit.count} items")
    return WrongTypeError(f"{kind} is no {wanted}")


def _text_of(value: Any, fit: Fit, mark: Mark | None) -> str:
    if isinstance(value, str):
        return value
    if mark is not None and mark.text is not None:
        return mark.text
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bool) and fit.is_text:
        raise WrongTypeError(f"{value} is no text; put it in quotes if it should be one")
    if isinstance(value, (bool, int, float)):
        return str(value)
    raise wrong_type(value, fit)
