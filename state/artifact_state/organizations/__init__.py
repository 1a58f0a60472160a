"""AWS Organizations: accounts, their tree, what they agree on, and the policies above them."""
