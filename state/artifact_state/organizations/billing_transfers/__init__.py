"""Transfers of the responsibility for bills between organizations."""
