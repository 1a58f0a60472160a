"""AWS's wire protocols, errors, signatures and authorization. Nothing in this package knows about worlds."""
