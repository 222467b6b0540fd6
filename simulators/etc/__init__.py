"""Simulated readers of toll tags: LLRP over TCP, and the 0xFF family on a pty."""
