"""What the detector tells apart; no torch here, so that everything may ask."""

CLASSES = ("motorbike", "bicycle", "car", "bus", "truck")
"""In the order of the net's outputs."""
SIZES = {"detector": (640, 384), "detector-small": (320, 320)}
"""Width and height of the input of each shipped profile."""
CLEAN = {"detector-clean": SIZES["detector"]}
"""The same of what is trained on nothing without a stated, free licence."""
