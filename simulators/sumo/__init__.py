"""SUMO as the owner of the vehicles, behind the interface of the built-in world."""
