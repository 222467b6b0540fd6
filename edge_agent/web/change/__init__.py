"""Changing the site file without locking oneself out: versions, a trial with its end, undo."""
