"""Edge-device software for roadside and intersection hardware."""

__version__ = "0.1.0"
