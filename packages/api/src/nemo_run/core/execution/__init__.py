"""Executors: where and how tasks run."""

from nemo_run.core.execution.local import LocalExecutor as LocalExecutor

__all__ = ["LocalExecutor"]
