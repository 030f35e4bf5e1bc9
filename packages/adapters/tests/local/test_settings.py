"""Settings and descriptor of the local backend."""

import dataclasses
import typing
from collections.abc import Mapping

import pytest

from nemo_run_adapters.local.plugin import backend, find_rendezvous
from nemo_run_adapters.local.settings import LocalSettings
from nemo_run_application.backends import BackendRegistry, Capability
from nemo_run_domain.executor import ExecutorSettings
from nemo_run_domain.launcher import HEAD_NODE, NODE_RANK, Rendezvous, TorchrunSettings
from nemo_run_domain.topology import Topology

MASTER = {"MASTER_ADDR": "10.0.0.1", "MASTER_PORT": "1234"}
FOUR = Topology(nodes=4, procs_per_node=8)


def find(topology: Topology, environ: Mapping[str, str], run_id: str = "5") -> Rendezvous:
    return find_rendezvous(TorchrunSettings(), topology, run_id, environ)


def test_there_are_only_the_two_fields_that_saved_configurations_may_have() -> None:
    inherited = {field.name for field in dataclasses.fields(ExecutorSettings)}
    own = {field.name: field.default for field in dataclasses.fields(LocalSettings)}
    assert {k: v for k, v in own.items() if k not in inherited} == {"ntasks_per_node": 1, "nodes": 1}


def test_annotations_resolve() -> None:
    assert typing.get_type_hints(LocalSettings)["nodes"] is int


def test_it_is_found_for_subclasses() -> None:
    class Mine(LocalSettings):
        pass

    registry = BackendRegistry(source=lambda: [backend])
    assert registry.for_executor(Mine()).name == "local_persistent"


def test_it_detaches_and_runs_groups() -> None:
    assert backend.capabilities == {Capability.DETACH, Capability.GROUPS}


def test_one_node_meets_itself_whatever_the_environment_says() -> None:
    expected = Rendezvous(endpoint="localhost:0", node_rank="0", run_id="5")
    assert find(Topology(), {**MASTER, "NODE_RANK": "3"}) == expected


def test_nodes_meet_where_the_environment_says() -> None:
    meet = find(FOUR, {**MASTER, "SLURM_NODEID": "3"})
    assert (meet.endpoint, meet.node_rank) == ("10.0.0.1:1234", "3")


def test_node_rank_wins_over_slurm() -> None:
    assert find(FOUR, {**MASTER, "SLURM_NODEID": "3", "NODE_RANK": "5"}).node_rank == "5"


def test_all_nodes_agree_on_the_id() -> None:
    ids = {find(FOUR, {**MASTER, "NODE_RANK": str(n)}, run_id=str(n)).run_id for n in range(4)}
    assert len(ids) == 1
    assert find(FOUR, {**MASTER, "MASTER_PORT": "1235"}).run_id not in ids


def test_an_id_that_was_given_is_used() -> None:
    assert find_rendezvous(TorchrunSettings(rdzv_id=42), FOUR, "5", MASTER).run_id == "42"


@pytest.mark.parametrize("environ", [{}, {"MASTER_ADDR": "h"}, {"MASTER_PORT": "1"}])
def test_without_an_address_the_placeholders_stay(environ: Mapping[str, str]) -> None:
    assert find(FOUR, environ) == Rendezvous(endpoint=f"{HEAD_NODE}:29500", node_rank=NODE_RANK, run_id="5")
