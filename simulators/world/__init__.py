"""The road that every simulator shows: pure, seeded, clocked by whoever asks."""
