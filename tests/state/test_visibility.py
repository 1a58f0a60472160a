"""Who sees which agreement, and when: every cell of the tables of docs/visibility.md."""

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
NEVER = "customer-agreement-0000000000000000"
WHEN = (
    "before trusted access was ever enabled",
    "while trusted access is on",
    "after it was disabled",
    "after it was enabled again",
)
_, ON, OFF, _ = WHEN
ANSWERS = {"sees", "refused", "nothing"}
# The principals that are enabled at first, and those that then take their place.
PRINCIPALS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "artifact": ((ARTIFACT,), ()),
    "sync": ((SYNC,), ()),
    "both": ((ARTIFACT, SYNC), ()),
    "one after the other": ((ARTIFACT,), (SYNC,)),
}


def table(section: str) -> dict[tuple[str, str], str]:
    """Read the table of a section of the document: what is in the cell of a row and a column."""
    text = DOCUMENT.read_text(encoding="utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in row.split("|")] for row in re.findall(r"^\|(.+)\|$", text, re.MULTILINE)]
    (_, *columns), _, *body = rows
    return {(who, when): answer for who, *answers in body for when, answer in zip(columns, answers, strict=True)}


ORGANIZATION_TABLE = table("Organization agreements")
ACCOUNT_TABLE = table("Account agreements")


def a_member(world: World) -> str:
    """Create a member account."""
    return create_member(world)


def nobody_yet(_: World) -> str:
    """Give no account: it is yet to come."""
    return ""


def the_management_account(_: World) -> str:
    """Give the management account."""
    return MANAGEMENT


def a_stranger(_: World) -> str:
    """Give an account that is in no organization."""
    return STANDALONE


def a_member_elsewhere(world: World) -> str:
    """Create a member account of another organization, one of consolidated billing."""
    act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=BILLING)
    creation = act(
        world, account_creation.create_account, name="elsewhere", email="elsewhere@example.com", account=BILLING
    )
    assert creation.account_id
    return creation.account_id


def stays(_: World, account: str) -> str:
    """Let nothing become of an account."""
    return account


def joins(world: World, _: str) -> str:
    """Create a member account now."""
    return create_member(world, "newcomer")


def is_removed(world: World, account: str) -> str:
    """Remove an account from its organization."""
    act(world, accounts.remove_account, account)
    return account


def leaves(world: World, account: str) -> str:
    """Let an account leave its organization."""
    act(world, accounts.leave_organization, account=account)
    return account


def is_closed(world: World, account: str) -> str:
    """Close an account."""
    act(world, account_closure.close_account, account)
    return account


def is_dissolved(world: World, account: str) -> str:
    """Delete the organization of an account."""
    act(world, organization.delete_organization)
    return account


# Whom a row is about, and what becomes of it.
ROWS: dict[str, tuple[Callable[[World], str], Callable[[World, str], str]]] = {
    "management account": (the_management_account, stays),
    "member": (a_member, stays),
    "new member (joined after acceptance)": (nobody_yet, joins),
    "removed account": (a_member, is_removed),
    "account that left": (a_member, leaves),
    "closed account": (a_member, is_closed),
    "member of a consolidated-billing organization": (a_member_elsewhere, stays),
    "account of a deleted organization": (the_management_account, is_dissolved),
    "stranger": (a_stranger, stays),
}
OWNERS: dict[str, Callable[[World, str], str]] = {
    "the account itself": stays,
    "the account itself, removed": is_removed,
    "the account itself, having left": leaves,
    "its management account": lambda *_: MANAGEMENT,
    "another member": joins,
    "stranger": lambda *_: STANDALONE,
}


def switches(world: World, principals: str, when: str) -> Iterator[str]:
    """Turn trusted access on, off and on again as far as a column goes; name the column after every call."""
    first, then = PRINCIPALS[principals]
    for column in WHEN[1 : WHEN.index(when) + 1]:
        if column == OFF:
            *sooner, last = then or first
            yield from switch(world, trusted_access.disable_service_access, sooner, ON)
            yield from switch(world, trusted_access.disable_service_access, [last], OFF)
        else:
            yield from switch(world, trusted_access.enable_service_access, [*first, *then], column)
            yield from switch(world, trusted_access.disable_service_access, first if then else (), column)


def switch(world: World, rule: Callable[..., None], principals: Iterable[str], column: str) -> Iterator[str]:
    """Enable or disable one principal after the other; name the column after every call."""
    for one in principals:
        act(world, rule, one)
        yield column


def answer(world: World, account: str, customer_agreement_id: str) -> str:
    """Ask for an agreement and for the list; give what the document calls it."""
    listed = customer_agreement_id in accessible_agreements(world, account)
    try:
        act(world, agreements.get_customer_agreement, customer_agreement_id, account=account)
    except AgreementDenied as refusal:
        found = "refused" if refusal.reason is AgreementDenial.TRUSTED_ACCESS_DISABLED else refusal.reason.value
    except CustomerAgreementNotFound:
        found = "nothing"
    else:
        found = "sees"
    assert listed == (found == "sees")
    return found


class TestDocument:
    """docs/visibility.md."""

    @pytest.mark.parametrize(
        ("cells", "rows"), [(ORGANIZATION_TABLE, [*ROWS]), (ACCOUNT_TABLE, [*OWNERS])], ids=["organization", "account"]
    )
    def test_every_cell(self, cells: dict[tuple[str, str], str], rows: list[str]) -> None:
        """Each table has the rows and the columns that are proved here, in their order, and known answers."""
        assert [*cells] == [*product(rows, WHEN)]
        assert set(cells.values()) <= ANSWERS


@pytest.mark.parametrize("principals", PRINCIPALS)
class TestOrganizationAgreement:
    """An agreement that the management account accepted while trusted access was on."""

    @pytest.mark.parametrize(("who", "when"), ORGANIZATION_TABLE)
    def test_cell(self, who: str, when: str, principals: str) -> None:
        """What becomes of an account becomes of it at the end, after all that became of trusted access."""
        world = world_with_organization()
        begins, becomes = ROWS[who]
        account, acceptance = begins(world), NEVER
        for _ in switches(world, principals, when):
            if acceptance == NEVER:
                acceptance = accept(world).id
        account = becomes(world, account)
        assert answer(world, account, acceptance) == ORGANIZATION_TABLE[who, when]

    @pytest.mark.parametrize("who", [who for who, (_, becomes) in ROWS.items() if becomes is not is_dissolved])
    def test_row(self, who: str, principals: str) -> None:
        """What becomes of an account becomes of it at first: each column holds after every call, without a lapse."""
        world = world_with_organization()
        begins, becomes = ROWS[who]
        account, acceptance = begins(world), NEVER
        for column in switches(world, principals, WHEN[-1]):
            if acceptance == NEVER:
                acceptance = accept(world).id
                account = becomes(world, account)
            assert answer(world, account, acceptance) == ORGANIZATION_TABLE[who, column]

    def test_of_a_deleted_organization(self, principals: str) -> None:
        """A new organization of the same account has none of it, however it trusts Artifact."""
        world = world_with_organization()
        act(world, trusted_access.enable_service_access, ARTIFACT)
        acceptance = accept(world)
        is_dissolved(world, MANAGEMENT)
        act(world, organization.create_organization, FeatureSet.ALL)
        for column in switches(world, principals, WHEN[-1]):
            found = answer(world, MANAGEMENT, acceptance.id)
            assert found == ORGANIZATION_TABLE["account of a deleted organization", column]

    def test_before(self, principals: str) -> None:
        """There is none to see before trusted access is on, as none can be accepted; then one can."""
        world = world_with_organization()
        with pytest.raises(AgreementDenied) as caught:
            accept(world)
        assert caught.value.reason is AgreementDenial.TRUSTED_ACCESS_DISABLED
        next(switches(world, principals, ON))
        assert answer(world, MANAGEMENT, accept(world).id) == "sees"


@pytest.mark.parametrize("principals", PRINCIPALS)
class TestAccountAgreement:
    """An agreement that a member accepted for itself before trusted access was ever enabled."""

    @pytest.mark.parametrize(("who", "when"), ACCOUNT_TABLE)
    def test_cell(self, who: str, when: str, principals: str) -> None:
        """It is its account's alone, whatever becomes of trusted access and of membership."""
        world = world_with_organization()
        member = create_member(world)
        acceptance = accept(world, ACCOUNT_AGREEMENT, member)
        for _ in switches(world, principals, when):
            assert answer(world, member, acceptance.id) == "sees"
        account = OWNERS[who](world, member)
        assert answer(world, account, acceptance.id) == ACCOUNT_TABLE[who, when]
