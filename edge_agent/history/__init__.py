"""What the unit itself remembers after the centre has it: enough for its own lists and reports."""
