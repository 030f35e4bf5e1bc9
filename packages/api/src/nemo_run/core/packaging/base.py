"""The packager that sends nothing, and what all packagers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nemo_run.config import ConfigurableMixin
from nemo_run_domain.packaging import PackagerSettings

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(kw_only=True)
class Packager(PackagerSettings, ConfigurableMixin):
    """Sends nothing; subclasses override ``package``."""

    def package(self, path: Path, job_dir: str, name: str) -> str | None:
        """Return the path of ``<job_dir>/<name>.tar.gz``, or None when nothing travels."""
        del path, job_dir, name
        return None

    def setup(self) -> None:
        """Prepare the remote side before the task; nothing by default."""
