"""Sample documents: what they say, how they look in print, and the links that lead to them."""
