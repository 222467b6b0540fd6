"""Which boxes of successive frames are one vehicle."""
