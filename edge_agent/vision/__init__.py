"""Eyes: picture → boxes → tracks → crossings and zones, in a process that can be killed.

frame → detector → tracker → lines, zones → readings. ``pipeline`` runs that chain on one frame
after another; ``python -m edge_agent.vision`` feeds it from a live camera, ``edge-agent replay``
from a file, with the very same code in between.
"""
