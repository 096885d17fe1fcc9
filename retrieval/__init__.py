"""Question in, grounded answer out: the ground floor, and the sole owner of the index format."""

import os

# Before numpy is imported: its products here are so small that OpenBLAS's other threads only spin after each one,
# which costs as much processor time as all the rest of an answer.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
