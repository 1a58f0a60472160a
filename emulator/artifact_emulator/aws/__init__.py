"""AWS's wire protocols, errors, signatures, validation and authorization; nothing in this package knows worlds."""
