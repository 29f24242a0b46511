"""What `accelerate launch -m tests.launched COMMANDS` runs: commands of the lab in each of the processes, in turn.

To begin two processes and load the libraries in them costs far more than a tiny training, and is the same for all.
"""

from __future__ import annotations

import json
import sys

from embedlab.__main__ import main

if __name__ == "__main__":
    sys.exit(sum([main(command) for command in json.loads(sys.argv[1])]))
