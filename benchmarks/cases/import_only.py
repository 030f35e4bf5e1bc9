"""Import the library."""

import nemo_run  # noqa: F401
