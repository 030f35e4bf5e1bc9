"""Placeholders, and every other dollar sign left alone."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemo_run_domain.macros import Macros

SLURM = Macros(
    head_node_ip_var="head_node_ip",
    nproc_per_node_var="SLURM_NTASKS_PER_NODE",
    num_nodes_var="SLURM_NNODES",
    node_rank_var="SLURM_NODEID",
    het_group_host_var="het_group_host",
)
NAMES = [field.name for field in dataclasses.fields(Macros)]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$$${head_node_ip_var}:1", "$head_node_ip:1"),
        ("$$$head_node_ip_var:1", "$head_node_ip:1"),
        ("${head_node_ip_var}", "head_node_ip"),
        ("$head_node_ip_var", "head_node_ip"),
        ("server=$$${het_group_host_var}_0", "server=$het_group_host_0"),
        ("echo $$", "echo $$"),
        ("$HOME ${HOME} $(id) $1", "$HOME ${HOME} $(id) $1"),
        ("$head_node_ip_variable", "$head_node_ip_variable"),
        ("${node_rank_var}${num_nodes_var}", "SLURM_NODEIDSLURM_NNODES"),
        ("$$$$", "$$$$"),
        ("", ""),
    ],
)
def test_our_placeholders_are_replaced(text: str, result: str) -> None:
    assert SLURM.substitute(text) == result


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_a_placeholder(name: str) -> None:
    assert SLURM.substitute(f"${{{name}}}") == getattr(SLURM, name)
    assert SLURM.substitute(f"$$${{{name}}}") == f"${getattr(SLURM, name)}"


@given(st.text("${}()abc_ \n\\'\"0"))
def test_text_without_a_placeholder_stays(text: str) -> None:
    assert SLURM.substitute(text) == text


def test_only_the_values_of_a_mapping_are_replaced() -> None:
    assert SLURM.substitute_all({"$node_rank_var": "$node_rank_var"}) == {"$node_rank_var": "SLURM_NODEID"}
