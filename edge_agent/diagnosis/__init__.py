"""Slow ills that no single reading shows: a reader that reads less, a scale that drifts.

Each file is one ill: pure state, fed with events and readings, asked now and then for the
conditions that hold. Nothing is ever corrected in silence: a condition says what was found and
proposes what to do.
"""
