"""The import report sees what an import brings."""

from tools.import_time import is_foreign, measure


def test_an_import_of_the_standard_library_brings_nothing_foreign() -> None:
    cost = measure("graphlib", rounds=1)
    assert cost.foreign == []
    assert cost.modules >= 1
    assert cost.milliseconds > 0


def test_another_distribution_is_named() -> None:
    assert "_pytest" not in measure("pytest", rounds=1).foreign
    assert "pytest" in measure("pytest", rounds=1).foreign


def test_our_own_packages_are_not_foreign() -> None:
    assert not is_foreign("nemo_run_domain")
    assert is_foreign("fiddle")
