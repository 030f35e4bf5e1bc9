"""What can go wrong, by what the caller can do about it."""

from __future__ import annotations


class NemoRunError(Exception):
    """Base of every error that nemo_run raises on purpose."""


class InvalidConfigError(NemoRunError, ValueError):
    """What the user asked for can never work as it stands."""


class UnsupportedFeatureError(NemoRunError):
    """The backend at hand cannot do this; another one may."""


class MissingDependencyError(NemoRunError, ImportError):
    """An optional package is not installed; the message names the extra."""


class NotFoundError(NemoRunError, LookupError):
    """No experiment, job or file of that name."""


class PackagingError(NemoRunError):
    """Code or data cannot travel to where the task runs."""


class StoreError(NemoRunError):
    """Saved metadata is missing, damaged or not ours to read."""


class UntrustedFileError(StoreError, PermissionError):
    """A saved file names something that must not be loaded, or others may write to it."""


class BackendError(NemoRunError):
    """A backend could not do what was asked."""


class BackendUnavailableError(BackendError):
    """Nothing was accepted and nothing changed; trying again is safe."""


class AuthenticationError(BackendError, ConnectionError):
    """The backend does not know who we are."""


class SubmissionRejectedError(BackendError):
    """Refused; the same plan would be refused again."""


class ExecutableNotFoundError(SubmissionRejectedError, FileNotFoundError):
    """The program to start does not exist where the task would run."""


class UnexpectedReplyError(BackendError):
    """The backend answered something that is not understood."""


class JobError(NemoRunError):
    """A job did not end as hoped."""


class JobFailedError(JobError):
    """At least one job that was waited for did not succeed."""


class WaitTimeoutError(JobError, TimeoutError):
    """Jobs were still unfinished when the time to wait was over."""
