"""All profiles of all files: which there are, and what each one extends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nemo_run._suggest import did_you_mean
from nemo_run.core.execution._profiles.chain import CircleError, linearised
from nemo_run.core.execution._profiles.files import DEFAULTS, ProfileFile, load
from nemo_run_domain.errors import InvalidConfigError

EXTENDS, DESCRIPTION = "extends", "description"


@dataclass(frozen=True)
class Layer:
    """One table of one file.

    Attributes:
        file: Where it stands.
        name: Of the profile, or ``defaults``.
    """

    file: ProfileFile
    name: str

    @property
    def is_defaults(self) -> bool:
        """Whether it is below every profile of its file."""
        return self.name == DEFAULTS

    @property
    def table(self) -> Mapping[str, Any]:
        """What the file says, as it says it."""
        return self.file.defaults if self.is_defaults else self.file.tables[self.name]

    @property
    def where(self) -> str:
        """``path:line`` where it begins."""
        return self.file.where(self.name)

    @property
    def description(self) -> str:
        """What the profile says about itself, on one line; inherited from nowhere."""
        return " ".join(str(self.table.get(DESCRIPTION, "")).split())

    def texts(self, key: str) -> list[str]:
        """Return a list of texts that the table holds; a single text is a list of one.

        Raises:
            InvalidConfigError: It is something else.
        """
        value = self.table.get(key, [])
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise self.error((key,), f"must be a text or a list of texts, not {value!r}")
        return texts

    def error(self, path: tuple[str, ...], problem: str) -> InvalidConfigError:
        """Return the error that names file, line, profile and field."""
        field = f", field {'.'.join(map(str, path))!r}" if path else ""
        return InvalidConfigError(
            f"{self.file.where(self.name, *path)}: executor {self.name!r}{field}: {problem}"
        )


@dataclass(frozen=True)
class Book:
    """The profiles of several files; the first file that has a name is the one that counts."""

    files: tuple[ProfileFile, ...]

    def layers(self) -> Iterator[Layer]:
        """Yield every profile that counts."""
        seen: set[str] = set()
        for file in self.files:
            yield from (Layer(file, name) for name in file.tables if name not in seen)
            seen.update(file.tables)

    def hidden(self) -> Iterator[Layer]:
        """Yield the profiles of later files that have the name of one that counts."""
        counting = set(self.layers())
        for file in self.files:
            yield from (layer for name in file.tables if (layer := Layer(file, name)) not in counting)

    def find(self, name: str) -> Layer | None:
        """Return the profile of that name, if there is one."""
        return next((layer for layer in self.layers() if layer.name == name), None)

    def stack(self, layer: Layer) -> list[Layer]:
        """Return all that a profile is made of, the lowest first, each once.

        Raises:
            InvalidConfigError: It extends what is not there, or itself.
        """
        try:
            return linearised(layer, self._parents, lambda step: step.name)
        except CircleError as error:
            raise layer.error((EXTENDS,), str(error)) from None

    def _parents(self, layer: Layer) -> list[Layer]:
        if layer.is_defaults:
            if EXTENDS in layer.table:
                raise layer.error((EXTENDS,), "these are below every executor of the file and extend nothing")
            return []
        below = [Layer(layer.file, DEFAULTS)] if layer.file.defaults else []
        return below + [self._parent(layer, name) for name in layer.texts(EXTENDS)]

    def _parent(self, layer: Layer, name: str) -> Layer:
        """Return what a profile extends: one of its own file, or of a file before that."""
        place = self.files.index(layer.file)
        for file in (layer.file, *self.files[:place]):
            if name in file.tables:
                return Layer(file, name)
        known = [n for file in self.files[: place + 1] for n in file.tables if n != layer.name]
        there = f"there are {', '.join(known)}" if known else "there is no other"
        raise layer.error(
            (EXTENDS,), f"no executor is called {name!r}.{did_you_mean(name, known)} Here {there}"
        )


def open_book() -> Book:
    """Return the profiles of the home folder and of the project, as they are now.

    Raises:
        InvalidConfigError: A file cannot be understood.
        UntrustedFileError: Others own a file or may write to it.
    """
    return Book(tuple(load()))
