"""``LazyEntrypoint``: a task that is written down, and configured when it is needed."""

from __future__ import annotations

import collections
import copy
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import fiddle as fdl
from fiddle._src import building, daglish, history, signatures

from nemo_run._masking import masked
from nemo_run.cli._lazy import reading, resolving
from nemo_run.cli._lazy.entries import Entry
from nemo_run.cli._lazy.recording import STATE, Recorder
from nemo_run.cli._lazy.serialising import tell_fiddle
from nemo_run.cli._lazy.targets import LazyTarget
from nemo_run.cli._lazy.verbatim import Verbatim

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from nemo_run.config import Partial


def dummy_fn(*args: Any, **kwargs: Any) -> Any:
    """Stand in for the function that is not known yet."""
    raise NotImplementedError("a LazyEntrypoint is called through resolve() or fdl.build()")


class LazyEntrypoint(Recorder, fdl.Buildable[Any]):
    """A function by its name, with changes that are applied when it is needed.

    Assigning to attributes records: ``task.net.width = 5``, ``task.steps *= 2``.
    """

    is_lazy = True

    def __init__(
        self,
        target: Callable[..., Any] | str,
        factory: Callable[..., Any] | str | None = None,
        yaml: str | DictConfig | Path | None = None,
        overwrites: list[str] | None = None,
    ) -> None:
        """Write a task down.

        Args:
            target: A callable, its dotted name, or a command line such as ``llm train steps=5`` or
                ``train.py steps=5``.
            factory: Makes the configuration to start from: a callable without arguments, a name as
                on the command line, or ``@FILE[:SECTION]``.
            yaml: File, text or ``DictConfig`` with values.
            overwrites: Words ``key=value`` as on the command line.

        Raises:
            ValueError: A word, a file or a text that cannot be used.
            FileNotFoundError: The script of a command is not there.
            TypeError: An argument of another kind.
        """
        recorded = reading.read(target, factory, yaml)
        _prepare(self, [recorded.target, recorded.factory, recorded.entries])
        vars(self)["context_data"] = recorded.context
        vars(self)["_documents"] = recorded.documents
        self._add_overwrite(*recorded.overwrites, *(overwrites or ()))

    # -- what it was told --------------------------------------------------------------------------

    @property
    def _target_path_(self) -> str:
        return f"{target_name(self._target_)}{':' if self._path else ''}{self._path}"

    def _add_overwrite(self, *overwrites: str) -> None:
        """Record words ``key=value``; those starting with ``--`` are left out."""
        for word in overwrites:
            if not word.startswith("--"):
                self._args_.append(reading.read_overwrite(word, vars(self)["_documents"]))

    def _parse_config(self, config: Any, overwrites: Sequence[str]) -> list[Entry]:
        """Return what a file, text or ``DictConfig`` and words behind it record."""
        entries = reading.read_config(config).entries
        return [*entries, *(reading.read_overwrite(word, {}) for word in overwrites)]

    # -- resolving ---------------------------------------------------------------------------------

    def resolve(self, ctx: Any = None) -> Partial[Any]:
        """Import the target and return its configuration with everything recorded applied.

        Args:
            ctx: The ``RunContext`` for a function with the parameter ``ctx``.

        Raises:
            ImportError: The target cannot be imported.
            ValueError: Something recorded does not fit, or the function needs ``ctx``.
        """
        return resolving.resolve(self._target_, self._factory_, self._args_, vars(self)["_documents"], ctx)

    # -- fiddle ------------------------------------------------------------------------------------

    @property
    def __signature_info__(self) -> Any:
        return self._resolved_once().__signature_info__ if building._state.in_build else _SIGNATURE

    def _resolved_once(self) -> Any:
        """Return the configuration that is being built."""
        known = vars(self).get("_resolved")
        state = (self._target_, self._factory_, list(self._args_))
        if known is None or known[0] != state:
            known = vars(self)["_resolved"] = (state, self.resolve())
        return known[1]

    def __build__(self, /, *args: Any, **kwargs: Any) -> Any:
        _, resolved = vars(self).pop("_resolved")
        return resolved.__build__(*args, **kwargs)

    def __flatten__(self) -> Any:
        return self._resolved_once().__flatten__() if building._state.in_build else flatten_entrypoint(self)

    @classmethod
    def __unflatten__(cls, values: Any, metadata: Any = None) -> LazyEntrypoint:
        return unflatten_entrypoint(values, metadata)

    def __path_elements__(self) -> Any:
        if building._state.in_build:
            return self._resolved_once().__path_elements__()
        return tuple(daglish.Attr(name) for name in STATE)

    # -- as a value --------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        one, two = vars(self), vars(other)
        return all(one[part] == two[part] for part in ("__arguments__", "_path", "context_data"))

    __hash__ = None  # type: ignore[assignment] - it can change

    def __copy__(self) -> LazyEntrypoint:
        return _copy(self, [self._target_, self._factory_, list(self._args_)])

    def __deepcopy__(self, memo: dict[int, Any]) -> LazyEntrypoint:
        args = [(path, operator, copy.deepcopy(value, memo)) for path, operator, value in self._args_]
        return _copy(self, [self._target_, self._factory_, args])

    def __reduce__(self) -> Any:
        values = [self._target_, self._factory_, self._args_]
        return _unpickled, (values, self._path, vars(self)["context_data"])

    def __dir__(self) -> list[str]:
        return sorted({"resolve", *(path.partition(".")[0].partition("[")[0] for path, *_ in self._args_)})

    def __repr__(self) -> str:
        shown = masked(self)
        factory = [f"factory={shown._factory_!r}"] if self._factory_ is not None else []
        return f"<LazyEntrypoint[{self._target_path_}({', '.join([*factory, *_shown(shown._args_)])})]>"


LazyEntrypoint.__module__ = "nemo_run.cli.lazy"
tell_fiddle()
_SIGNATURE = signatures.SignatureInfo(signature=signatures.get_signature(dummy_fn))


def _prepare(entry: LazyEntrypoint, state: Sequence[Any], path: str = "") -> LazyEntrypoint:
    vars(entry).update(
        {
            "__fn_or_cls__": dummy_fn,
            "__arguments__": dict(zip(STATE, state, strict=True)),
            "__argument_history__": history.History(),
            "__argument_tags__": collections.defaultdict(set),
            "_path": path,
            "_documents": {},
            "context_data": {},
        }
    )
    return entry


def _copy(entry: LazyEntrypoint, state: Sequence[Any]) -> LazyEntrypoint:
    new = _prepare(object.__new__(type(entry)), state, entry._path)
    vars(new)["context_data"] = copy.deepcopy(vars(entry)["context_data"])
    return new


def _unpickled(state: Sequence[Any], path: str, context: dict[str, Any]) -> LazyEntrypoint:
    entry = _prepare(object.__new__(LazyEntrypoint), state, path)
    vars(entry)["context_data"] = context
    return entry


def _shown(entries: Sequence[Entry]) -> Iterator[str]:
    for path, operator, value in entries:
        yield f"{path}{operator}{value if type(value) is str else repr(value)}"


def target_name(target: Any) -> str:
    """Return ``module.name`` of a target, or the command it is."""
    if isinstance(target, LazyTarget):
        return target.import_path
    name = getattr(target, "__qualname__", None) or type(target).__qualname__
    return f"{getattr(target, '__module__', None) or type(target).__module__}.{name}"


def flatten_entrypoint(entry: LazyEntrypoint) -> tuple[tuple[Any, ...], Any]:
    """Return the three parts of the state, and what is to be said beside them; None: nothing.

    The format of saved configurations knows no kinds of text, so it is said which recorded texts are
    values, by index. Where there are fields of the context that files gave, that and they are the
    items ``values`` and ``context`` of a mapping.
    """
    places = tuple(i for i, (_, _, value) in enumerate(entry._args_) if isinstance(value, Verbatim))
    context = vars(entry)["context_data"]
    beside = {"values": places, "context": copy.deepcopy(context)} if context else places or None
    return (entry._target_, entry._factory_, entry._args_), beside


def unflatten_entrypoint(values: Sequence[Any], metadata: Any = None) -> LazyEntrypoint:
    """Put a lazy entry point together again."""
    target, factory, args = values
    entries = [cast("Entry", tuple(entry)) for entry in args]
    beside: dict[str, Any] = metadata if isinstance(metadata, dict) else {"values": metadata or ()}
    for place in beside["values"]:
        path, operator, value = entries[place]
        entries[place] = (path, operator, Verbatim(value))
    return _unpickled([target, factory, entries], "", beside.get("context", {}))
