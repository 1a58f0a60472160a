"""The folder of botocore models for the agreement operations, which AWS's SDKs do not include."""

from pathlib import Path

MODELS = Path(__file__).parent / "botocore_models"
