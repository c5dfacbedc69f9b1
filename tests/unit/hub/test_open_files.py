"""How many files a hub may have open, and how many of them its devices may take."""

import os
import subprocess
import sys

import pytest

LOOK = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from jinn.hub.open_files import allow_many_files, connections_max
allow_many_files()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], connections_max(20_000))
"""

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.parametrize(("soft", "hard", "connections"), [(256, 2_048, 1_536), (256, 256, 128)])
def test_a_hub_takes_all_the_files_it_may_and_keeps_some_for_itself(soft: int, hard: int, connections: int) -> None:
    # In a process of its own: a limit that was lowered is not raised again.
    code = LOOK.format(soft=soft, hard=hard)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert done.stdout.split() == [str(hard), str(connections)]
