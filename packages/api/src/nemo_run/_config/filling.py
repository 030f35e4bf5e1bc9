"""How a new configuration gets its arguments: as fiddle does it, only that targets are looked at once.

fiddle evaluates all annotations of a target for each configuration of it, to find the tags in them;
where annotations are stored as text, that takes longer than everything else together.
"""

from __future__ import annotations

import collections
import weakref
from collections.abc import Iterable, Mapping
from typing import Any

from fiddle._src import history, signatures, tag_type

from nemo_run._types.remember import remembered

_Tags = Mapping[str, Iterable[Any]]
_TAGS: weakref.WeakKeyDictionary[Any, _Tags] = weakref.WeakKeyDictionary()


def fill(config: Any, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Do what ``fiddle.Buildable.__init__`` does.

    Raises:
        TypeError: ``target`` is not callable, or does not take the arguments.
        ValueError: ``target`` is a configuration.
    """
    config.__init_callable__(target)
    past = history.History()
    past.add_new_value("__fn_or_cls__", target)
    vars(config).update(__argument_history__=past, __argument_tags__=collections.defaultdict(set))
    bound = signatures.SignatureInfo.signature_binding(target, *args, **kwargs)
    for name, value in bound.items():
        config._arguments_set_value(name, value)
    for name, tags in _tags_of(target).items():
        config.__argument_tags__[name].update(tags)
        past.add_updated_tags(name, config.__argument_tags__[name])


def _tags_of(target: Any) -> _Tags:
    return remembered(_TAGS, target, tag_type.find_tags_from_annotations)
