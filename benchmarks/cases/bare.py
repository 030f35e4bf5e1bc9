"""Start N processes with a file for the output of each, then wait: what no launcher can beat."""

import subprocess
import sys

if __name__ == "__main__":
    processes = []
    for i in range(int(sys.argv[1])):
        with open(f"{i}.log", "wb") as log:
            processes.append(subprocess.Popen(["bash", "-c", f"echo {i}"], stdout=log, stderr=log))
    sys.exit(max(process.wait() for process in processes))
