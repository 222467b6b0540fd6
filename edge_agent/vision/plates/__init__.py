"""Number plates: found, cut out, read."""
