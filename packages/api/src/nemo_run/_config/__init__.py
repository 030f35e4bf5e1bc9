"""The classes behind ``nemo_run.config``; everything in here needs fiddle."""

from __future__ import annotations

from nemo_run._fiddle import import_fiddle

import_fiddle()
