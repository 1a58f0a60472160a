"""Handshakes: their life cycle, the invitations and requests that they carry, and the responses to them."""
