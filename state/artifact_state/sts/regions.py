"""Where AWS STS gives temporary credentials: in every region but those for which it is switched off.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
"""

from artifact_state.errors import RegionInactive
from artifact_state.world import Transaction


def require_active_region(tx: Transaction) -> None:
    """Let nobody have temporary credentials in a region for which they are switched off.

    AWS switches regions off account by account; here it is done for all accounts of a world.
    Unverified: which account the refusal names when another's role is to be assumed.
    Raises RegionInactive.
    """
    if tx.caller.region in tx.options.inactive_sts_regions:
        raise RegionInactive(tx.caller.account_id)
