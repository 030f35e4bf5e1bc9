"""What people and programs see: tables on a terminal, plain lines elsewhere, JSON lines on request.

Nothing here imports ``rich`` before a table is really drawn, and nothing configures ``logging``.
"""

from nemo_run_adapters.console.choose import choose_printer as choose_printer
from nemo_run_adapters.console.choose import choose_reporter as choose_reporter
from nemo_run_adapters.console.json_lines import JsonReporter as JsonReporter
from nemo_run_adapters.console.output import Output as Output
from nemo_run_adapters.console.plain import PlainReporter as PlainReporter
from nemo_run_adapters.console.printer import JsonPrinter as JsonPrinter
from nemo_run_adapters.console.printer import Printer as Printer
from nemo_run_adapters.console.printer import SilentPrinter as SilentPrinter
from nemo_run_adapters.console.printer import TextPrinter as TextPrinter
from nemo_run_adapters.console.rich_reporter import RichReporter as RichReporter
from nemo_run_adapters.console.silent import SilentReporter as SilentReporter
from nemo_run_adapters.console.texts import GOODBYE_BASH as GOODBYE_BASH
from nemo_run_adapters.console.texts import GOODBYE_PYTHON as GOODBYE_PYTHON
from nemo_run_adapters.console.texts import StatusRow as StatusRow
from nemo_run_adapters.console.texts import render_entering as render_entering
from nemo_run_adapters.console.texts import render_goodbye as render_goodbye
from nemo_run_adapters.console.texts import render_status_block as render_status_block
