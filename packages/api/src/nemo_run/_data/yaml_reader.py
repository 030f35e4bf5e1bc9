"""YAML text -> data, from the parser's events.

Nothing here recurses, aliases become the same object, and only tags of plain data are known, so
neither depth nor anchors nor tags of a hostile text do harm. Read as YAML 1.1, like PyYAML does.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from nemo_run._data.document import MAX_DEPTH, Document, Mark, Marks, short
from nemo_run._data.errors import DataSyntaxError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STR, _SET, _MERGE = (f"tag:yaml.org,2002:{name}" for name in ("str", "set", "merge"))
_CONTAINER_TAGS = {None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", _SET}
_MOST_MERGED = 1_000_000
_NOTHING = object()
_UNFINISHED = object()


def read(text: str, source: str = "") -> Document:
    """Return what a YAML text holds; see ``formats.read``."""
    reader = _Reader(source)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        raise reader.error(_sentence(error), getattr(error.problem_mark, "line", None)) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise reader.error(f"not YAML: {_one_line(error)}", None) from error
    return Document(data=reader.data, source=source, marks=reader.marks)


def _sentence(error: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (error.problem, error.context) if part]
    return f"not YAML: {' '.join(parts)}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


class _Frame:
    """A mapping or list that is being read."""

    __slots__ = ("anchor", "container", "is_map", "is_set", "key", "line", "marks", "merged")

    def __init__(self, *, is_map: bool, is_set: bool, anchor: str | None, line: int) -> None:
        self.container: Any = {} if is_map else []
        self.is_map = is_map
        self.is_set = is_set
        self.anchor = anchor
        self.line = line
        self.key: Any = _NOTHING
        self.marks = Marks()
        self.merged: list[Any] | None = None


class _Reader:
    """Puts events together."""

    def __init__(self, source: str) -> None:
        self.data: Any = None
        self.marks: dict[int, Marks] = {}
        self._source = source
        self._scalars = _Scalars()
        self._frames: list[_Frame] = []
        self._anchors: dict[str, Any] = {}
        self._documents = 0
        self._merged = 0
        self._takers = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._start,
            SequenceStartEvent: self._start,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }

    def error(self, message: str, line: int | None) -> DataSyntaxError:
        """Return an error with the place; lines are counted from 0 here."""
        parts = [self._source, "" if line is None else f"line {line + 1}"]
        place = ", ".join(part for part in parts if part)
        return DataSyntaxError(f"{place}: {message}" if place else message)

    def take(self, event: Any) -> None:
        taker = self._takers.get(type(event))
        if taker is not None:
            taker(event)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self.error("a second document starts here; one file holds one", event.start_mark.line)

    def _start(self, event: Any) -> None:
        line = event.start_mark.line
        if event.tag not in _CONTAINER_TAGS:
            raise self.error(f"the tag {event.tag!r} is not plain data", line)
        if len(self._frames) >= MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} levels deep", line)
        is_map = type(event) is MappingStartEvent
        self._frames.append(_Frame(is_map=is_map, is_set=event.tag == _SET, anchor=event.anchor, line=line))
        if event.anchor is not None:
            self._anchors[event.anchor] = _UNFINISHED

    def _end(self, event: Any) -> None:
        frame = self._frames.pop()
        if frame.merged is not None:
            self._merge(frame)
        value = frame.container
        if frame.is_set:
            value = set(value)
        elif frame.marks:
            frame.marks.owner = value
            self.marks[id(value)] = frame.marks
        self._add(value, frame.line, frame.anchor)

    def _merge(self, frame: _Frame) -> None:
        """Fill in ``<<``: what is written out wins, then the first of several."""
        for other in frame.merged or ():
            if not isinstance(other, dict):
                raise self.error("'<<' needs a mapping or a list of mappings", frame.line)
            self._merged += len(other)
            if self._merged > _MOST_MERGED:
                raise self.error(f"'<<' merges more than {_MOST_MERGED} entries", frame.line)
            for key, value in other.items():
                frame.container.setdefault(key, value)
                frame.marks.setdefault(key, Mark(frame.line + 1))

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line
        value = self._anchors.get(event.anchor, _NOTHING)
        if value is _NOTHING:
            raise self.error(f"not YAML: there is no anchor {event.anchor!r} above", line)
        if value is _UNFINISHED:
            raise self.error(f"{event.anchor!r} contains itself", line)
        self._add(value, line, None)

    def _scalar(self, event: Any) -> None:
        line = event.start_mark.line
        frame = self._frames[-1] if self._frames else None
        try:
            tag, value = self._scalars.value_of(event)
        except (ValueError, KeyError, yaml.YAMLError) as error:
            message = f"cannot read {short(event.value)}: {_one_line(error)}"
            raise self.error(message, line) from error
        if tag == _MERGE and frame is not None and frame.is_map and frame.key is _NOTHING:
            frame.key = _MERGE
            return
        bare = event.value if type(value) is not str and value is not None else None
        self._add(value, line, event.anchor, bare)

    def _add(self, value: Any, line: int, anchor: str | None, text: str | None = None) -> None:
        if anchor is not None:
            self._anchors[anchor] = value
        if not self._frames:
            self.data = value
            return
        frame = self._frames[-1]
        if not frame.is_map:
            frame.marks[len(frame.container)] = Mark(line + 1, text)
            frame.container.append(value)
        elif frame.key is _NOTHING:
            frame.key = self._key(value, frame, line)
        elif frame.key is _MERGE:
            frame.merged = [*(frame.merged or ()), *(value if isinstance(value, list) else [value])]
            frame.key = _NOTHING
        else:
            first = frame.marks.get(frame.key)
            frame.container[frame.key] = value
            frame.marks[frame.key] = first or Mark(line + 1, text)
            frame.key = _NOTHING

    def _key(self, value: Any, frame: _Frame, line: int) -> Any:
        try:
            key = _hashable(value)
            is_known = key in frame.container
        except (TypeError, RecursionError) as error:
            raise self.error(f"{short(value)} cannot be a key", line) from error
        if is_known:
            before = frame.marks[key].line if key in frame.marks else frame.line + 1
            raise self.error(f"the key {short(key)} is there already, in line {before}", line)
        return key


def _hashable(value: Any) -> Any:
    key = tuple(_hashable(item) for item in value) if isinstance(value, list) else value
    hash(key)
    return key


class _Scalars:
    """Makes the values of scalars as PyYAML's safe loader does."""

    def __init__(self) -> None:
        self._resolver = Resolver()
        self._constructor = SafeConstructor()
        self._known: dict[str, tuple[str, Any]] = {}

    def value_of(self, event: Any) -> tuple[str, Any]:
        """Return tag and value.

        Raises:
            KeyError: An unknown tag.
            ValueError: The text does not suit the tag.
        """
        if event.tag is None or event.tag == "!":
            if not event.implicit[0]:
                return _STR, event.value
            known = self._known.get(event.value)
            if known is None:
                known = self._known[event.value] = self._make(self._tag(event), event.value)
            return known
        return self._make(event.tag, event.value)

    def _tag(self, event: Any) -> str:
        return str(self._resolver.resolve(ScalarNode, event.value, event.implicit))

    def _make(self, tag: str, text: str) -> tuple[str, Any]:
        if tag in (_STR, _MERGE):
            return tag, text
        construct = SafeConstructor.yaml_constructors.get(tag)
        if construct is None or tag in _CONTAINER_TAGS:
            raise ValueError(f"the tag {tag!r} is not plain data")
        return tag, construct(self._constructor, ScalarNode(tag, text))
