"""What the unit installs on a machine."""
