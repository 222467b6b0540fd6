"""Evidence: what a rule fired on, sealed so that anybody can prove it later, offline.

package = manifest + signature + files in one ZIP whose every byte follows from them. ``seal``
makes it and links it into the unit's ledger; ``verify`` needs the unit's public key and nothing
else: no configuration, no network, no clock.
"""
