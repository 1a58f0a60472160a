"""AWS STS: temporary credentials, and whom they stand for."""
