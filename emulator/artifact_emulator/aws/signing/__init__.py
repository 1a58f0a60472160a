"""Signatures of requests: the signer's claim, its time, and the signed body."""
