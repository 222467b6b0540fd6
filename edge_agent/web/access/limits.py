"""What a password must be: length is what makes it hard to guess (NIST SP 800-63B)."""

SHORTEST, LONGEST = 10, 200
"""Characters."""
