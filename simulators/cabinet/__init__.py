"""A simulated cabinet and road-weather post: a scripted day on Modbus TCP and RTU."""
