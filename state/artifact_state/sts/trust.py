"""Roles that a caller may assume, by their trust policies.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_assumerole.html
"""

from artifact_state import arns
from artifact_state.errors import IdentityNotTrusted, InvalidRoleArn, NotTrusted, RoleNotFound, RootCannotAssumeRole
from artifact_state.iam.roles import role_of
from artifact_state.model import CallerKind, Role
from artifact_state.policy_evaluation.collect import principal_names
from artifact_state.policy_evaluation.global_condition_keys import account_keys, principal_keys
from artifact_state.policy_syntax.policy import EvaluationRequest, parse_policy
from artifact_state.policy_syntax.wildcards import Keys
from artifact_state.principals import is_locked
from artifact_state.sts.session_options import SessionOptions
from artifact_state.world import Transaction

_REQUEST_KEYS = {"aws:currenttime", "aws:epochtime", "aws:securetransport", "aws:sourceip", "aws:viaawsservice"}
"""The keys that do not depend on the caller, which the user of an identity provider is not yet."""


def require_not_root(tx: Transaction) -> None:
    """Refuse root users whose credentials the emulator issued, as AWS refuses all root users.

    Tests may sign with an account id as the access key, which AWS does not know: such a root user assumes roles.
    Raises RootCannotAssumeRole.
    """
    caller, state = tx.caller, tx.state
    has_issued_credentials = caller.access_key_id in state.access_keys or caller.access_key_id in state.sessions
    if caller.kind is CallerKind.ROOT and has_issued_credentials:
        raise RootCannotAssumeRole


def assumable_role(tx: Transaction, role_arn: str) -> Role:
    """Return the role with an ARN; AWS refuses an unknown role, and one of a closed account, like one without trust.

    Raises InvalidRoleArn, NotTrusted.
    """
    parts = role_arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not all((parts[1], parts[2], parts[5])):
        raise InvalidRoleArn(role_arn)
    account_id, _, resource = role_arn.removeprefix(f"arn:{tx.caller.partition}:iam::").partition(":role")
    try:
        role = role_of(tx.state, account_id, resource.rpartition("/")[2], tx.now)
    except RoleNotFound:
        raise NotTrusted(role_arn) from None
    if is_locked(tx.state, account_id) or arns.role(tx.caller.partition, account_id, role.path, role.name) != role_arn:
        raise NotTrusted(role_arn)
    return role


def require_trust(tx: Transaction, role: Role, options: SessionOptions) -> None:
    """Refuse a caller that the role's trust policy does not allow to assume it; tags need actions of their own.

    Raises NotTrusted.
    """
    for action in ("sts:AssumeRole", *_further_actions(options)):
        if not _trusts(tx, role, action, options.condition_keys):
            raise NotTrusted(arns.role(tx.caller.partition, role.account_id, role.path, role.name), action)


def require_identity_trust(
    tx: Transaction, role: Role, action: str, provider_arn: str, options: SessionOptions
) -> None:
    """Refuse the user of an identity provider whom the role's trust policy does not allow to assume it.

    Raises IdentityNotTrusted.
    """
    names = frozenset({f"Federated:{provider_arn}"})
    keys = {key: value for key, value in principal_keys(tx.state, tx.caller, tx.now).items() if key in _REQUEST_KEYS}
    keys |= {**options.condition_keys, "aws:federatedprovider": (provider_arn,)}
    if not all(_allows(tx, role, needed, names, keys) for needed in (action, *_further_actions(options))):
        raise IdentityNotTrusted(action)


def _further_actions(options: SessionOptions) -> list[str]:
    """Return the actions that tags and a source identity need."""
    return ["sts:TagSession"] * bool(options.tags) + ["sts:SetSourceIdentity"] * bool(options.source_identity)


def _trusts(tx: Transaction, role: Role, action: str, condition_keys: Keys) -> bool:
    """Return whether a role's trust policy allows the caller an action on the role."""
    names = frozenset[str]().union(*principal_names(tx.state, tx.caller, tx.now).values())
    return _allows(tx, role, action, names, {**principal_keys(tx.state, tx.caller, tx.now), **condition_keys})


def _allows(tx: Transaction, role: Role, action: str, names: frozenset[str], keys: Keys) -> bool:
    """Return whether a role's trust policy allows a principal with these names and condition keys an action."""
    arn = arns.role(tx.caller.partition, role.account_id, role.path, role.name)
    tags = {
        f"{prefix}:resourcetag/{key.lower()}": (value,) for key, value in role.tags.items() for prefix in ("aws", "iam")
    }
    all_keys = {**account_keys(tx.state, role.account_id, tx.now), **tags, **keys}
    request = EvaluationRequest(action=action, resource=arn, keys=all_keys, principals=names)
    policy = parse_policy(role.trust_policy)
    return policy.first_denying(request) is None and policy.first_allowing(request) is not None
