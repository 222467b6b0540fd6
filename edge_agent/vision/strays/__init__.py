"""What should not be on the road: vehicles that stand, that drive the wrong way, and things."""
