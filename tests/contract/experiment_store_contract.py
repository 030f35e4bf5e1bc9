"""What every store of experiments promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from nemo_run_domain.errors import NotFoundError, StoreError
from nemo_run_domain.job import JobState, JobStatus, Reason
from nemo_run_domain.journal import Kind, Record

RECORDS = [
    Record(kind=Kind.INTENT, job="train", at=1.5, token="t0", planned=("n-1",)),
    Record(kind=Kind.SUBMITTED, job="train", at=2.0, handles=("memory://nemo_run/n-1",)),
    Record(
        kind=Kind.STATUS,
        job="Übung \N{SNOWMAN}",
        at=3.0,
        status=JobStatus(state=JobState.FAILED, exit_code=3, reason=Reason.ERROR, message="a\nb"),
    ),
]


class ExperimentStoreContract(ABC):
    """What every ``ExperimentStore`` promises; subclass it and provide the fixtures."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> Any:
        """Return the store."""

    @pytest.fixture
    @abstractmethod
    def home(self) -> str:
        """Return the absolute path of a folder that does not exist yet."""

    @pytest.fixture
    def directory(self, store: Any, home: str) -> str:
        directory = f"{home}/title/title_1"
        store.create(directory)
        return directory

    # --- holding

    def test_one_at_a_time_holds_an_experiment(self, store: Any, directory: str) -> None:
        let_go = store.hold(directory)
        assert store.hold(directory) is None
        store.append(directory, RECORDS)
        assert store.journal(directory) == RECORDS
        let_go()
        again = store.hold(directory)
        assert again is not None
        again()

    def test_what_is_not_there_cannot_be_held(self, store: Any, home: str) -> None:
        with pytest.raises(StoreError):
            store.hold(f"{home}/title/title_2")

    def test_whether_somebody_holds_it_is_told_and_in_nobodys_way(self, store: Any, directory: str) -> None:
        assert not store.is_held(directory)
        let_go = store.hold(directory)
        assert store.is_held(directory)
        assert store.is_held(directory)
        let_go()
        assert not store.is_held(directory)
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(lambda: [store.is_held(directory) for _ in range(200)]) for _ in range(8)]
            for _ in range(50):
                again = store.hold(directory)
                assert again is not None
                again()
        assert all(future.exception() is None for future in asked)

    def test_nobody_holds_what_is_not_there(self, store: Any, home: str) -> None:
        assert not store.is_held(f"{home}/title/title_2")
        assert not store.exists(f"{home}/title/title_2")

    # --- folders

    def test_a_created_experiment_exists(self, store: Any, home: str) -> None:
        assert not store.exists(f"{home}/title/title_1")
        store.create(f"{home}/title/title_1")
        assert store.exists(f"{home}/title/title_1")
        assert store.exists(f"{home}/title")

    def test_an_experiment_is_created_once(self, store: Any, directory: str) -> None:
        with pytest.raises(FileExistsError):
            store.create(directory)
        store.write(directory, {"_CONFIG": b"kept"})
        store.create(directory, exist_ok=True)
        assert store.read(directory, "_CONFIG") == b"kept"

    def test_of_many_launchers_one_creates(self, store: Any, home: str) -> None:
        def create(_number: int) -> bool:
            try:
                store.create(f"{home}/deep/title/title_7")
            except FileExistsError:
                return False
            return True

        with ThreadPoolExecutor(50) as pool:
            created = list(pool.map(create, range(50)))
        assert created.count(True) == 1

    def test_names_are_listed_in_order(self, store: Any, home: str) -> None:
        for name in ("b_2", "a_1", ".hidden", "a_10"):
            store.create(f"{home}/title/{name}")
        store.write(f"{home}/title/a_1", {"_CONFIG": b""})
        assert store.names(f"{home}/title") == ["a_1", "a_10", "b_2"]
        assert store.names(home) == ["title"]
        assert store.names(f"{home}/title/a_1") == []
        assert store.names(f"{home}/missing") == []

    def test_the_time_of_the_folder_is_told(self, store: Any, home: str, directory: str) -> None:
        assert store.created(directory) > 0
        with pytest.raises(NotFoundError, match="missing"):
            store.created(f"{home}/missing")

    def test_a_deleted_experiment_is_gone(self, store: Any, home: str, directory: str) -> None:
        store.write(directory, {"_CONFIG": b"x"})
        store.append(directory, RECORDS)
        store.create(f"{home}/title/title_2")
        store.delete(directory, prune_parent=True)
        assert not store.exists(directory)
        assert store.read(directory, "_CONFIG") is None
        assert store.journal(directory) == []
        assert store.names(f"{home}/title") == ["title_2"]

    def test_an_empty_title_goes_with_its_last_experiment(
        self, store: Any, home: str, directory: str
    ) -> None:
        store.create(f"{home}/other/other_1")
        store.delete(directory, prune_parent=True)
        assert store.names(home) == ["other"]

    def test_deleting_twice_is_no_error(self, store: Any, directory: str) -> None:
        store.delete(directory)
        store.delete(directory, prune_parent=True)

    # --- metadata

    def test_what_is_written_can_be_read(self, store: Any, directory: str) -> None:
        store.write(directory, {"_CONFIG": b"one", "_TASKS": b"\x00\xff"})
        store.write(directory, {"_CONFIG": b"two"})
        assert store.read(directory, "_CONFIG") == b"two"
        assert store.read(directory, "_TASKS") == b"\x00\xff"

    def test_a_missing_file_is_none(self, store: Any, home: str, directory: str) -> None:
        assert store.read(directory, "_CONFIG") is None
        assert store.read(f"{home}/missing", "_CONFIG") is None

    def test_nothing_is_written_where_no_experiment_is(self, store: Any, home: str) -> None:
        with pytest.raises(StoreError, match="missing"):
            store.write(f"{home}/missing", {"_CONFIG": b""})
        with pytest.raises(StoreError, match="missing"):
            store.append(f"{home}/missing", RECORDS)

    def test_a_reader_never_sees_half_a_file(self, store: Any, directory: str) -> None:
        texts = [letter * 100_000 for letter in (b"a", b"b", b"c", b"d")]
        store.write(directory, {"_CONFIG": texts[0]})

        def write(number: int) -> None:
            store.write(directory, {"_CONFIG": texts[number % len(texts)]})

        with ThreadPoolExecutor(4) as pool:
            writes = [pool.submit(write, number) for number in range(24)]
            while not all(future.done() for future in writes):
                assert store.read(directory, "_CONFIG") in texts
        assert [future.exception() for future in writes] == [None] * 24

    # --- journal

    def test_no_journal_has_no_records(self, store: Any, home: str, directory: str) -> None:
        assert store.journal(directory) == []
        assert store.journal(f"{home}/missing") == []

    @pytest.mark.parametrize("sync", [True, False])
    def test_records_come_back_in_order(self, store: Any, directory: str, sync: bool) -> None:
        store.append(directory, RECORDS[:2], sync=sync)
        store.append(directory, [], sync=sync)
        store.append(directory, RECORDS[2:], sync=sync)
        assert store.journal(directory) == RECORDS

    def test_calls_of_many_launchers_do_not_mix(self, store: Any, directory: str) -> None:
        def append(number: int) -> None:
            store.append(
                directory, [Record(kind=Kind.CANCEL, job=f"{number}-{part}", at=0.0) for part in range(3)]
            )

        with ThreadPoolExecutor(50) as pool:
            list(pool.map(append, range(50)))
        jobs = [record.job for record in store.journal(directory)]
        batches = [jobs[start : start + 3] for start in range(0, 150, 3)]
        assert sorted(batches) == sorted([f"{n}-{part}" for part in range(3)] for n in range(50))

    def test_only_what_is_new_in_the_journal_can_be_read(self, store: Any, home: str, directory: str) -> None:
        assert store.journal_since(f"{home}/missing", 0) == ([], 0)
        assert store.journal_since(directory, 0) == ([], 0)
        store.append(directory, RECORDS[:1])
        first, position = store.journal_since(directory, 0)
        assert store.journal_since(directory, position) == ([], position)
        store.append(directory, RECORDS[1:])
        rest, end = store.journal_since(directory, position)
        assert (first, rest) == (RECORDS[:1], RECORDS[1:])
        assert store.journal_since(directory, end) == ([], end)
        assert store.journal_since(directory, 0) == (RECORDS, end)
