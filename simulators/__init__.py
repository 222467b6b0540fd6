"""Simulated roadside hardware; shares no code with the drivers."""
