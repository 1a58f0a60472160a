"""AWS CloudTrail: what was called."""
