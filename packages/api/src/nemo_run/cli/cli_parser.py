"""Reading command lines: words, values, factories, and what can be wrong with them."""

from __future__ import annotations

from nemo_run.cli._parse.apply import parse_cli_args as parse_cli_args
from nemo_run.cli._parse.apply import parse_config as parse_config
from nemo_run.cli._parse.apply import parse_partial as parse_partial
from nemo_run.cli._parse.attributes import parse_attribute as parse_attribute
from nemo_run.cli._parse.errors import ArgumentParsingError as ArgumentParsingError
from nemo_run.cli._parse.errors import ArgumentValueError as ArgumentValueError
from nemo_run.cli._parse.errors import CLIException as CLIException
from nemo_run.cli._parse.errors import CollectionParseError as CollectionParseError
from nemo_run.cli._parse.errors import DictParseError as DictParseError
from nemo_run.cli._parse.errors import FactoryError as FactoryError
from nemo_run.cli._parse.errors import ListParseError as ListParseError
from nemo_run.cli._parse.errors import LiteralParseError as LiteralParseError
from nemo_run.cli._parse.errors import OperationError as OperationError
from nemo_run.cli._parse.errors import ParseError as ParseError
from nemo_run.cli._parse.errors import TypeParsingError as TypeParsingError
from nemo_run.cli._parse.errors import UndefinedVariableError as UndefinedVariableError
from nemo_run.cli._parse.errors import UnknownFactoryError as UnknownFactoryError
from nemo_run.cli._parse.errors import UnknownTypeError as UnknownTypeError
from nemo_run.cli._parse.factories import parse_factory as parse_factory
from nemo_run.cli._parse.handler import cli_exception_handler as cli_exception_handler
from nemo_run.cli._parse.handler import logger as logger
from nemo_run.cli._parse.operations import Operation as Operation
from nemo_run.cli._parse.pythonic import PythonicParser as PythonicParser
from nemo_run.cli._parse.type_parser import BUILTIN_TO_TYPING as BUILTIN_TO_TYPING
from nemo_run.cli._parse.type_parser import TYPING_TO_BUILTIN as TYPING_TO_BUILTIN
from nemo_run.cli._parse.type_parser import TypeParser as TypeParser
from nemo_run.cli._parse.type_parser import parse_value as parse_value
from nemo_run.cli._parse.type_parser import type_parser as type_parser
