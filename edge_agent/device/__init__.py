"""All that a driver may import: the Driver contract, readings, streams, register maps, children."""
