"""Incidents: raised, updated, cleared."""
