"""The domain: organizations, accounts, trust between them, and agreements.

Nothing in here knows HTTP, JSON, XML or the names that travel on the wire.
"""
