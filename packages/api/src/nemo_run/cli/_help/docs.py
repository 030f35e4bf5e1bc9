"""What docstrings and annotations say about functions and their parameters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from nemo_run._types.hints import hints_of

_GENERATED = re.compile(r"\w+\(.*\)(?: -> None)?", re.DOTALL)


def doc_of(target: Any) -> str:
    """Return the docstring; nothing where Python made one up, as for dataclasses."""
    try:
        text = inspect.getdoc(target) or ""
    except Exception:  # noqa: BLE001 - ``__doc__`` may be a property of a user's class
        return ""
    return "" if isinstance(target, type) and _GENERATED.fullmatch(text) else text


def summary_of(text: str) -> str:
    """Return a docstring up to the sections about parameters and the like, whatever their style."""
    lines: list[str] = []
    for line in text.splitlines():
        if _SECTION.match(line):
            break
        if _UNDERLINE.fullmatch(line) and lines:
            lines.pop()
            break
        lines.append(line)
    return "\n".join(lines).strip()


_SECTION = re.compile(
    r"(Args|Arguments|Parameters|Attributes|Returns|Yields|Raises|Examples?|Notes?)\s*:\s*$"
    r"|:(param|parameter|arg|type|returns?|rtype|raises?)\b"
)
_UNDERLINE = re.compile(r"-{3,}\s*")


def first_line(text: str) -> str:
    """Return the first paragraph on one line."""
    return " ".join(text.strip().partition("\n\n")[0].split())


def parameter_docs(target: Any) -> Mapping[str, str]:
    """Return parameter -> what is said about it, on one line.

    That is the docstring (Google, NumPy or Sphinx style), for classes also that of ``__init__`` and of
    base classes, and before all the annotation: ``Annotated[int, typer.Option(help="...")]``,
    ``Annotated[int, Doc("...")]`` or ``Annotated[int, "..."]``.
    """
    found: dict[str, str] = {}
    for source in reversed(_sources(target)):
        found.update(_parsed(doc_of(source)))
    found.update(_annotated(target))
    return {name: " ".join(text.split()) for name, text in found.items() if text}


def _sources(target: Any) -> list[Any]:
    if not isinstance(target, type):
        return [target]
    classes = [cls for cls in target.__mro__ if cls is not object]
    return [source for cls in classes for source in (cls, vars(cls).get("__init__")) if source is not None]


def _parsed(text: str) -> dict[str, str]:
    if not _NAMES_PARAMETERS.search(text):  # most docstrings: the parser need not be loaded
        return {}
    import docstring_parser

    try:
        parsed = docstring_parser.parse(text)
    except Exception:  # noqa: BLE001 - a docstring may be written in any way
        return {}
    return {_name(param.arg_name): param.description or "" for param in parsed.params}


_NAMES_PARAMETERS = re.compile(
    r"^\s*(Args|Arguments|Parameters|Params|Attributes|Keyword Args|Other Parameters)\s*:?\s*$"
    r"|^\s*:(param|parameter|arg)\b",
    re.MULTILINE,
)


def _name(text: str) -> str:
    return text.strip().lstrip("*").strip()


def _annotated(target: Any) -> dict[str, str]:
    try:
        hints = hints_of(target)
    except Exception:  # noqa: BLE001 - not a function with a signature
        return {}
    return {name: text for name, hint in hints.items() if (text := _extra(hint))}


def _extra(hint: Any) -> str:
    """Return the text in the extras of ``Annotated``, if any of them is one."""
    for extra in getattr(hint, "__metadata__", ()):
        if isinstance(extra, str):
            return extra
        for attribute in ("documentation", "help"):  # typing_extensions.Doc, typer.Option
            text = getattr(extra, attribute, None)
            if isinstance(text, str) and text:
                return text
    return ""
