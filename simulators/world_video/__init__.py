"""Recordings of the simulated world with the truth beside them."""
