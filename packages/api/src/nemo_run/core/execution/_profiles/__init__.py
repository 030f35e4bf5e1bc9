"""Executors by name: profiles of ``executors.toml`` and its like, then what ``executors.py`` defines.

A profile wins over an attribute or ``EXECUTOR_MAP`` entry of the same name in ``executors.py``;
``run.import_executor`` looks into the Python file only.
"""

from nemo_run.core.execution._profiles.errors import ExecutorNotFoundError as ExecutorNotFoundError
from nemo_run.core.execution._profiles.named import Source as Source
from nemo_run.core.execution._profiles.named import executor_names as executor_names
from nemo_run.core.execution._profiles.named import executor_source as executor_source
from nemo_run.core.execution._profiles.named import named_executor as named_executor
from nemo_run.core.execution._profiles.named import named_executor_config as named_executor_config

__all__ = [
    "ExecutorNotFoundError",
    "Source",
    "executor_names",
    "executor_source",
    "named_executor",
    "named_executor_config",
]
