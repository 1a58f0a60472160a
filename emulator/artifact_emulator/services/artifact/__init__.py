"""The handlers of AWS Artifact, one module for each resource."""
