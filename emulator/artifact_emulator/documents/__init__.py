"""Sample documents: their contents, their PDF, and the presigned URLs that serve them."""
