"""A simulated signal controller: a fixed-time plan, detectors, faults, on Modbus TCP and RTU."""
