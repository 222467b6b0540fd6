"""Readings become events: pure state, no I/O, the clock injected."""
