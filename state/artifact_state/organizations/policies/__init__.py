"""Policies of an organization: documents, attachments, inheritance and the resource policy."""
