"""Question in, grounded answer out: the ground floor, and the sole owner of the index format."""
