"""Defaults for options."""

import pytest

import nemo_run as run
from nemo_run.cli._run.defaults import CommandDefaults, check_defaults, completed
from nemo_run.cli._run.options import GLOBAL_OPTIONS, RUN_OPTIONS


def test_there_is_a_default_for_every_option_but_the_executor():
    assert {*RUN_OPTIONS, *GLOBAL_OPTIONS} - {"executor"} == {*CommandDefaults.__annotations__}


@pytest.mark.parametrize(
    ("defaults", "text"),
    [({"drirun": True}, "unknown key 'drirun'"), ({"dryrun": "yes"}, "type bool"), ({"name": 3}, "type str")],
)
def test_a_default_that_cannot_be_is_an_error(defaults, text):
    with pytest.raises(ValueError, match=text):
        check_defaults(defaults)


@pytest.mark.parametrize(
    ("given", "value"), [({"detach": None}, True), ({"detach": False}, False), ({"detach": True}, True)]
)
def test_what_is_given_wins(given, value):
    assert completed(given, {"detach": True}) == {"detach": value}


def test_main_refuses_unknown_defaults():
    with pytest.raises(ValueError, match="drirun"):
        run.cli.main(print, cmd_defaults={"drirun": True})


@pytest.mark.parametrize(
    ("plugins", "text"),
    [
        (["x"], "default_plugins must be a list of Config objects"),
        (5, "default_plugins must be a Config object"),
    ],
)
def test_main_refuses_plugins_that_are_no_configurations(plugins, text):
    with pytest.raises(ValueError, match=text):
        run.cli.main(print, default_plugins=plugins)
