"""AWS IAM: users, groups, roles and policies of an account, and the service-linked roles among them."""
