"""Networks: which there are, whether they are sound, and running them on what the machine has."""
