"""YAML, of the kind that is only data."""

from __future__ import annotations

from nemo_run._data.yaml_reader import read as read
from nemo_run._data.yaml_writer import write as write
