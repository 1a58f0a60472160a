"""Console pages of IAM: users with their credentials, roles, instance profiles, identity providers and settings.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/introduction.html
"""
