"""Import the library and say what that loaded."""

from bench import save

import nemo_run  # noqa: F401

save()
