"""Strays: what should not be on the road."""
