"""What starting a hub must not leave to chance."""

import os
import subprocess
import sys

import pytest
from hub_process import environment


@pytest.mark.skipif(sys.platform != "linux", reason="counts the threads of a process in /proc")
def test_numpy_brings_no_threads_that_a_fork_would_end_in_the_middle_of_their_work() -> None:
    count = "import os, jinn.hub, numpy; print(len(os.listdir('/proc/self/task')))"
    clean = {key: value for key, value in environment().items() if key != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", count], env=clean, capture_output=True, check=True, timeout=60)
    assert (os.cpu_count() or 1) == 1 or done.stdout == b"1\n"
