"""What the devices of a site would say of the simulated road, without the devices."""
