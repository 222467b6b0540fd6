"""Figures against their targets. ``python -m tests.bench`` prints them.

One module per family of measures, each exporting ``MEASURES``. Every figure is a count or a ratio
taken within one run, for absolute times of a shared machine mean little.
"""
