"""Random experiments with random endings and cancellations, against a naive model."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from nemo_run_application.cancel import CancelJobs
from nemo_run_application.run_state import RunState
from nemo_run_application.status import ReadStatus
from nemo_run_domain.job import Reason
from nemo_run_domain.journal import Kind, fold
from nemo_run_domain.unit import ExecutionUnit
from pretend import World, address, addresses, states, unit

ENDINGS = ["SUCCEEDED", "FAILED", "CANCELLED", "refused"]


@dataclass(frozen=True)
class Job:
    """What a random unit does."""

    name: str
    after: tuple[str, ...]
    anyway: bool
    ending: str
    duration: int
    place: str
    log: bool

    def unit(self) -> ExecutionUnit:
        return unit(
            self.name,
            *self.after,
            kind="afterany" if self.anyway else "afterok",
            follow=self.log,
            outcome="SUCCEEDED" if self.ending == "refused" else self.ending,
            reject="no" if self.ending == "refused" else "",
            duration=self.duration,
            place=self.place,
            log=f"{self.name} was here",
        )


@st.composite
def experiments(draw: st.DrawFn) -> list[Job]:
    """Draw jobs in any order whose dependencies form no cycle."""
    jobs: list[Job] = []
    for number in range(draw(st.integers(1, 10))):
        jobs.append(
            Job(
                name=f"u{number}",
                after=tuple(sorted(draw(st.sets(st.sampled_from([j.name for j in jobs]))))) if jobs else (),
                anyway=draw(st.booleans()),
                ending=draw(st.sampled_from(ENDINGS)),
                duration=draw(st.integers(0, 4)),
                place=draw(st.sampled_from(["here", "there"])),
                log=draw(st.booleans()),
            )
        )
    return draw(st.permutations(jobs))


def expected(jobs: list[Job]) -> dict[str, str]:
    """Say how each unit must end: look at all of them again until nothing changes."""
    ends: dict[str, str] = {}
    while len(ends) < len(jobs):
        for job in jobs:
            if job.name in ends or not set(job.after) <= ends.keys():
                continue
            if job.anyway or all(ends[name] == "SUCCEEDED" for name in job.after):
                ends[job.name] = "FAILED" if job.ending == "refused" else job.ending
            else:
                ends[job.name] = "skipped"
    return ends


def seen(state: RunState) -> dict[str, str]:
    """Return how each unit ended."""
    skipped = {name for name, status in state.statuses.items() if status.reason is Reason.SKIPPED}
    return {name: "skipped" if name in skipped else how for name, how in states(state).items()}


def starts(world: World) -> dict[str, float]:
    """Return unit id -> when it started."""
    jobs = [job for place in world.places.values() for job in place.cluster.jobs]
    return {job.unit_id: job.submitted_at for job in jobs}


def check_what_always_holds(world: World, state: RunState, jobs: list[Job]) -> None:
    """Order, one start and one end each, and one journal that tells the same."""
    begun = starts(world)
    ended = {name: status.ended_at for name, status in state.statuses.items()}
    for job in jobs:
        if job.name in begun and job.after:
            # A second is the pause between two looks.
            assert 0 <= begun[job.name] - max(ended[name] for name in job.after) <= 1
    started = [name for place in world.places.values() for name in place.started]
    assert len(started) == len(set(started))
    ends = [name for name, how in world.told() if how.is_final]
    assert sorted(ends) == sorted(state.statuses)
    records = world.journal(state)
    assert sorted(r.job for r in records if r.kind is Kind.STATUS) == sorted(state.statuses)
    assert {name: record.status for name, record in fold(records).items()} == state.statuses
    loud = {job.name for job in jobs if job.log} & set(started)
    assert sorted(world.lines()) == sorted(f"{name} was here" for name in loud)


@settings(max_examples=200, deadline=None)
@given(experiments(), st.booleans())
def test_units_run_and_are_skipped_as_the_model_says(jobs: list[Job], notifies: bool) -> None:
    world = World()
    world.notifies = notifies
    state = world.run(*(job.unit() for job in jobs))
    world.services.workers.close()
    assert seen(state) == expected(jobs)
    assert set(starts(world)) == {
        job.name for job in jobs if job.ending != "refused" and expected(jobs)[job.name] != "skipped"
    }
    check_what_always_holds(world, state, jobs)


def arrange_cancellation(world: World, state: RunState, unit_id: str, data: st.DataObject) -> None:
    """Cancel one unit at a random moment, as another thread would."""

    def cancel() -> None:
        state.request_cancel([unit_id])
        job = replace(address(state, unit_id), handles=state.handles.get(unit_id, ()))
        CancelJobs(world.services)(state.experiment.directory, [job])

    moment = data.draw(st.sampled_from(["before", "submit", "poll", "later"]))
    if moment == "before":
        cancel()
    elif moment == "later":
        world.clock.after(data.draw(st.integers(0, 8)), cancel)
    else:
        place = world.place(data.draw(st.sampled_from(["here", "there"])))
        place.before[moment] = lambda: (place.before.pop(moment), cancel())


@settings(max_examples=200, deadline=None)
@given(experiments(), st.data())
def test_cancellations_at_any_moment_end_what_they_name(jobs: list[Job], data: st.DataObject) -> None:
    world = World()
    watch = world.begin(*(job.unit() for job in jobs))
    asked = data.draw(st.sets(st.sampled_from([job.name for job in jobs])))
    for unit_id in sorted(asked):
        arrange_cancellation(world, watch.state, unit_id, data)
    watch.start()
    assert watch.wait()
    world.services.workers.close()
    ends = seen(watch.state)
    if not asked:
        assert ends == expected(jobs)
    for job in jobs:
        good = all(ends[name] == "SUCCEEDED" for name in job.after)
        assert ends[job.name] != "SUCCEEDED" or job.anyway or good
        assert ends[job.name] != "skipped" or not (job.anyway or good)
    check_what_always_holds(world, watch.state, jobs)


@settings(max_examples=60, deadline=None)
@given(experiments(), st.data())
def test_another_process_sees_what_the_launcher_saw(jobs: list[Job], data: st.DataObject) -> None:
    world = World()
    watch = world.begin(*(job.unit() for job in jobs))
    watch.start()
    watch.wait(timeout=data.draw(st.integers(0, 6)))
    state, directory = watch.state, watch.state.experiment.directory
    reports = ReadStatus(world.services)(directory, addresses(state))
    for unit_id, report in reports.items():
        known = state.statuses[unit_id]
        assert report.handles == state.handles.get(unit_id, ())
        assert report.status == known or not known.is_final
    CancelJobs(world.services)(
        directory, [replace(address(state, name), handles=report.handles) for name, report in reports.items()]
    )
    assert watch.wait()
    world.services.workers.close()
    final = ReadStatus(world.services)(directory, addresses(state))
    assert {unit_id: report.status for unit_id, report in final.items()} == state.statuses
