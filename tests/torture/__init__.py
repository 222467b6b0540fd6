"""Faults that the unit must survive. ``python -m tests.torture`` runs them.

One module per family of faults, each exporting ``FAULTS``. A ledger outside the agent decides what
was lost; negative controls must lose something, else the ledger is blind.
"""
