"""The evaluation of policies: which policies apply to a request, and the decision that follows from them."""
