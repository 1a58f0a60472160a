"""Console pages of IAM: users with their credentials, roles, instance profiles, identity providers and settings."""
