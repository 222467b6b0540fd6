"""Recipes and what they share, as far as they need no torch."""
