"""The vehicle detector: net, recipe, weights."""
