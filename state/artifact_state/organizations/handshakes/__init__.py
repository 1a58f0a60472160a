"""Handshakes: their life cycle and listing, invitations of accounts, and the enabling of all features."""
