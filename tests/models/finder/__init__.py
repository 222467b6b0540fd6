"""The finder's recipe."""
