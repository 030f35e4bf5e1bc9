"""Puts values together from data, without recursion and each shared part once."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from typing import Any

import fiddle as fdl

from nemo_run._config.buildables import CONVERTER
from nemo_run._data.configure import Configurer, Node
from nemo_run._data.document import MAX_DEPTH, Document, name_of, path_of, short
from nemo_run._data.errors import DataError, WrongTypeError, located
from nemo_run._data.fill import Filler
from nemo_run._data.fit import ANYTHING, Fit, fit_of
from nemo_run._data.forms import ARGS, CALL, FACTORY, RESERVED, TARGET, hashable, maker_of
from nemo_run._data.place import Place
from nemo_run._data.scalars import scalar, wrong_type
from nemo_run._data.size import MOST
from nemo_run._data.targets import find_target
from nemo_run._masking import hides
from nemo_run.cli._parse.factories import parse_factory
from nemo_run_domain.errors import NemoRunError

_MOST_LEVELS = 40
"""Of factories whose results are changed by factories; each takes a part of Python's stack."""


class Builder:
    """Makes the values of one document.

    Attributes:
        document: Where the data is from.
        filler: Puts data onto configurations that are there.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.filler = Filler(self.build, self.located)
        self._configure = Configurer(self.located)
        self._todo: list[Any] = []
        self._made: dict[tuple[int, int], tuple[Any, Any]] = {}
        self._fits: dict[int, tuple[Any, Fit]] = {}
        self._count = 0
        self._levels = 0

    def build(self, data: Any, place: Place) -> Any:
        """Return what data stands for.

        Raises:
            InvalidConfigError: It cannot stand for anything there; names file, line and path.
        """
        if self._levels > _MOST_LEVELS:
            raise DataError(f"factories are nested more than {_MOST_LEVELS} levels deep")
        top: list[Any] = [None]
        base = len(self._todo)
        self._levels += 1
        self._todo.append((top, 0, data, place))
        while len(self._todo) > base:
            self._step(self._todo.pop())
        self._levels -= 1
        return top[0]

    def _step(self, task: Any) -> None:
        if type(task) is tuple:
            self._make(*task)
        else:
            task()

    def located(self, error: Exception, place: Place) -> Exception:
        """Return an error of the same class that says where it is."""
        path = path_of(place.where)
        secret = str(getattr(error, "arg", "")) if hides(name_of(path)) else None
        return located(error, self.document.place(path), secret=secret)

    def _make(self, out: Any, key: Any, data: Any, place: Place) -> None:
        self._count += 1
        if self._count > MOST or place.depth > MAX_DEPTH:
            raise self.located(DataError(_too_much(place.depth)), Place())
        try:
            if isinstance(data, dict):
                self._once(self._mapping, out, key, data, place)
            elif isinstance(data, (list, tuple)):
                self._once(self._sequence, out, key, data, place)
            elif isinstance(data, (fdl.Buildable, set, frozenset)) or callable(data):
                out[key] = data
            else:
                out[key] = self._scalar(data, place)
        except NemoRunError as error:
            raise self.located(error, place) from error

    def _once(self, make: Callable[..., None], out: Any, key: Any, data: Any, place: Place) -> None:
        """Make what several places share only once, as long as they ask for the same."""
        memo = (id(data), 0 if TARGET in data else id(self._fit(place.hint)))
        if memo in self._made:
            out[key] = self._made[memo][0]
            return

        def finish(value: Any) -> None:
            out[key] = value
            self._made[memo] = (value, data)  # what has an id must stay

        make(finish, data, place)

    def _scalar(self, data: Any, place: Place) -> Any:
        fit = self._fit(place.hint)
        if fit.accepts(data):
            return data
        marks = self.document.marks
        mark = self.document.mark_of(path_of(place.where)) if marks else None
        return scalar(data, fit, place, mark)

    def _fit(self, hint: Any) -> Fit:
        if hint is Any or hint is inspect.Parameter.empty:
            return ANYTHING
        known = self._fits.get(id(hint))
        if known is None:
            known = self._fits[id(hint)] = (hint, fit_of(hint))
        return known[1]

    # -- collections ----------------------------------------------------------------------------

    def _sequence(self, finish: Callable[[Any], None], data: Any, place: Place) -> None:
        fit = self._fit(place.hint)
        if not fit.takes_items(len(data)):
            raise wrong_type(data, fit)
        collect = fit.collect or type(data)
        items = list(data)
        self._todo.append(lambda: finish(self._collected(collect, items, place)))
        for i in range(len(items) - 1, -1, -1):
            self._todo.append((items, i, items[i], place.inside(i, fit.item_at(i))))

    def _collected(self, collect: Callable[[Any], Any], items: list[Any], place: Place) -> Any:
        if collect is list:
            return items
        if collect is tuple:
            return tuple(items)
        return self._called(collect, [hashable(item) for item in items], place)

    def _mapping(self, finish: Callable[[Any], None], data: dict[Any, Any], place: Place) -> None:
        if TARGET in data:
            self._target(finish, data, place)
        elif FACTORY in data:
            finish(self._factory(data, place))
        elif (fit := self._fit(place.hint)).takes_mapping:
            self._plain(finish, data, fit, place)
        elif fit.config is not None:
            node = self._configure.node(fit.config, data, place, partial=fit.partial)
            self._config(finish, node, place)
        else:
            raise wrong_type(data, fit)

    def _plain(self, finish: Callable[[Any], None], data: dict[Any, Any], fit: Fit, place: Place) -> None:
        hints = fit.mapping if fit.mapping and not fit.anything else None
        keys = self._keys(data, hints[0], place) if hints else list(data)
        values = list(data.values())
        self._todo.append(lambda: finish(dict(zip(keys, values, strict=True))))
        hint = hints[1] if hints else Place().hint
        names = list(data)
        for i in range(len(values) - 1, -1, -1):
            self._todo.append((values, i, values[i], place.inside(names[i], hint)))

    def _keys(self, data: dict[Any, Any], hint: Any, place: Place) -> list[Any]:
        fit = self._fit(hint)
        return [self._hashed(scalar(key, fit, place, None)) if not fit.accepts(key) else key for key in data]

    def _hashed(self, key: Any) -> Any:
        try:
            hash(key)
        except TypeError:
            raise WrongTypeError(f"{short(key)} cannot be a key") from None
        return key

    # -- what has a _target_ or a _factory_ -----------------------------------------------------

    def _target(self, finish: Callable[[Any], None], data: dict[Any, Any], place: Place) -> None:
        text = data[TARGET]
        if not isinstance(text, str):
            message = f"{TARGET} is {short(text)}, no dotted name such as 'package.module.Class'"
            raise self.located(WrongTypeError(message), place.inside(TARGET, place.hint))
        if data.get(CALL) is False:
            finish(self._reference(text, data, place))
        elif ARGS in data and (make := self._maker(text)) is not None:
            self._form(finish, make, data, place)
        else:
            self._config(finish, self._configure.node_of(text, data, place), place)

    def _reference(self, text: str, data: dict[Any, Any], place: Place) -> Any:
        if len(data) > 2:
            raise DataError(f"{CALL}: false stands for {text} itself, which takes no arguments")
        try:
            return self._configure.find(text)
        except DataError as error:
            raise self.located(error, place.inside(TARGET, place.hint)) from error

    def _maker(self, text: str) -> Callable[[list[Any]], Any] | None:
        """Return what makes a value of a class that is no configuration."""
        if (make := maker_of(text)) is not None:
            return make
        target = find_target(text) if "[" not in text else None
        if isinstance(target, type) and issubclass(target, enum.Enum):
            return lambda args: target(*args)
        if isinstance(target, type) and issubclass(target, tuple) and hasattr(target, "_fields"):
            return lambda args: tuple.__new__(target, args)
        return None

    def _form(self, finish: Callable[[Any], None], make: Any, data: dict[Any, Any], place: Place) -> None:
        args = data[ARGS]
        if len(data) > 2 or not isinstance(args, list):
            raise WrongTypeError(f"a value of {data[TARGET]} has {ARGS}, a list, and nothing else")
        made: list[Any] = [None]
        self._todo.append(lambda: finish(self._called(make, made[0], place)))
        self._todo.append((made, 0, args, Place(where=(place.where, ARGS), depth=place.depth + 1)))

    def _called(self, make: Callable[[Any], Any], args: Any, place: Place) -> Any:
        try:
            return make(args)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise self.located(
                WrongTypeError(f"{short(args)} does not make that value: {error}"), place
            ) from error

    def _config(self, finish: Callable[[Any], None], node: Node, place: Place) -> None:
        def complete() -> None:
            config = node.config(self._configure.make)
            if node.later:
                self.filler.fill(config, node.later, place, replace=True)
            finish(config)

        self._todo.append(complete)
        for i in range(len(node.values) - 1, -1, -1):
            self._todo.append((node.values, i, node.values[i], node.places[i]))

    def _factory(self, data: dict[Any, Any], place: Place) -> Any:
        text = data[FACTORY]
        if not isinstance(text, str):
            raise WrongTypeError(f"{FACTORY} is {short(text)}, no name of a factory")
        made = CONVERTER.convert(parse_factory(place.owner, place.name, place.hint, text))
        rest = {key: value for key, value in data.items() if key not in RESERVED}
        if not rest:
            return made
        if not isinstance(made, fdl.Buildable):
            raise WrongTypeError(
                f"the factory {text!r} makes no configuration that {short(rest)} could change"
            )
        made = CONVERTER.adopt(made).clone()  # the factory may give out the same object again
        return self.filler.fill(made, rest, place)


def _too_much(depth: int) -> str:
    if depth > MAX_DEPTH:
        return f"nested more than {MAX_DEPTH} levels deep"
    return f"stands for more than {MOST} values once aliases are followed"
