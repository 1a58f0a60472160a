"""The visibility of agreements: every cell of the tables of docs/visibility.md."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path

import pytest

from artifact_state.artifact import agreements
from artifact_state.errors import AgreementDenial, AgreementDenied, CustomerAgreementNotFound
from artifact_state.model import FeatureSet
from artifact_state.organizations import account_closure, account_creation, accounts, organization, trusted_access
from artifact_state.world import World
from tests.support.agreements import ACCOUNT_AGREEMENT, ARTIFACT, SYNC, accept, accessible_agreements
from tests.support.domain import MANAGEMENT, STANDALONE, act, create_member, world_with_organization

DOCUMENT = Path(__file__).parents[2] / "docs" / "visibility.md"
BILLING = "222233334444"
MISSING_AGREEMENT = "customer-agreement-0000000000000000"
PHASES = (
    "before trusted access was ever enabled",
    "while trusted access is on",
    "after it was disabled",
    "after it was enabled again",
)
"""The columns of both tables."""
_, ENABLED, DISABLED, ENABLED_AGAIN = PHASES
ANSWERS = {"sees", "refused", "nothing"}
PRINCIPALS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "artifact": ((ARTIFACT,), ()),
    "sync": ((SYNC,), ()),
    "both": ((ARTIFACT, SYNC), ()),
    "one after the other": ((ARTIFACT,), (SYNC,)),
}
"""The service principals that are enabled at first, and those that replace them."""


def read_table(section: str) -> dict[tuple[str, str], str]:
    """Return the cells of the table of a section of the document, by row and column."""
    text = DOCUMENT.read_text(encoding="utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in row.split("|")] for row in re.findall(r"^\|(.+)\|$", text, re.MULTILINE)]
    (_, *columns), _, *body = rows
    return {(row, phase): cell for row, *cells in body for phase, cell in zip(columns, cells, strict=True)}


ORGANIZATION_TABLE = read_table("Organization agreements")
ACCOUNT_TABLE = read_table("Account agreements")


def member(world: World) -> str:
    """Create a member account."""
    return create_member(world)


def no_account(_: World) -> str:
    """Return no account: it is created later."""
    return ""


def management_account(_: World) -> str:
    """Return the management account."""
    return MANAGEMENT


def standalone_account(_: World) -> str:
    """Return an account that is in no organization."""
    return STANDALONE


def member_of_billing_organization(world: World) -> str:
    """Create a member account of another organization, which has consolidated billing only."""
    act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=BILLING)
    creation = act(
        world, account_creation.create_account, name="elsewhere", email="elsewhere@example.com", account=BILLING
    )
    assert creation.account_id
    return creation.account_id


def stay(_: World, account: str) -> str:
    """Leave an account as it is."""
    return account


def join(world: World, _: str) -> str:
    """Create a member account."""
    return create_member(world, "newcomer")


def remove(world: World, account: str) -> str:
    """Remove an account from its organization."""
    act(world, accounts.remove_account, account)
    return account


def leave(world: World, account: str) -> str:
    """Have an account leave its organization."""
    act(world, accounts.leave_organization, account=account)
    return account


def close(world: World, account: str) -> str:
    """Close an account."""
    act(world, account_closure.close_account, account)
    return account


def delete_organization(world: World, account: str) -> str:
    """Delete the organization of an account."""
    act(world, organization.delete_organization)
    return account


ROWS: dict[str, tuple[Callable[[World], str], Callable[[World, str], str]]] = {
    "management account": (management_account, stay),
    "member": (member, stay),
    "new member (joined after acceptance)": (no_account, join),
    "removed account": (member, remove),
    "account that left": (member, leave),
    "closed account": (member, close),
    "member of a consolidated-billing organization": (member_of_billing_organization, stay),
    "account of a deleted organization": (management_account, delete_organization),
    "standalone account": (standalone_account, stay),
}
"""The account of each row of the first table, and what happens to it."""
OWNERS: dict[str, Callable[[World, str], str]] = {
    "the account itself": stay,
    "the account itself, removed": remove,
    "the account itself, having left": leave,
    "its management account": lambda *_: MANAGEMENT,
    "another member": join,
    "standalone account": lambda *_: STANDALONE,
}
"""The account of each row of the second table, derived from the member that accepted the agreement."""


def change_trusted_access(world: World, principals: str, last_phase: str) -> Iterator[str]:
    """Enable, disable and enable trusted access again up to a phase; yield the phase after every call."""
    first, second = PRINCIPALS[principals]
    for phase in PHASES[1 : PHASES.index(last_phase) + 1]:
        if phase == DISABLED:
            *others, last = second or first
            yield from call_for_each(world, trusted_access.disable_service_access, others, ENABLED)
            yield from call_for_each(world, trusted_access.disable_service_access, [last], DISABLED)
        else:
            yield from call_for_each(world, trusted_access.enable_service_access, [*first, *second], phase)
            yield from call_for_each(world, trusted_access.disable_service_access, first if second else (), phase)


def call_for_each(world: World, rule: Callable[..., None], principals: Iterable[str], phase: str) -> Iterator[str]:
    """Enable or disable one principal after the other; yield the phase after every call."""
    for principal in principals:
        act(world, rule, principal)
        yield phase


def visibility(world: World, account: str, customer_agreement_id: str) -> str:
    """Return what an account sees of an agreement, in the words of the document; get and list it."""
    listed = customer_agreement_id in accessible_agreements(world, account)
    try:
        act(world, agreements.get_customer_agreement, customer_agreement_id, account=account)
    except AgreementDenied as refusal:
        answer = "refused" if refusal.reason is AgreementDenial.TRUSTED_ACCESS_DISABLED else refusal.reason.value
    except CustomerAgreementNotFound:
        answer = "nothing"
    else:
        answer = "sees"
    assert listed == (answer == "sees")
    return answer


class TestDocument:
    """docs/visibility.md."""

    @pytest.mark.parametrize(
        ("cells", "rows"), [(ORGANIZATION_TABLE, [*ROWS]), (ACCOUNT_TABLE, [*OWNERS])], ids=["organization", "account"]
    )
    def test_every_cell_is_tested(self, cells: dict[tuple[str, str], str], rows: list[str]) -> None:
        """Each table has the rows and the columns that are tested here, in their order, and known answers."""
        assert [*cells] == [*product(rows, PHASES)]
        assert set(cells.values()) <= ANSWERS


@pytest.mark.parametrize("principals", PRINCIPALS)
class TestOrganizationAgreement:
    """An agreement that the management account accepted while trusted access was on."""

    @pytest.mark.parametrize(("row", "phase"), ORGANIZATION_TABLE)
    def test_account_changed_in_phase_sees_what_table_says(self, row: str, phase: str, principals: str) -> None:
        """Each cell holds if the account changes last, after all changes of trusted access."""
        world = world_with_organization()
        account_of, change = ROWS[row]
        account, acceptance = account_of(world), MISSING_AGREEMENT
        for _ in change_trusted_access(world, principals, phase):
            if acceptance == MISSING_AGREEMENT:
                acceptance = accept(world).id
        account = change(world, account)
        assert visibility(world, account, acceptance) == ORGANIZATION_TABLE[row, phase]

    @pytest.mark.parametrize("row", [row for row, (_, change) in ROWS.items() if change is not delete_organization])
    def test_account_changed_at_first_sees_what_table_says(self, row: str, principals: str) -> None:
        """Each cell holds if the account changes first, after every single change of trusted access."""
        world = world_with_organization()
        account_of, change = ROWS[row]
        account, acceptance = account_of(world), MISSING_AGREEMENT
        for phase in change_trusted_access(world, principals, ENABLED_AGAIN):
            if acceptance == MISSING_AGREEMENT:
                acceptance = accept(world).id
                account = change(world, account)
            assert visibility(world, account, acceptance) == ORGANIZATION_TABLE[row, phase]

    def test_agreement_of_deleted_organization_stays_invisible(self, principals: str) -> None:
        """A new organization of the same account does not have the agreement, however it trusts Artifact."""
        world = world_with_organization()
        act(world, trusted_access.enable_service_access, ARTIFACT)
        acceptance = accept(world)
        delete_organization(world, MANAGEMENT)
        act(world, organization.create_organization, FeatureSet.ALL)
        for phase in change_trusted_access(world, principals, ENABLED_AGAIN):
            answer = visibility(world, MANAGEMENT, acceptance.id)
            assert answer == ORGANIZATION_TABLE["account of a deleted organization", phase]

    def test_agreement_cannot_be_accepted_before_trusted_access(self, principals: str) -> None:
        """Before trusted access is enabled no agreement can be accepted; afterwards one can."""
        world = world_with_organization()
        with pytest.raises(AgreementDenied) as caught:
            accept(world)
        assert caught.value.reason is AgreementDenial.TRUSTED_ACCESS_DISABLED
        next(change_trusted_access(world, principals, ENABLED))
        assert visibility(world, MANAGEMENT, accept(world).id) == "sees"


@pytest.mark.parametrize("principals", PRINCIPALS)
class TestAccountAgreement:
    """An agreement that a member accepted for itself before trusted access was ever enabled."""

    @pytest.mark.parametrize(("row", "phase"), ACCOUNT_TABLE)
    def test_only_its_account_sees_agreement(self, row: str, phase: str, principals: str) -> None:
        """Only the account itself sees it, whatever happens to trusted access and membership."""
        world = world_with_organization()
        owner = create_member(world)
        acceptance = accept(world, ACCOUNT_AGREEMENT, owner)
        for _ in change_trusted_access(world, principals, phase):
            assert visibility(world, owner, acceptance.id) == "sees"
        account = OWNERS[row](world, owner)
        assert visibility(world, account, acceptance.id) == ACCOUNT_TABLE[row, phase]
