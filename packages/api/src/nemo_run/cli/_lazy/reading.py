"""The arguments of ``LazyEntrypoint`` -> what it records."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from nemo_run.cli._lazy.command_line import read_command_line
from nemo_run.cli._lazy.entries import FILE, Entry, read_word
from nemo_run.cli._lazy.errors import LazyTypeError
from nemo_run.cli._lazy.files import Content, is_config_file, read_part, read_whole
from nemo_run.cli._lazy.modules import LazyModule
from nemo_run.cli._lazy.targets import LazyTarget, is_command


@dataclass
class Recorded:
    """What there is to record.

    Attributes:
        target: A callable or ``LazyTarget``.
        factory: Name or callable, if there is one.
        entries: From files.
        overwrites: Words of a command line.
        context: Fields of the context that files give.
        documents: Id of the data in an entry -> document it was read from, for messages.
    """

    target: Any = None
    factory: Any = None
    entries: list[Entry] = field(default_factory=list)
    overwrites: list[str] = field(default_factory=list)
    context: dict[str, Any] = field(default_factory=dict)
    documents: dict[int, Any] = field(default_factory=dict)

    def add(self, content: Content) -> None:
        """Add the content of a file for the whole function."""
        self.factory = self.factory or content.factory
        self.context.update(content.context)
        if content.data:
            self.entries.append(("", FILE, content.data))
            self.documents[id(content.data)] = content.document


def read(target: Any, factory: Any, yaml: Any) -> Recorded:
    """Return what the arguments record, an explicit factory before those that files name.

    A file may have been read already: its ``Content`` stands for it.

    Raises:
        ValueError: A file or text that cannot be used.
        FileNotFoundError: The script of a command is not there.
        TypeError: An argument of another kind.
    """
    recorded = Recorded()
    if isinstance(target, str) and is_command(target):
        line = read_command_line(target)
        recorded.overwrites = line.overwrites
        target = line.text
        factory = factory or line.options.get("factory")
        yaml = yaml if yaml is not None else line.options.get("yaml")
    recorded.target = _target(target)
    _add_factory(recorded, factory)
    if yaml is not None:
        recorded.add(_content(yaml))
    return recorded


def _content(source: Any) -> Content:
    return source if isinstance(source, Content) else read_whole(source)


def _target(target: Any) -> Any:
    if isinstance(target, LazyModule):
        return LazyTarget(target.name)
    if isinstance(target, str) and target.strip():
        return LazyTarget(target)
    if callable(target):
        return target
    raise LazyTypeError(
        f"the target of a LazyEntrypoint is a callable, its name or a command, not {target!r}"
    )


def _add_factory(recorded: Recorded, factory: Any) -> None:
    if isinstance(factory, Content) or (isinstance(factory, str) and factory.startswith("@")):
        recorded.add(_content(factory))
    elif isinstance(factory, LazyModule):
        recorded.factory = factory.name
    elif isinstance(factory, LazyTarget) and not factory.script:
        recorded.factory = factory.import_path
    elif factory is None or isinstance(factory, str) or callable(factory):
        recorded.factory = factory or None
    else:
        raise LazyTypeError(f"a factory is a callable, its name or @FILE, not {factory!r}")


def read_config(config: Any) -> Recorded:
    """Return what a file, text or ``DictConfig`` records."""
    recorded = Recorded()
    recorded.add(read_whole(config))
    return recorded


def read_overwrite(word: str, documents: MutableMapping[int, Any]) -> Entry:
    """Return what a word records; ``key=@FILE`` is read.

    Raises:
        ValueError: No ``=``, or a file that cannot be used.
    """
    path, operator, value = read_word(word)
    if operator != "=" or not is_file_reference(value):
        return path, operator, value
    document = read_part(value.strip())
    data = document.data
    known = documents.get(id(data), document)
    documents[id(data)] = document if known is document else None  # numbers may be in several files
    return path, FILE, data


def is_file_reference(value: Any) -> bool:
    """Whether a value of a word has the form ``@FILE``."""
    if type(value) is not str:
        return False
    text = value.strip()
    return text.startswith("@") and is_config_file(text)
