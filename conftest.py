"""What all tests share."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Let children heed signals that the starting shell ignores, as it does for jobs in the background."""
    defaults = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGHUP: signal.SIG_DFL,
    }
    for number, handler in defaults.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
