"""Errors that programs catch by these names."""

from __future__ import annotations

from collections.abc import Mapping

from nemo_run_domain.errors import BackendError as BackendError
from nemo_run_domain.errors import BackendUnavailableError as BackendUnavailableError
from nemo_run_domain.errors import ExecutableNotFoundError as ExecutableNotFoundError
from nemo_run_domain.errors import InvalidConfigError as InvalidConfigError
from nemo_run_domain.errors import JobFailedError as JobFailedError
from nemo_run_domain.errors import MissingDependencyError as MissingDependencyError
from nemo_run_domain.errors import NemoRunError as NemoRunError
from nemo_run_domain.errors import NotFoundError as NotFoundError
from nemo_run_domain.errors import PackagingError as PackagingError
from nemo_run_domain.errors import StoreError as StoreError
from nemo_run_domain.errors import SubmissionRejectedError as SubmissionRejectedError
from nemo_run_domain.errors import UnsupportedFeatureError as UnsupportedFeatureError
from nemo_run_domain.errors import UntrustedFileError as UntrustedFileError
from nemo_run_domain.errors import WaitTimeoutError as WaitTimeoutError
from nemo_run_domain.job import JobState


class UnknownStatusError(NemoRunError):
    """No backend knows the job."""


class PersistentSacctFailure(NemoRunError):  # noqa: N818 - a published name
    """Slurm's accounting does not answer."""


class SetValueError(NemoRunError, ValueError):
    """A value cannot be set along a path."""


class UsageError(InvalidConfigError, AssertionError):
    """A method was called at a moment or with arguments that it does not take."""


class ExperimentNotFoundError(NotFoundError, AssertionError, FileNotFoundError, ValueError):
    """No saved experiment of that id or title."""


class UnsupportedTaskError(InvalidConfigError, TypeError):
    """The object is nothing that can be run."""


class ExperimentFailedError(JobFailedError):
    """Jobs of an experiment did not succeed.

    Attributes:
        experiment_id: Which experiment.
        states: Job id -> state, for all jobs.
    """

    def __init__(
        self, message: str, experiment_id: str = "", states: Mapping[str, JobState] | None = None
    ) -> None:
        super().__init__(message)
        self.experiment_id = experiment_id
        self.states: dict[str, JobState] = dict(states or {})


class Interrupted(KeyboardInterrupt, SystemExit):
    """Ctrl-C or a signal to end, after the jobs were cancelled; unhandled, it ends Python with ``code``."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = self.status = code
