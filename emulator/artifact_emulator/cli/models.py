"""The command `models`: where the models are that make the agreement operations known to boto3 and the AWS CLI."""

import argparse

from artifact_emulator.cli.options import add_json, say, say_json
from artifact_emulator.cli.parser import teach
from artifact_emulator.sdk_models import MODELS


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(
        commands,
        "models",
        "print the folder that adds the seven agreement operations to boto3 and the AWS CLI, for AWS_DATA_PATH",
    )
    parser.epilog = "example:\n  export AWS_DATA_PATH=$(artifact-emulator models)"
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print it; give the exit status."""
    if options.json:
        say_json({"models": str(MODELS)})
    else:
        say(str(MODELS))
    return 0
