"""The command `models`: the folder of models that add the agreement operations to boto3 and the AWS CLI."""

import argparse

from artifact_emulator.cli.options import add_json
from artifact_emulator.cli.output import write_result
from artifact_emulator.cli.parser import add_command
from artifact_emulator.sdk_models import MODELS


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "models",
        "print the folder that adds the seven agreement operations to boto3 and the AWS CLI, for AWS_DATA_PATH",
    )
    parser.set_defaults(run=run)
    parser.epilog = "example:\n  export AWS_DATA_PATH=$(artifact-emulator models)"
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the folder and return the exit status."""
    write_result(options, str(MODELS), {"models": str(MODELS)})
    return 0
