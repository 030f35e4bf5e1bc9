"""Start of the supervisor: ``python -I -S <this file>``, with the launcher's socket as stdin."""

import os
import sys

if __name__ == "__main__":
    # Isolated mode leaves no path to this distribution. It goes last: the standard library wins.
    sys.path.append(os.path.abspath(__file__ + "/../../../.."))
    from nemo_run_adapters.local.supervisor.server import serve

    serve(0)
