"""A camera: an RTSP server of our own that shows the simulated road or plays a file."""
