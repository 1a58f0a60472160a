"""The language of policies: what a document may say, and what it says of a call."""
