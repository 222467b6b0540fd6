"""Tracking: identities from frame to frame."""
