"""Scores against cases worked out by hand."""
