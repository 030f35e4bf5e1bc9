"""What can be wrong with names of executors."""

from __future__ import annotations

from nemo_run_domain.errors import InvalidConfigError, NotFoundError


class ExecutorNotFoundError(NotFoundError, InvalidConfigError):
    """No executor has that name; the message lists those there are."""
