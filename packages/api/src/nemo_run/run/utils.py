"""Writing to two places at once."""

from __future__ import annotations

from typing import IO, Any


class TeeStdoutStderr:
    """A stream that also writes everything into a file."""

    def __init__(self, stream: IO[str], file: IO[str]) -> None:
        self._stream = stream
        self._file = file

    def write(self, text: str) -> int:
        """Write to both."""
        self._file.write(text)
        return self._stream.write(text)

    def flush(self) -> None:
        """Flush both."""
        self._file.flush()
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        """Be the stream in everything else; ask for its descriptor and there is none."""
        if name == "fileno":
            raise AttributeError("a tee has no file descriptor")
        return getattr(self._stream, name)
