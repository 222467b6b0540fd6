"""Model weights with their cards and recipes."""
