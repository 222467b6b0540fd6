"""Pictures of the simulated road, as its calibrated cameras see it."""
