"""Status and code of each authentication error, by protocol."""

# Source, for the query protocol: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
# Unverified: the codes of the JSON services, which no model declares.
UNKNOWN_KEY = {
    "json": (400, "UnrecognizedClientException"),
    "rest-json": (403, "UnrecognizedClientException"),
    "query": (403, "InvalidClientTokenId"),
}
WRONG_SIGNATURE = {
    "json": (400, "InvalidSignatureException"),
    "rest-json": (403, "InvalidSignatureException"),
    "query": (403, "SignatureDoesNotMatch"),
}
EXPIRED = {
    "json": (400, "ExpiredTokenException"),
    "rest-json": (403, "ExpiredTokenException"),
    "query": (403, "ExpiredToken"),
}
MISSING = {
    "json": (400, "MissingAuthenticationTokenException"),
    "rest-json": (403, "MissingAuthenticationTokenException"),
    "query": (403, "MissingAuthenticationToken"),
}
INCOMPLETE = {
    "json": (400, "IncompleteSignatureException"),
    "rest-json": (403, "IncompleteSignatureException"),
    "query": (400, "IncompleteSignature"),
}
