"""Faults as a script: what goes wrong with which simulated device, when and for how long."""
