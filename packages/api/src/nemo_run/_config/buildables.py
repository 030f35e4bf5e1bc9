"""``Config`` and ``Partial``: fiddle's, with arguments that are bound the way tasks need it."""

from __future__ import annotations

import dataclasses
import itertools
import typing
from collections.abc import Callable
from typing import Annotated, Any, Optional, TypeVar, get_origin

import fiddle as fdl
from fiddle._src import casting, history

from nemo_run._config import binding, convert, difference, draw, filling, graph, pickling, text
from nemo_run._config.binding import fill_defaults
from nemo_run._config.convert import Converter
from nemo_run._config.graph import are_equal, copy_graph, iter_configs

if typing.TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")

for _module in (__file__, convert.__file__, filling.__file__, graph.__file__, binding.__file__):
    history.add_exclude_location(_module)


class _Configured(fdl.Buildable[T]):
    """What ``Config`` and ``Partial`` have in common."""

    def clone(self) -> Self:
        """Return a deep copy; what is shared inside the tree stays shared inside the copy."""
        return copy_graph(self, {})

    def walk(self, /, **kwargs: Callable[[Any], Any]) -> Self:
        """Set attributes all over the tree, in place, to what a function makes of their owner.

        Args:
            **kwargs: Attribute name -> function from the configuration that has the attribute to
                its new value. Configurations where it has no value are left alone; each one is
                handled once, parents first, those in lists, tuples and dictionaries too.
        """
        for name, function in kwargs.items():
            for config in list(iter_configs(self)):
                if _has_value(config, name):
                    setattr(config, name, function(config))
        return self

    def broadcast(self, /, **kwargs: Any) -> Self:
        """Set attributes to the given values all over the tree, in place; see ``walk``."""
        for name, value in kwargs.items():
            converted = CONVERTER.convert(value)
            self.walk(**{name: lambda _, new=converted: new})
        return self

    def visualize(self, **kwargs: Any) -> Any:
        """Return the ``graphviz.Graph`` of this configuration; keywords go to fiddle."""
        return draw.draw(self, **kwargs)

    def diff(self, old: Any, trim: bool = True, **kwargs: Any) -> Any:
        """Return the ``graphviz.Graph`` of what changed since ``old``; ``trim`` hides the rest.

        ``diff_text`` says the same in a terminal, without graphviz.
        """
        return draw.draw_difference(old, self, trim=trim, **kwargs)

    def diff_text(self, old: Any) -> str:
        """Return what changed since ``old``, one line per change; empty if nothing did.

        Example:
            >>> print(new.diff_text(old))
            model.width: 8 -> 16
            + callbacks[1] = Checkpoint(every=100)
            - model.act = 'relu'
            optim: Config[recipes.Sgd] -> Config[recipes.Adam]
        """
        return difference.diff_text(old, self)

    def save_config_img(self, path_str: str) -> None:
        """Write a PNG; a path without a suffix is a folder that gets ``config.png``."""
        draw.save_image(self, path_str)

    def _repr_svg_(self) -> str:
        return draw.svg_or_repr(self)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, CONVERTER.convert(value))

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, CONVERTER.convert(value))

    def __repr__(self) -> str:
        return text.text_of(self)

    def __eq__(self, other: object) -> bool:
        return are_equal(self, other)

    __hash__ = None  # type: ignore[assignment] - it can change

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copy_graph(self, memo)

    def __getstate__(self) -> Any:
        return pickling.state_of(self, super().__getstate__())

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(pickling.plain_state(state))


text.WRITTEN_HERE.add(_Configured.__repr__)


class Config(_Configured[T], fdl.Config[T]):
    """A callable and its arguments; ``fdl.build`` calls it with them.

    ``Config({}, a=1)`` and ``Config(dict[str, int], a=1)`` configure a dictionary with any keys.
    """

    __module__ = "nemo_run.config"

    def __init__(self, fn_or_cls: Any, /, *args: Any, bind_args: bool = True, **kwargs: Any) -> None:
        """Configure ``fn_or_cls``.

        Args:
            fn_or_cls: A function or class.
            *args: Bound to parameters by position.
            bind_args: Turn dataclass instances into configurations of the fields they have now
                (``__post_init__`` runs again when they are built) and fill in parameters
                annotated as ``OptionalDefaultConfig`` or ``OptionalDefaultPartial``.
            **kwargs: Bound to parameters by name.

        Raises:
            TypeError: Not callable, an unknown argument, or one given twice.
            ValueError: ``fn_or_cls`` is a configuration already.
        """
        is_dict = (type(fn_or_cls) is dict and not fn_or_cls) or get_origin(fn_or_cls) is dict
        target: Any = dict if is_dict else fn_or_cls
        args, kwargs = _bound(target, args, kwargs, bind_args)
        try:
            filling.fill(self, target, args, kwargs)
        except TypeError as error:
            raise binding.explained(error, target, kwargs) from None


class Partial(_Configured[T], fdl.Partial[T]):
    """A callable and some of its arguments; ``fdl.build`` makes a ``functools.partial`` of it."""

    __module__ = "nemo_run.config"

    def __init__(self, fn_or_cls: Any, /, *args: Any, bind_args: bool = True, **kwargs: Any) -> None:
        """Configure ``fn_or_cls``; see ``Config``."""
        args, kwargs = _bound(fn_or_cls, args, kwargs, bind_args)
        try:
            filling.fill(self, fn_or_cls, args, kwargs)
        except TypeError as error:
            raise binding.explained(error, fn_or_cls, kwargs) from None


OURS: dict[type, type] = {fdl.Config: Config, fdl.Partial: Partial}
CONVERTER = Converter(Config, OURS)

OptionalDefaultConfig = Annotated[Optional[T], Config[T]]  # noqa: UP045 - substituted at run time
OptionalDefaultPartial = Annotated[Optional[T], Partial[T]]  # noqa: UP045
ConfigT = TypeVar("ConfigT", Config, Partial)

for _pair in itertools.product((fdl.Config, fdl.Partial, Config, Partial), repeat=2):
    casting.register_supported_cast(*_pair)


def _bound(target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], bind_args: bool) -> Any:
    if not bind_args or isinstance(target, fdl.Buildable):
        return args, kwargs
    memo: dict[int, Any] = {}
    args = tuple([_converted(value, memo, target, place) for place, value in enumerate(args)])
    kwargs = {name: _converted(value, memo, target, name) for name, value in kwargs.items()}
    return fill_defaults(target, args, kwargs, _default)


def _converted(value: Any, memo: dict[int, Any], target: Any, name: str | int) -> Any:
    try:
        return CONVERTER.convert(value, memo)
    except (AttributeError, TypeError, ValueError) as error:
        message = f"cannot configure the value of parameter {name!r} of {target}: {error}"
        raise binding.BindingError(message) from error


def _default(cls: type, target: Any) -> Any:
    return (Partial if issubclass(cls, fdl.Partial) else Config)(target)


def _has_value(config: Any, name: str) -> bool:
    """Whether reading ``name`` gives a value that was set or a default."""
    parameter = config.__signature_info__.parameters.get(name)
    if parameter is not None and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL):
        return False
    if name in config.__arguments__:
        return True
    target = config.__fn_or_cls__
    field = getattr(target, "__dataclass_fields__", {}).get(name)
    if field is not None and field.default_factory is not dataclasses.MISSING:
        return False
    return parameter is not None and parameter.default is not parameter.empty
