"""What every scheduler promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from acts import Act, MakeUnit, until, wait_until_final

from nemo_run_application.ports.scheduler import Accepted, Refused, Scheduler
from nemo_run_domain.errors import BackendError
from nemo_run_domain.job import JobHandle, JobState, JobStatus, Reason, merge_group

STAYS = Act(stays=True)


class SchedulerContract(ABC):
    """What every ``Scheduler`` promises; subclass it and provide the two fixtures.

    Attributes:
        groups: Whether the backend runs units of several tasks.
        retries: Whether it starts failed tasks again.
    """

    groups = True
    retries = True

    @pytest.fixture
    @abstractmethod
    def connect(self) -> Callable[[], Scheduler[Any]]:
        """Return what opens one more way to the same place."""

    @pytest.fixture
    @abstractmethod
    def make_unit(self, tmp_path: Path) -> MakeUnit:
        """Return what prepares units; see ``acts.prepared_unit``."""

    @pytest.fixture
    def scheduler(self, connect: Callable[[], Scheduler[Any]]) -> Iterator[Scheduler[Any]]:
        scheduler = connect()
        yield scheduler
        scheduler.close()

    @pytest.fixture
    def start(self, scheduler: Scheduler[Any], make_unit: MakeUnit) -> Iterator[Callable[..., Any]]:
        """Return what submits one unit and gives its handles; all of them are cancelled in the end."""
        begun: list[JobHandle] = []

        def start(*acts: Act, **names: str) -> tuple[JobHandle, ...]:
            result = scheduler.submit(scheduler.plan([make_unit(*acts, **names)]))[0]
            assert isinstance(result, Accepted), result
            begun.extend(result.handles)
            return result.handles

        yield start
        scheduler.cancel(begun)
        wait_until_final(scheduler, begun)

    # --- plan

    def test_there_is_one_plan_per_unit_in_order(self, scheduler: Any, make_unit: MakeUnit) -> None:
        units = [make_unit(Act(), name=name) for name in ("b", "a", "c")]
        plans = scheduler.plan(units)
        assert [plan.unit_id for plan in plans] == ["b", "a", "c"]
        assert [plan.token for plan in plans] == [unit.token for unit in units]

    def test_planning_nothing_gives_nothing(self, scheduler: Any) -> None:
        assert list(scheduler.plan([])) == []
        assert list(scheduler.submit([])) == []

    def test_a_plan_touches_nothing(self, scheduler: Any, make_unit: MakeUnit, tmp_path: Path) -> None:
        unit = make_unit(Act())
        before = sorted(tmp_path.rglob("*"))
        plan = scheduler.plan([unit])[0]
        assert sorted(tmp_path.rglob("*")) == before
        assert scheduler.find([unit.token]) == {}
        assert scheduler.plan([unit])[0].planned == plan.planned

    def test_a_dry_run_shows_the_command_and_no_secret(self, scheduler: Any, make_unit: MakeUnit) -> None:
        act = Act(exit_code=17, env={"HF_TOKEN": "very-hidden", "PLAIN": "shown"})
        text = str(scheduler.plan([make_unit(act)])[0])
        assert "exit 17" in text
        assert "shown" in text
        assert "very-hidden" not in text

    # --- submit

    def test_results_stand_in_the_order_of_the_plans(self, scheduler: Any, make_unit: MakeUnit) -> None:
        units = [make_unit(Act(exit_code=code), name=f"job-{code}") for code in (0, 3, 0, 4)]
        results = scheduler.submit(scheduler.plan(units))
        handles = [handle for result in results for handle in result.handles]
        statuses = wait_until_final(scheduler, handles)
        assert [statuses[handle].exit_code for handle in handles] == [0, 3, 0, 4]

    def test_ids_known_before_are_the_ids_used(self, scheduler: Any, make_unit: MakeUnit) -> None:
        plan = scheduler.plan([make_unit(Act())])[0]
        (result,) = scheduler.submit([plan])
        wait_until_final(scheduler, result.handles)
        if plan.planned:
            assert plan.planned == tuple(handle.native_id for handle in result.handles)

    def test_a_refused_plan_does_not_stop_the_others(self, scheduler: Any, make_unit: MakeUnit) -> None:
        acts = {"first": Act(), "bad": Act(refused=True), "last": Act()}
        plans = scheduler.plan([make_unit(act, name=name) for name, act in acts.items()])
        first, bad, last = scheduler.submit(plans)
        assert isinstance(bad, Refused)
        assert isinstance(bad.error, BackendError)
        assert str(bad.error)
        statuses = wait_until_final(scheduler, [*first.handles, *last.handles])
        assert {status.state for status in statuses.values()} == {JobState.SUCCEEDED}
        assert scheduler.find([plans[1].token]) == {}

    def test_a_token_is_not_started_twice(self, scheduler: Any, make_unit: MakeUnit, tmp_path: Path) -> None:
        plans = scheduler.plan([make_unit(Act(marks=True))])
        first = scheduler.submit(plans)
        assert scheduler.submit(plans) == first
        final = wait_until_final(scheduler, first[0].handles)
        assert scheduler.submit(plans) == first
        assert scheduler.poll(first[0].handles) == final
        starts = tmp_path / "job" / "starts"
        assert not starts.exists() or starts.read_text() == "x"

    # --- poll

    def test_a_lost_job_is_unknown_rather_than_missing(self, scheduler: Any) -> None:
        lost = JobHandle("any", "999999")
        assert scheduler.poll([lost]) == {lost: JobStatus(state=JobState.UNKNOWN)}

    def test_an_unknown_job_of_this_backend_is_unknown(self, scheduler: Any, start: Any) -> None:
        (known,) = start(Act())
        lost = JobHandle(known.backend, "999999")
        assert scheduler.poll([known, lost])[lost].state is JobState.UNKNOWN

    def test_asking_for_no_job_gives_nothing(self, scheduler: Any) -> None:
        assert scheduler.poll([]) == {}

    @pytest.mark.parametrize(("code", "state"), [(0, JobState.SUCCEEDED), (3, JobState.FAILED)])
    def test_the_end_of_a_job_is_told(self, scheduler: Any, start: Any, code: int, state: JobState) -> None:
        handles = start(Act(exit_code=code))
        (status,) = wait_until_final(scheduler, handles).values()
        assert (status.state, status.exit_code, status.restarts) == (state, code, 0)
        assert status.started_at is not None
        assert status.ended_at is not None
        assert status.started_at <= status.ended_at

    def test_a_final_status_never_changes(self, scheduler: Any, start: Any) -> None:
        handles = start(Act(exit_code=3))
        final = wait_until_final(scheduler, handles)
        scheduler.cancel(handles)
        assert scheduler.poll(handles) == final
        assert scheduler.poll(handles) == final

    def test_a_running_job_is_not_final(self, scheduler: Any, start: Any) -> None:
        (handle,) = start(STAYS)
        until(lambda: scheduler.poll([handle])[handle].state is JobState.RUNNING, what="a running job")

    def test_another_connection_sees_the_same_jobs(self, connect: Any, scheduler: Any, start: Any) -> None:
        handles = start(Act(exit_code=5))
        final = wait_until_final(scheduler, handles)
        other = connect()
        assert other.poll(handles) == final
        other.close()

    # --- cancel

    def test_a_running_job_can_be_cancelled(self, scheduler: Any, start: Any) -> None:
        handles = start(STAYS)
        scheduler.cancel(handles)
        (status,) = wait_until_final(scheduler, handles).values()
        assert (status.state, status.reason) == (JobState.CANCELLED, Reason.CANCELLED)

    def test_cancelling_twice_is_the_same_as_once(self, scheduler: Any, start: Any) -> None:
        handles = start(STAYS)
        scheduler.cancel(handles)
        scheduler.cancel(handles)
        final = wait_until_final(scheduler, handles)
        scheduler.cancel(handles)
        assert scheduler.poll(handles) == final

    def test_only_the_named_jobs_are_cancelled(self, scheduler: Any, start: Any) -> None:
        (one,) = start(STAYS, name="one")
        (other,) = start(STAYS, name="other")
        scheduler.cancel([one])
        wait_until_final(scheduler, [one])
        assert not scheduler.poll([other])[other].is_final

    def test_cancelling_unknown_jobs_is_no_error(self, scheduler: Any) -> None:
        scheduler.cancel([JobHandle("any", "999999")])
        scheduler.cancel([])

    # --- find

    def test_jobs_are_found_by_their_token(self, scheduler: Any, make_unit: MakeUnit) -> None:
        units = [make_unit(Act(), name="one"), make_unit(Act(), name="two")]
        one, two = scheduler.submit(scheduler.plan(units))
        found = scheduler.find([units[0].token, units[1].token, "0123456789abcdef"])
        assert found == {units[0].token: one.handles, units[1].token: two.handles}
        wait_until_final(scheduler, [*one.handles, *two.handles])
        assert scheduler.find([units[0].token]) == {units[0].token: one.handles}

    def test_no_token_finds_nothing(self, scheduler: Any) -> None:
        assert scheduler.find([]) == {}

    # --- close

    def test_it_may_be_closed_twice_and_jobs_go_on(self, connect: Any, scheduler: Any, start: Any) -> None:
        (handle,) = start(STAYS)
        other = connect()
        other.close()
        other.close()
        assert not scheduler.poll([handle])[handle].is_final

    # --- threads

    def test_several_threads_may_use_it(self, scheduler: Any, make_unit: MakeUnit) -> None:
        def one(number: int) -> tuple[JobHandle, JobStatus]:
            unit = make_unit(Act(exit_code=number % 3), name=f"thread-{number}")
            (result,) = scheduler.submit(scheduler.plan([unit]))
            statuses = wait_until_final(scheduler, result.handles)
            return result.handles[0], statuses[result.handles[0]]

        with ThreadPoolExecutor(8) as pool:
            ended = list(pool.map(one, range(16)))
        assert len({handle for handle, _ in ended}) == 16
        assert [status.exit_code for _, status in ended] == [number % 3 for number in range(16)]

    # --- retries

    def test_a_failed_task_is_started_again(self, scheduler: Any, start: Any) -> None:
        if not self.retries:
            pytest.skip("this backend starts nothing again")
        handles = start(Act(fail_times=1, retries=2))
        (status,) = wait_until_final(scheduler, handles).values()
        assert (status.state, status.exit_code, status.restarts) == (JobState.SUCCEEDED, 0, 1)

    def test_retries_end(self, scheduler: Any, start: Any) -> None:
        if not self.retries:
            pytest.skip("this backend starts nothing again")
        handles = start(Act(fail_times=9, retries=2))
        (status,) = wait_until_final(scheduler, handles).values()
        assert (status.state, status.exit_code, status.restarts) == (JobState.FAILED, 1, 2)

    # --- groups

    @pytest.fixture
    def start_group(self, start: Callable[..., Any]) -> Callable[..., Any]:
        if not self.groups:
            pytest.skip("this backend runs no groups")
        return start

    def test_a_group_is_one_job_or_one_per_task(self, scheduler: Any, start_group: Any) -> None:
        handles = start_group(Act(), Act())
        assert len(handles) in (1, 2)
        statuses = wait_until_final(scheduler, handles)
        assert merge_group([statuses[handle] for handle in handles]).state is JobState.SUCCEEDED

    def test_a_group_ends_with_its_first_failure(self, scheduler: Any, start_group: Any) -> None:
        handles = start_group(STAYS, Act(exit_code=7))
        statuses = wait_until_final(scheduler, handles)
        merged = merge_group([statuses[handle] for handle in handles])
        assert (merged.state, merged.exit_code) == (JobState.FAILED, 7)

    def test_a_group_can_be_cancelled(self, scheduler: Any, start_group: Any) -> None:
        handles = start_group(STAYS, STAYS)
        scheduler.cancel(handles)
        statuses = wait_until_final(scheduler, handles)
        assert {status.state for status in statuses.values()} == {JobState.CANCELLED}
