"""The picture of a world: who is where, what is trusted, which agreements there are, and whom they cover now.

First what is to be seen, as plain records; then where it stands, as SVG. Colours are the stylesheet's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from xml.etree import ElementTree as ET

from artifact_state.artifact import agreements
from artifact_state.authority import membership_of
from artifact_state.errors import RoleNotFound
from artifact_state.iam.roles import role_of
from artifact_state.model import Organization, State, Unit
from artifact_state.organizations.accounts import account_of
from artifact_state.world import World

ROLE = "AWSServiceRoleForArtifact"
SINGLY = 24
"""The most accounts of one unit that are drawn one by one; more are drawn as one group."""
_UNITS = 40
_STRANGERS = 24
_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """One account of the picture."""

    id: str
    name: str
    covered: int
    """By how many agreements it is covered now."""
    has_role: bool = False


@dataclass(frozen=True, slots=True)
class UnitSeen:
    """A root or an organizational unit."""

    name: str
    depth: int
    accounts: tuple[AccountSeen, ...]
    grouped: int
    """How many accounts are drawn as one group."""


@dataclass(frozen=True, slots=True)
class AgreementSeen:
    """An accepted agreement."""

    name: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class OrganizationSeen:
    """An organization."""

    id: str
    trusts: bool
    """Whether it trusts AWS Artifact."""
    agreements: tuple[AgreementSeen, ...]
    units: tuple[UnitSeen, ...]
    unseen_units: int
    members: int


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is to be seen of a world."""

    organizations: tuple[OrganizationSeen, ...]
    strangers: tuple[AccountSeen, ...]
    """Accounts that are in no organization, as far as anything is known of them."""


def scene_of(world: World) -> Scene:
    """Look at a world as it is now; the work is the same for ten accounts a unit as for ten thousand."""
    state, now = world.state, world.clock.now()
    seen = tuple(_organization(state, one, now) for one in state.organizations.values())
    return Scene(tuple(sorted(seen, key=lambda one: one.id)), tuple(islice(_strangers(state, now), _STRANGERS)))


def _organization(state: State, organization: Organization, now: datetime) -> OrganizationSeen:
    accepted = tuple(agreements.organization_acceptances(state, organization))
    trusts = agreements.artifact_is_trusted(organization)
    units = list(islice(_units(state, state.units[organization.root_id], 0), _UNITS))
    return OrganizationSeen(
        id=organization.id,
        trusts=trusts,
        agreements=tuple(AgreementSeen(agreements.agreement_of(one).name, trusts) for one in accepted),
        units=tuple(_unit(state, unit, depth, now) for unit, depth in units),
        unseen_units=len(organization.units) + 1 - len(units),
        members=len(organization.members),
    )


def _units(state: State, unit: Unit, depth: int) -> Iterator[tuple[Unit, int]]:
    yield unit, depth
    for one in unit.units:
        yield from _units(state, state.units[one], depth + 1)


def _unit(state: State, unit: Unit, depth: int, now: datetime) -> UnitSeen:
    if len(unit.accounts) > SINGLY:
        return UnitSeen(unit.name, depth, (), len(unit.accounts))
    members = (one for one in unit.accounts if membership_of(state, one, now) is not None)
    return UnitSeen(unit.name, depth, tuple(_account(state, one, now) for one in members), 0)


def _account(state: State, account_id: str, now: datetime) -> AccountSeen:
    membership = membership_of(state, account_id, now)
    owners = [account_id, membership.organization_id] if membership else [account_id]
    accepted = [state.acceptances[one] for owner in owners for one in state.accepted_by.get(owner, ())]
    return AccountSeen(
        account_id,
        account_of(state, account_id).name,
        sum(agreements.covers(state, one, account_id, now) for one in accepted),
        _has_role(state, account_id, now),
    )


def _has_role(state: State, account_id: str, now: datetime) -> bool:
    try:
        role_of(state, account_id, ROLE, now)
    except RoleNotFound:
        return False
    return True


def _strangers(state: State, now: datetime) -> Iterator[AccountSeen]:
    known = dict.fromkeys(
        [*islice(state.accounts, _LOOKED_AT), *islice(state.accepted_by, _LOOKED_AT), *islice(state.roles, _LOOKED_AT)]
    )
    for one in known:
        if one.isdecimal() and membership_of(state, one, now) is None:
            yield _account(state, one, now)


CHIP_WIDTH, CHIP_HEIGHT, GAP, MARGIN = 192, 48, 8, 12
LINE = 20


def svg_of(scene: Scene, columns: int) -> str:
    """Draw a scene as SVG, with so many accounts beside each other."""
    sheet = _Sheet(columns)
    for organization in scene.organizations:
        _draw_organization(sheet, organization)
    if scene.strangers:
        sheet.text("In no organization", "unit")
        sheet.chips(scene.strangers, 0)
    if not scene.organizations and not scene.strangers:
        sheet.text("Nothing yet: create an organization.", "unit")
    return sheet.svg(_told(scene))


def _draw_organization(sheet: "_Sheet", organization: OrganizationSeen) -> None:
    top = sheet.y
    sheet.y += MARGIN
    sheet.text(f"Organization {organization.id}", "organization")
    trust = "AWS Artifact: trusted access enabled" if organization.trusts else "AWS Artifact: trusted access disabled"
    sheet.text(trust, "trusted" if organization.trusts else "not-trusted")
    for agreement in organization.agreements:
        reach = "in force" if agreement.reachable else "remains, but cannot be accessed"
        sheet.text(f"{agreement.name}: {reach}", "trusted" if agreement.reachable else "not-trusted", mark="§")
    for unit in organization.units:
        sheet.text(unit.name, "unit", indent=unit.depth)
        if unit.grouped:
            covered = bool(organization.trusts and organization.agreements)
            sheet.group(unit.grouped, unit.depth, covered=covered)
        else:
            sheet.chips(unit.accounts, unit.depth)
    if organization.unseen_units:
        sheet.text(f"and {organization.unseen_units:,} more organizational units", "unit")
    sheet.frame(top)
    sheet.y += MARGIN


def _told(scene: Scene) -> str:
    organizations = "; ".join(
        f"organization {one.id} with {one.members:,} accounts, trusted access for AWS Artifact "
        f"{'enabled' if one.trusts else 'disabled'}, {len(one.agreements)} organization agreements"
        for one in scene.organizations
    )
    return organizations or "no organization"


class _Sheet:
    """A sheet that is drawn on from top to bottom."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.width = 2 * MARGIN + columns * (CHIP_WIDTH + GAP) + GAP
        self.y = 0
        self._frames = ET.Element("g")
        self._drawn = ET.Element("g")

    def text(self, content: str, kind: str, *, indent: int = 0, mark: str = "") -> None:
        x = MARGIN + GAP + indent * MARGIN
        line = ET.SubElement(self._drawn, "text", {"class": kind, "x": str(x), "y": str(self.y + LINE - 5)})
        room = int((self.width - x - MARGIN) / 7.5)
        line.text = _cut(f"{mark} {content}".strip(), room)
        ET.SubElement(line, "title").text = content
        self.y += LINE

    def chips(self, accounts: tuple[AccountSeen, ...], indent: int) -> None:
        columns = max(1, self.columns - (indent * MARGIN > CHIP_WIDTH // 2))
        for at, one in enumerate(accounts):
            if at and at % columns == 0:
                self.y += CHIP_HEIGHT + GAP
            self._chip(MARGIN + GAP + indent * MARGIN + at % columns * (CHIP_WIDTH + GAP), one)
        self.y += CHIP_HEIGHT + GAP if accounts else 0

    def _chip(self, x: int, one: AccountSeen) -> None:
        kind = "account covered" if one.covered else "account"
        chip = ET.SubElement(self._drawn, "g", {"class": kind, "data-account": one.id})
        role = f", {ROLE}" if one.has_role else ""
        covered = f"covered by {one.covered} agreement{'s' if one.covered != 1 else ''}"
        ET.SubElement(chip, "title").text = f"{one.name} ({one.id}): {covered}{role}"
        self._box(chip, x, CHIP_WIDTH)
        self._line(chip, x, 18, _cut(one.name or one.id, 19), "name")
        marks = [f"✓ {one.covered}"] if one.covered else []
        marks += ["role"] if one.has_role else []
        self._line(chip, x, 36, " · ".join([one.id, *marks]), "id")

    def group(self, count: int, indent: int, *, covered: bool) -> None:
        chip = ET.SubElement(self._drawn, "g", {"class": "account group covered" if covered else "account group"})
        x = MARGIN + GAP + indent * MARGIN
        self._box(chip, x, CHIP_WIDTH)
        self._line(chip, x, 18, f"{count:,} accounts", "name")
        self._line(chip, x, 36, "covered while they are open" if covered else "not covered", "id")
        self.y += CHIP_HEIGHT + GAP

    def _box(self, parent: ET.Element, x: int, width: int) -> None:
        size = {"width": str(width), "height": str(CHIP_HEIGHT), "rx": "6"}
        ET.SubElement(parent, "rect", {"x": str(x), "y": str(self.y), **size})

    def _line(self, parent: ET.Element, x: int, down: int, content: str, kind: str) -> None:
        line = ET.SubElement(parent, "text", {"class": kind, "x": str(x + 10), "y": str(self.y + down)})
        line.text = content

    def frame(self, top: int) -> None:
        size = {"width": str(self.width - 2), "height": str(self.y - top), "rx": "8"}
        ET.SubElement(self._frames, "rect", {"class": "frame", "x": "1", "y": str(top + 1), **size})

    def svg(self, told: str) -> str:
        size = {"width": str(self.width), "height": str(self.y + 2), "viewBox": f"0 0 {self.width} {self.y + 2}"}
        root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "picture", "role": "img", **size})
        ET.SubElement(root, "title").text = f"The state of the world: {told}"
        root.extend((self._frames, self._drawn))
        return ET.tostring(root, encoding="unicode")


def _cut(content: str, room: int) -> str:
    return content if len(content) <= room else content[: room - 1] + "…"
