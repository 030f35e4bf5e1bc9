"""Why the supervisor did not start an app, in terms of what the user can do about it."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping

from nemo_run_adapters.local.client import Refusal
from nemo_run_adapters.local.request import LocalApp
from nemo_run_domain.errors import (
    BackendError,
    BackendUnavailableError,
    ExecutableNotFoundError,
    SubmissionRejectedError,
)


def explain_refusal(app: LocalApp, refusal: Refusal, environ: Mapping[str, str]) -> BackendError:
    """Return the error for an app that was not started.

    Args:
        app: The app.
        refusal: What the supervisor said.
        environ: The environment that the app would have started from.
    """
    job, program = f"job {app.role!r}", app.argv[0]
    if refusal.errno in (errno.ESHUTDOWN, errno.ETIMEDOUT):
        return BackendUnavailableError(f"{job} was not started: {refusal.message}")
    if not os.path.isdir(app.cwd):
        return SubmissionRejectedError(f"{job}: its working directory {app.cwd!r} does not exist any more")
    if refusal.errno == errno.ENOENT:
        return ExecutableNotFoundError(f"{job}: {_describe_missing(app, environ)}")
    if refusal.errno == errno.ENOEXEC:
        return SubmissionRejectedError(
            f"{job}: {program!r} is neither a program nor a script that begins with '#!'"
        )
    return SubmissionRejectedError(f"{job}: cannot start {program!r}: {refusal.message}")


def _describe_missing(app: LocalApp, environ: Mapping[str, str]) -> str:
    program = app.argv[0]
    if "/" not in program:
        path = app.env.get("PATH", environ.get("PATH", os.defpath))
        return f"there is no program {program!r} on the PATH of the task, which is {path!r}"
    if os.path.exists(os.path.join(app.cwd, program)):
        return f"the interpreter that the first line of {program!r} names does not exist"
    return f"the program {program!r} does not exist (looked for from {app.cwd!r})"
