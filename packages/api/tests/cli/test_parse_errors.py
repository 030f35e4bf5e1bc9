"""What is said about words that cannot be used."""

import logging
import pickle

import pytest
from fix import Net, fit

import nemo_run as run
from nemo_run._suggest import did_you_mean, listed
from nemo_run.cli import parse_cli_args
from nemo_run.cli.cli_parser import (
    ArgumentParsingError,
    ArgumentValueError,
    CLIException,
    CollectionParseError,
    DictParseError,
    ListParseError,
    LiteralParseError,
    OperationError,
    ParseError,
    TypeParsingError,
    UndefinedVariableError,
    UnknownTypeError,
    cli_exception_handler,
)
from nemo_run.exceptions import InvalidConfigError


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (ArgumentParsingError, CLIException),
        (TypeParsingError, CLIException),
        (OperationError, CLIException),
        (ArgumentValueError, CLIException),
        (UndefinedVariableError, CLIException),
        (ParseError, CLIException),
        (LiteralParseError, ParseError),
        (CollectionParseError, ParseError),
        (ListParseError, CollectionParseError),
        (DictParseError, CollectionParseError),
        (UnknownTypeError, ParseError),
        (CLIException, InvalidConfigError),
        (CLIException, ValueError),
    ],
)
def test_classes(error, base):
    assert issubclass(error, base)


def test_what_a_cli_exception_says():
    error = CLIException("It is wrong", "a=1", {"key": "a"})
    assert (error.arg, error.context) == ("a=1", {"key": "a"})
    assert str(error) == "It is wrong (Argument: a=1, Context: {'key': 'a'})"
    assert error.user_friendly_message() == f"Error processing argument 'a=1': {error}"
    assert error.sentence == "It is wrong"


def test_what_a_parse_error_says():
    error = ParseError("x", int, "Not one")
    assert (error.value, error.expected_type, error.reason) == ("x", int, "Not one")
    assert str(error) == (
        "Failed to parse 'x' as <class 'int'>: Not one "
        "(Argument: x, Context: {'expected_type': <class 'int'>})"
    )


@pytest.mark.parametrize("error", [CLIException("a", "b", {"c": 1}), ListParseError("x", int, "no")])
def test_errors_travel(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), vars(copy)) == (str(error), vars(error))


def test_an_error_tells_the_word():
    with pytest.raises(ParseError) as caught:
        parse_cli_args(fit, ["rate=1", "steps=abc"])
    error = caught.value
    assert (error.value, error.expected_type, error.reason) == ("abc", int, "Invalid integer literal")
    assert error.arg == "steps=abc"
    assert error.context == {"key": "steps", "value": "abc", "expected_type": int}
    assert str(error).startswith(
        "Error parsing argument: Failed to parse 'abc' as <class 'int'>: Invalid integer"
    )
    assert str(error).count("Failed to parse") == 1
    assert error.sentence == "steps: 'abc' is no int: Invalid integer literal"


def test_an_error_inside_a_list_is_one_sentence():
    with pytest.raises(ListParseError) as caught:
        parse_cli_args(fit, ["ids=[1, x]"])
    assert (
        caught.value.sentence
        == "ids: '[1, x]' is no list[int]: Invalid list: item 1: Invalid integer literal"
    )


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(ArgumentValueError) as caught:
        parse_cli_args(run.Config(Net), ["widht=1"])
    expected = "No parameter named 'widht' exists for fix.Net; it has width, act, dims. Did you mean 'width'?"
    assert caught.value.sentence == f"Invalid argument: {expected}"
    assert caught.value.context["valid"] == ["width", "act", "dims"]


def test_the_operands_of_a_failed_operation():
    with pytest.raises(OperationError) as caught:
        parse_cli_args(fit, ["maybe+=1"])
    assert caught.value.arg == "None += 1"
    assert caught.value.context["word"] == "maybe+=1"


def test_errors_are_logged_once_and_go_on(caplog):
    with (
        caplog.at_level(logging.ERROR, logger="nemo_run.cli.cli_parser"),
        pytest.raises(ParseError) as caught,
    ):
        parse_cli_args(fit, ["steps=abc"])
    assert [record.getMessage() for record in caplog.records] == [caught.value.user_friendly_message()]
    assert caplog.records[0].name == "nemo_run.cli.cli_parser"


def test_other_errors_are_wrapped(caplog):
    @cli_exception_handler
    def fail():
        """Fail."""
        raise KeyError("cause")

    assert (fail.__name__, fail.__doc__) == ("fail", "Fail.")
    with pytest.raises(CLIException, match="An unexpected error occurred: KeyError: 'cause'") as caught:
        fail()
    assert isinstance(caught.value.__cause__, KeyError)
    assert (caught.value.arg, caught.value.context) == ("", {})
    assert [record.getMessage() for record in caplog.records] == ["Unexpected error: 'cause'"]


@pytest.mark.parametrize("words", [[3], [None], [b"steps=1"]])
def test_words_are_text(words):
    with pytest.raises(ArgumentParsingError, match="Expected text"):
        parse_cli_args(fit, words)


def test_a_tree_stays_as_it_was_if_a_word_has_no_form():
    config = run.Config(Net)
    with pytest.raises(ArgumentParsingError):
        parse_cli_args(config, ["width=1", "wi-dth=2"])
    assert config.__arguments__ == {}


def test_suggestions():
    assert did_you_mean("epohcs", ["epochs", "steps"]) == " Did you mean 'epochs'?"
    assert did_you_mean("x", ["epochs", "steps"]) == ""
    assert listed("abcd", limit=2) == "a, b, and 2 more"


def test_bytes_that_are_no_text_can_be_printed():
    with pytest.raises(ParseError) as caught:
        parse_cli_args(fit, ["steps=\udcff"])
    for text in (str(caught.value), caught.value.sentence, caught.value.user_friendly_message()):
        assert "\\udcff" in text
        assert text.encode()
