"""The hub: every room put together, and the command line that starts it."""

import os

# Before numpy is imported anywhere. Its OpenBLAS ends its worker threads whenever the process forks, even while one
# of them computes: then either the computation spins or the fork waits, for ever. We fork for the engine and for each
# thing of the demo home while models are loading; without workers there is nothing to end. The models' own engines
# have thread pools that live through a fork.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
