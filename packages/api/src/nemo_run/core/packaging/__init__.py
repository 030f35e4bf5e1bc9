"""Rules for which files travel with a task."""

from nemo_run.core.packaging.base import Packager as Packager

__all__ = ["Packager"]
