"""Console pages of AWS Organizations: accounts, invitations, services, policies and settings.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_introduction.html
"""
