"""Pages of listings, and the tokens that lead from one to the next."""
