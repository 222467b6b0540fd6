"""Tests mirror the tree; `house` holds rules about the code itself."""
