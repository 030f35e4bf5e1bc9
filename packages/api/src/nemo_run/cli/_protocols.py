"""What decorated functions look like to type checkers."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, runtime_checkable

Result = TypeVar("Result", covariant=True)


@runtime_checkable
class EntrypointProtocol(Protocol[Result]):
    """A function that ``entrypoint`` made a command.

    Attributes:
        cli_entrypoint: Its ``Entrypoint``.
    """

    cli_entrypoint: Any

    def __call__(self, *args: Any, **kwargs: Any) -> Result:
        """Call the function."""
        ...


@runtime_checkable
class FactoryProtocol(Protocol[Result]):
    """A function that ``factory`` registered.

    Attributes:
        wrapped: The function it was made from.
        __factory__: True.
    """

    wrapped: Any
    __factory__: bool

    def __call__(self, *args: Any, **kwargs: Any) -> Result:
        """Make the configuration."""
        ...
