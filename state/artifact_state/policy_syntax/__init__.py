"""The language of policies: which documents are valid, and which requests a statement applies to.

Nothing here knows where a policy is attached. `policy_evaluation` decides what a statement counts for.
"""
