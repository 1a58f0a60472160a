"""AWS Artifact: reports, agreements and inquiries, and who may see which."""
