"""The file ``_TASKS``: the jobs of an experiment, in the form the reference reads and writes."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from nemo_run._metadata import ALIASES
from nemo_run.config import Script
from nemo_run.run.job import Job, JobGroup
from nemo_run_adapters.codec import Repeater, blank, encode, encode_by_value


def tasks_file(jobs: Sequence[Job | JobGroup], texts: dict[str, str]) -> bytes:
    """Return ``_TASKS``: for each job its settings without the task, and the task.

    Args:
        jobs: In order.
        texts: Job id -> text of its task, so that it is written once in a run; completed here.
    """
    scripts = Repeater(by_value=True)
    for job in jobs:
        if job.id not in texts:
            texts[job.id] = _tasks_text(job, scripts)
    bare = Repeater(aliases=ALIASES)
    return json.dumps([[_job_text(job, bare), texts[job.id]] for job in jobs]).encode()


def _job_text(job: Job | JobGroup, repeater: Repeater) -> str:
    plugins = None if job.plugins is None else [p for p in map(_savable_plugin, job.plugins) if p is not None]
    if isinstance(job, JobGroup):
        bare = dataclasses.replace(job, tasks=[None] * len(job.tasks), plugins=plugins)
        return encode(bare, aliases=ALIASES)
    executor = copy.copy(job.executor)
    executor.job_dir = blank("job_dir")
    pattern = dataclasses.replace(
        job, id=blank("id"), handle=blank("handle"), task=None, executor=executor, plugins=plugins
    )
    return repeater.encode(pattern, {"id": job.id, "handle": job.handle, "job_dir": job.executor.job_dir})


def _savable_plugin(plugin: Any) -> Any:
    """Return a plugin, or its ``repr`` where it cannot be saved."""
    try:
        encode(plugin)
    except Exception:  # noqa: BLE001 - a plugin that cannot be saved must not stop the run
        return repr(plugin)
    return plugin


def _tasks_text(job: Job | JobGroup, scripts: Repeater) -> str:
    if job.tasks and isinstance(job.tasks[0], str):
        return job.tasks[0]  # never loaded; in a group every task stands for the text of the whole list
    if isinstance(job, Job) and type(job.task) is Script:
        pattern, inline = copy.copy(job.task), job.task.inline
        pattern.inline = blank("inline")
        return scripts.encode(pattern, {"inline": inline})
    return encode_by_value(job.tasks if isinstance(job, JobGroup) else job.task)[0]
