"""Classes and trees that several tests use: ``import data_trees``."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "modules"))
