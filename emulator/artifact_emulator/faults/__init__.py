"""What may befall calls: faults that a test sets, AWS's request rates, and all that AWS permits."""
