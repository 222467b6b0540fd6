"""The whole suite on one machine: broker, hardware, the agent, the centre, and a score."""
