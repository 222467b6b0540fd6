"""Bringing a unit into service in one visit: steps, their answers and results, kept over a kill.

``engine`` drives ``steps``; the terminal and the unit's page are two ways to answer the same
questions. Everything works without a network.
"""
