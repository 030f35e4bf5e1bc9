"""Reporter for programs: one JSON object per line, ASCII only.

Every object has these members:

=================  ====================================================================
``event``          One of the names below; more may be added.
``experiment_id``  Of which experiment.
``time``           When it was written, in seconds since the epoch.
=================  ====================================================================

and, by event:

=================  ====================================================================
``run_started``    ``jobs``: object of job id -> text that says where it runs
``job_submitted``  ``job``, ``handles``: list of ``<backend>://nemo_run/<native id>``
``job_changed``    ``job``, and a status: ``state`` and, where known, ``exit_code``,
                   ``signal``, ``reason``, ``message``, ``started_at``, ``ended_at``,
                   ``restarts``
``log_line``       ``job``, ``role``, ``replica``, ``line`` without its line end
``notice``         ``text``, ``level``
``run_ended``      ``statuses``: object of job id -> status as above; ``detached``
``entering``       ``title``
``status``         ``index``, ``job``, ``state``, ``executor``, ``job_id``,
                   ``local_dir``, ``remote_dir``
=================  ====================================================================

The last two come from ``JsonPrinter``, not from a run.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from nemo_run_adapters.console.output import Output
from nemo_run_application.events import Event, JobChanged, LogLine, RunEnded
from nemo_run_domain.journal import status_to_data

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(slots=True)
class JsonReporter:
    """Writes each event as one line of JSON.

    Attributes:
        output: Where to.
        now: Seconds since the epoch.
    """

    output: Output = field(default_factory=Output)
    now: Callable[[], float] = time.time

    def emit(self, event: Event) -> None:
        name = _WORD.sub("_", type(event).__name__).lower()
        self.output.write(json_line(name, event.experiment_id, self.now(), event_to_data(event)))

    def close(self) -> None:
        """Nothing is ever held back."""


def json_line(event: str, experiment_id: str, now: float, data: dict[str, Any]) -> str:
    """Return one object as a line, line end included."""
    return (
        json.dumps({"event": event, "experiment_id": experiment_id, "time": now, **data}, default=str) + "\n"
    )


def event_to_data(event: Event) -> dict[str, Any]:
    """Return the members of an event beside the common ones."""
    if isinstance(event, JobChanged):
        return {"job": event.job, **status_to_data(event.status)}
    if isinstance(event, RunEnded):
        statuses = {job: status_to_data(status) for job, status in event.statuses.items()}
        return {"statuses": statuses, "detached": event.detached}
    if isinstance(event, LogLine):
        line = event.line.removesuffix("\n").removesuffix("\r")
        return {"job": event.job, "role": event.role, "replica": event.replica, "line": line}
    names = [each.name for each in fields(event) if each.name != "experiment_id"]
    return {name: getattr(event, name) for name in names}
