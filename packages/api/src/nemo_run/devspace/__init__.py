"""Places to work in, where the executors are."""

from nemo_run.devspace.base import DevSpace as DevSpace

__all__ = ["DevSpace"]
