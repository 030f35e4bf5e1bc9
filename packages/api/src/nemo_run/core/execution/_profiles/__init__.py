"""Executors by name: profiles of ``executors.toml`` and its like, then what ``executors.py`` defines.

A profile wins over an attribute or ``EXECUTOR_MAP`` entry of the same name in ``executors.py``;
``run.import_executor`` looks into the Python file only.
"""

from nemo_run.core.execution._profiles.errors import ExecutorNotFoundError as ExecutorNotFoundError
from nemo_run.core.execution._profiles.named import executor_names as executor_names
from nemo_run.core.execution._profiles.named import named_executor as named_executor
from nemo_run.core.execution._profiles.named import named_executor_config as named_executor_config

__all__ = ["ExecutorNotFoundError", "executor_names", "named_executor", "named_executor_config"]
