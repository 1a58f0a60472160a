"""AWS STS: session credentials and the principals that they identify."""
