"""AWS Artifact: agreements, reports, compliance inquiries and account settings."""
