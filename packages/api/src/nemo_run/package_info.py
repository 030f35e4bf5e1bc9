"""Version and name of the package."""

from __future__ import annotations

import re

VERSION = (0, 1, 0, "")
MAJOR, MINOR, PATCH, PRE_RELEASE = VERSION

__shortversion__ = f"{MAJOR}.{MINOR}.{PATCH}"
__version__ = __shortversion__ + (PRE_RELEASE if re.fullmatch(r"(?:a|b|rc|\.dev)\d+", PRE_RELEASE) else "")
__package_name__ = "nemo_run"
