"""IAM users: the list, and a user's page with its password, access keys, MFA devices, groups and policies."""

from typing import Any

from flask import Blueprint, render_template, request

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console.calls import call

PAGE_SIZE = 50
pages = Blueprint("users", __name__)


@pages.get("/iam/users")
def users() -> str:
    """List the users of the account."""
    page = call("iam", "ListUsers", MaxItems=PAGE_SIZE, Marker=request.args.get("marker") or None)
    return render_template("iam/users.html", page=page)


@pages.get("/iam/users/<name>")
def user(name: str) -> str:
    """Show a user with its credentials, groups and policies."""
    described = call("iam", "GetUser", UserName=name)["User"]
    keys = call("iam", "ListAccessKeys", UserName=name)["AccessKeyMetadata"]
    return render_template(
        "iam/user.html",
        shown=described,
        login=_login(name),
        devices=call("iam", "ListMFADevices", UserName=name)["MFADevices"],
        keys=[(key, _last_use(key["AccessKeyId"])) for key in keys],
        groups=call("iam", "ListGroupsForUser", UserName=name)["Groups"],
        attached=call("iam", "ListAttachedUserPolicies", UserName=name)["AttachedPolicies"],
        inline=call("iam", "ListUserPolicies", UserName=name)["PolicyNames"],
    )


def _login(name: str) -> Any:
    """Return the login profile of a user, or None if it cannot sign in to the console."""
    try:
        return call("iam", "GetLoginProfile", UserName=name)["LoginProfile"]
    except AwsError as failure:
        if failure.code != "NoSuchEntity":
            raise
        return None


def _last_use(access_key_id: str) -> Any:
    return call("iam", "GetAccessKeyLastUsed", AccessKeyId=access_key_id)["AccessKeyLastUsed"]
