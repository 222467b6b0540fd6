"""Privacy by default: what leaves the unit about a vehicle that did nothing names nobody.

A plate or tag becomes a pseudonym under a key that lives for a day or a month and is destroyed
after; its text may travel beside it, sealed so that only the centre's private key opens it.
docs/privacy.md tells the formats.
"""
