"""The domain of the emulator: organizations, accounts, identities, policies and compliance agreements.

It contains rules and immutable records. HTTP, JSON, XML and the wire names of AWS belong to `artifact_emulator`.
"""
