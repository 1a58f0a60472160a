"""The models of the agreement operations, which AWS's SDKs do not have: where they are."""

from pathlib import Path

MODELS = Path(__file__).parent / "botocore_models"
