"""The rooms wired into one process, and its command line."""

import os

# NumPy's OpenBLAS stops its threads before every fork and waits for them. A fork (a device program, the engine)
# while another thread multiplies matrices (a model that loads) then hangs both for ever. With one thread there is
# nothing to wait for, and our matrices are too small to gain by more. Must be set before NumPy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
