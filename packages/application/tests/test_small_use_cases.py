"""Finding, repeating, running here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nemo_run_adapters.memory.store import MemoryExperimentStore
from nemo_run_application.events import JobChanged
from nemo_run_application.find import FindExperiments
from nemo_run_application.reset import Decision, decide
from nemo_run_application.run_here import RunHere, check_direct
from nemo_run_domain.errors import InvalidConfigError, StoreError
from nemo_run_domain.job import JobState, JobStatus, Reason
from nemo_run_domain.journal import Kind, fold
from nemo_run_domain.layout import TASKS_FILE
from pretend import HOME, World, task, unit


class TestFind:
    @pytest.fixture
    def find(self, world: World) -> FindExperiments:
        for title, name in [("train", "train_30"), ("train", "train_200"), ("other", "other_1")]:
            folder = f"{HOME}/experiments/{title}/{name}"
            world.store.create(folder)
            world.store.write(folder, {TASKS_FILE: b"[]"})
        world.store.create(f"{HOME}/experiments/train/train_100")
        return FindExperiments(world.store, HOME)

    def test_runs_are_listed_oldest_first(self, find: FindExperiments) -> None:
        assert find.catalog("train") == ["train_30", "train_100", "train_200"]

    def test_without_a_number_the_time_of_the_folder_counts(
        self, world: World, find: FindExperiments
    ) -> None:
        world.store.create(f"{HOME}/experiments/train/by hand")
        assert find.catalog("train")[-1] == "by hand"

    def test_titles_are_listed(self, world: World) -> None:
        world.store.create(f"{HOME}/experiments/b_2")
        world.store.create(f"{HOME}/experiments/a_1")
        assert FindExperiments(world.store, HOME).catalog() == ["a_1", "b_2"]

    def test_nothing_is_found_in_an_empty_home(self, world: World) -> None:
        assert FindExperiments(world.store, HOME).catalog() == []
        assert FindExperiments(world.store, HOME).catalog("train") == []

    @pytest.mark.parametrize(
        ("experiment_id", "folder"),
        [
            ("train_200", f"{HOME}/experiments/train/train_200"),
            ("train_7", None),
            ("other_30", None),
            ("train", None),
            ("", None),
        ],
    )
    def test_a_run_has_a_folder(self, find: FindExperiments, experiment_id: str, folder: str | None) -> None:
        assert find.directory(experiment_id) == folder

    @pytest.mark.parametrize("experiment_id", ["../../etc_1", "a/b_1", "._1"])
    def test_an_id_never_leads_out_of_the_home(self, find: FindExperiments, experiment_id: str) -> None:
        with pytest.raises(InvalidConfigError):
            find.directory(experiment_id)

    def test_complete_runs_are_listed_newest_first(self, find: FindExperiments) -> None:
        folder = f"{HOME}/experiments/train"
        assert list(find.of_title("train")) == [f"{folder}/train_200", f"{folder}/train_30"]
        assert list(find.of_title("nobody")) == []

    def test_a_run_that_cannot_be_read_is_listed(self, find: FindExperiments) -> None:
        class Damaged(MemoryExperimentStore):
            def read(self, directory: str, name: str) -> bytes | None:
                raise StoreError(f"cannot read {directory}/{name}")

        store = Damaged()
        store.create(f"{HOME}/experiments/train/train_1")
        found = FindExperiments(store, HOME).of_title("train")
        assert list(found) == [f"{HOME}/experiments/train/train_1"]

    def test_a_title_is_there_or_not(self, find: FindExperiments) -> None:
        assert find.has_title("train")
        assert not find.has_title("nobody")
        with pytest.raises(InvalidConfigError):
            find.has_title("..")


@pytest.mark.parametrize(
    ("status", "rerun", "why"),
    [
        (JobStatus(state=JobState.SUCCEEDED), False, "it succeeded"),
        (JobStatus(state=JobState.SUBMITTED), False, "it is still submitted"),
        (JobStatus(state=JobState.PENDING), False, "it is still pending"),
        (JobStatus(state=JobState.RUNNING), False, "it is still running"),
        (JobStatus(state=JobState.UNSUBMITTED), True, "it was never launched"),
        (JobStatus(state=JobState.CANCELLED), True, "it ended as CANCELLED"),
        (JobStatus(state=JobState.FAILED, exit_code=3), True, "it ended as FAILED (exit code 3)"),
        (JobStatus(state=JobState.UNKNOWN, reason=Reason.LOST), True, "it ended as UNKNOWN (lost)"),
    ],
)
def test_what_did_not_succeed_and_does_not_run_is_repeated(status: JobStatus, rerun: bool, why: str) -> None:
    assert decide([unit("a")], {"a": status}) == {"a": Decision(rerun, why)}


def test_decisions_stand_in_the_order_of_the_units() -> None:
    status = JobStatus(state=JobState.UNSUBMITTED)
    assert list(decide([unit("b"), unit("a")], {"a": status, "b": status})) == ["b", "a"]


class TestRunHere:
    def test_tasks_run_one_after_the_other(self, world: World) -> None:
        ran = []

        def call(name: str, seconds: float) -> None:
            ran.append(name)
            world.clock.advance(seconds)

        experiment = world.experiment(unit("a b"), unit("c"))
        begin = world.clock.now()
        statuses = RunHere(world.services)(experiment, [lambda: call("a b", 2), lambda: call("c", 3)])
        assert ran == ["a b", "c"]
        assert [(s.state, s.started_at, s.ended_at) for s in statuses.values()] == [
            (JobState.SUCCEEDED, begin, begin + 2),
            (JobState.SUCCEEDED, begin + 2, begin + 5),
        ]
        jobs = fold(world.store.journal(experiment.directory))
        assert {name: job.status for name, job in jobs.items()} == statuses
        assert [e.job for e in world.reporter.of(JobChanged)] == ["a b", "c"]

    @pytest.mark.parametrize("error", [ValueError("boom"), KeyboardInterrupt()])
    def test_the_first_error_ends_the_run(self, world: World, error: BaseException) -> None:
        def fail() -> None:
            raise error

        experiment = world.experiment(unit("a"), unit("bad"), unit("never"))
        with pytest.raises(type(error)):
            RunHere(world.services)(experiment, [lambda: None, fail, lambda: pytest.fail("ran")])
        jobs = fold(world.store.journal(experiment.directory))
        assert set(jobs) == {"a", "bad", "never"}
        assert jobs["never"].status is not None
        assert jobs["never"].status.reason is Reason.SKIPPED
        assert jobs["never"].status.message == "'bad' before it failed"
        assert jobs["bad"].status is not None
        assert jobs["bad"].status.state is JobState.FAILED
        assert jobs["bad"].status.message == f"{type(error).__name__}: {error}"
        assert [r.kind for r in world.store.journal(experiment.directory)] == [
            Kind.SUBMITTED,
            Kind.STATUS,
        ] * 2 + [Kind.STATUS]

    @pytest.mark.parametrize("kind", ["group", "dependency"])
    def test_groups_and_dependencies_need_a_backend(self, world: World, kind: str) -> None:
        group = replace(unit("b"), tasks=(task("x"), task("y")))
        experiment = world.experiment(unit("a"), group if kind == "group" else unit("b", "a"))
        with pytest.raises(InvalidConfigError, match="'b': a direct run takes single tasks"):
            RunHere(world.services)(experiment, [lambda: pytest.fail("ran")] * 2)
        check_direct(world.experiment(unit("a"), unit("c")))
