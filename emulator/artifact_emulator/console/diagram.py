"""The diagram of a world: organizations, units and accounts, trusted access, agreements, and the accounts they cover.

`diagram_of` reads the state into plain records and `svg_of` draws them; the stylesheet has the colours.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from xml.etree import ElementTree as ET

from artifact_emulator.counts import counted
from artifact_state.artifact import agreements
from artifact_state.authority import membership_of
from artifact_state.errors import RoleNotFound
from artifact_state.iam.roles import role_of
from artifact_state.model import Organization, State, Unit
from artifact_state.organizations.accounts import account_of
from artifact_state.record import Record
from artifact_state.world import World

ROLE = "AWSServiceRoleForArtifact"
MAX_ACCOUNTS = 24
"""A unit with more accounts is drawn with a single box for all of them."""
_MAX_UNITS = 40
_MAX_STANDALONE = 24
_MAX_SCANNED = 1_000


class AccountBox(Record, kw_only=False):
    """An account."""

    id: str
    name: str
    agreements: int
    """Number of agreements that cover it now."""
    has_role: bool = False


class UnitRow(Record, kw_only=False):
    """A root or an organizational unit."""

    name: str
    depth: int
    accounts: tuple[AccountBox, ...]
    grouped: int
    """Number of accounts that a single box stands for."""


class AgreementLine(Record, kw_only=False):
    """An agreement of an organization."""

    name: str
    accessible: bool


class OrganizationFrame(Record, kw_only=False):
    """An organization."""

    id: str
    trusts_artifact: bool
    agreements: tuple[AgreementLine, ...]
    units: tuple[UnitRow, ...]
    omitted_units: int
    members: int


class Diagram(Record, kw_only=False):
    """The content of a diagram."""

    organizations: tuple[OrganizationFrame, ...]
    standalone: tuple[AccountBox, ...]
    """Accounts in no organization that have a name, a role or an agreement."""


def diagram_of(world: World) -> Diagram:
    """Return the diagram of a world's current state; its size has a limit, whatever the number of accounts."""
    state, now = world.state, world.clock.now()
    frames = [_organization(state, organization, now) for organization in state.organizations.values()]
    return Diagram(
        organizations=tuple(sorted(frames, key=lambda frame: frame.id)),
        standalone=tuple(islice(_standalone_accounts(state, now), _MAX_STANDALONE)),
    )


def _organization(state: State, organization: Organization, now: datetime) -> OrganizationFrame:
    trusts_artifact = agreements.artifact_is_trusted(organization)
    units = list(islice(_unit_tree(state, state.units[organization.root_id], 0), _MAX_UNITS))
    return OrganizationFrame(
        id=organization.id,
        trusts_artifact=trusts_artifact,
        agreements=tuple(
            AgreementLine(agreements.agreement_of(acceptance).name, trusts_artifact)
            for acceptance in agreements.organization_acceptances(state, organization)
        ),
        units=tuple(_unit(state, unit, depth, now) for unit, depth in units),
        omitted_units=len(organization.units) + 1 - len(units),
        members=len(organization.members),
    )


def _unit_tree(state: State, unit: Unit, depth: int) -> Iterator[tuple[Unit, int]]:
    yield unit, depth
    for child_id in unit.units:
        yield from _unit_tree(state, state.units[child_id], depth + 1)


def _unit(state: State, unit: Unit, depth: int, now: datetime) -> UnitRow:
    if len(unit.accounts) > MAX_ACCOUNTS:
        return UnitRow(unit.name, depth, (), len(unit.accounts))
    members = (account_id for account_id in unit.accounts if membership_of(state, account_id, now) is not None)
    return UnitRow(unit.name, depth, tuple(_account(state, account_id, now) for account_id in members), 0)


def _account(state: State, account_id: str, now: datetime) -> AccountBox:
    membership = membership_of(state, account_id, now)
    owners = [account_id, membership.organization_id] if membership else [account_id]
    acceptances = [state.acceptances[key] for owner in owners for key in state.accepted_by.get(owner, ())]
    return AccountBox(
        id=account_id,
        name=account_of(state, account_id).name,
        agreements=sum(agreements.covers(state, acceptance, account_id, now) for acceptance in acceptances),
        has_role=_has_role(state, account_id, now),
    )


def _has_role(state: State, account_id: str, now: datetime) -> bool:
    try:
        role_of(state, account_id, ROLE, now)
    except RoleNotFound:
        return False
    return True


def _standalone_accounts(state: State, now: datetime) -> Iterator[AccountBox]:
    tables = (state.accounts, state.accepted_by, state.roles)
    for owner in dict.fromkeys(key for table in tables for key in islice(table, _MAX_SCANNED)):
        # `accepted_by` has the ids of organizations among its keys.
        if owner.isdecimal() and membership_of(state, owner, now) is None:
            yield _account(state, owner, now)


BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN = 192, 48, 8, 12
LINE_HEIGHT = 20


def svg_of(diagram: Diagram, columns: int) -> str:
    """Return a diagram as SVG, with at most `columns` accounts in a row."""
    units = (unit for organization in diagram.organizations for unit in organization.units)
    canvas = _Canvas(columns, max((unit.depth for unit in units if unit.accounts or unit.grouped), default=0))
    for organization in diagram.organizations:
        _draw_organization(canvas, organization)
    if diagram.standalone:
        canvas.text("In no organization", "unit")
        canvas.accounts(diagram.standalone, 0)
    if not diagram.organizations and not diagram.standalone:
        canvas.text("This world is empty. Create an organization to begin.", "unit")
    return canvas.svg(_summary(diagram))


def _draw_organization(canvas: "_Canvas", organization: OrganizationFrame) -> None:
    top = canvas.y
    canvas.y += MARGIN
    canvas.text(f"Organization {organization.id}", "organization")
    access = "enabled" if organization.trusts_artifact else "disabled"
    canvas.text(f"AWS Artifact: trusted access {access}", _trust_class(trusted=organization.trusts_artifact))
    for agreement in organization.agreements:
        status = "in force" if agreement.accessible else "in force, but not accessible"
        canvas.text(f"§ {agreement.name}: {status}", _trust_class(trusted=agreement.accessible))
    for unit in organization.units:
        canvas.text(unit.name, "unit", indent=unit.depth)
        if unit.grouped:
            covered = bool(organization.trusts_artifact and organization.agreements)
            canvas.group(unit.grouped, unit.depth, covered=covered)
        else:
            canvas.accounts(unit.accounts, unit.depth)
    if organization.omitted_units:
        canvas.text(f"and {organization.omitted_units:,} more organizational units", "unit")
    canvas.frame(top)
    canvas.y += MARGIN


def _trust_class(*, trusted: bool) -> str:
    return "trusted" if trusted else "not-trusted"


def _summary(diagram: Diagram) -> str:
    organizations = "; ".join(
        f"organization {organization.id} with {counted(organization.members, 'account')}, "
        f"trusted access for AWS Artifact {'enabled' if organization.trusts_artifact else 'disabled'}, "
        f"{counted(len(organization.agreements), 'organization agreement')}"
        for organization in diagram.organizations
    )
    return organizations or "no organization"


class _Canvas:
    """An SVG drawing that grows downwards; `y` is where the next element goes."""

    def __init__(self, columns: int, depth: int) -> None:
        self.columns = columns
        self.width = 2 * MARGIN + columns * (BOX_WIDTH + GAP) + GAP + depth * MARGIN
        self.y = 0
        self._frames = ET.Element("g")
        self._content = ET.Element("g")

    def text(self, content: str, css_class: str, *, indent: int = 0) -> None:
        """Add a line of text, shortened to the width of the drawing."""
        x = MARGIN + GAP + indent * MARGIN
        line = ET.SubElement(
            self._content, "text", {"class": css_class, "x": str(x), "y": str(self.y + LINE_HEIGHT - 5)}
        )
        line.text = _shortened(content, int((self.width - x - MARGIN) / 7.5))
        ET.SubElement(line, "title").text = content
        self.y += LINE_HEIGHT

    def accounts(self, accounts: tuple[AccountBox, ...], indent: int) -> None:
        """Add a box for each account, in rows."""
        for index, account in enumerate(accounts):
            if index and index % self.columns == 0:
                self.y += BOX_HEIGHT + GAP
            self._account(MARGIN + GAP + indent * MARGIN + index % self.columns * (BOX_WIDTH + GAP), account)
        self.y += BOX_HEIGHT + GAP if accounts else 0

    def _account(self, x: int, account: AccountBox) -> None:
        css_class = "account covered" if account.agreements else "account"
        group = ET.SubElement(self._content, "g", {"class": css_class, "data-account": account.id})
        role = f", {ROLE}" if account.has_role else ""
        covered = f"covered by {account.agreements} agreement{'s' if account.agreements != 1 else ''}"
        ET.SubElement(group, "title").text = f"{account.name} ({account.id}): {covered}{role}"
        self._box(group, x)
        self._line(group, x, 18, _shortened(account.name or account.id, 19), "name")
        marks = [f"✓ {account.agreements}"] if account.agreements else []
        marks += ["role"] if account.has_role else []
        self._line(group, x, 36, " · ".join([account.id, *marks]), "id")

    def group(self, count: int, indent: int, *, covered: bool) -> None:
        """Add a single box for many accounts."""
        group = ET.SubElement(self._content, "g", {"class": "account group covered" if covered else "account group"})
        x = MARGIN + GAP + indent * MARGIN
        self._box(group, x)
        self._line(group, x, 18, counted(count, "account"), "name")
        self._line(group, x, 36, "covered while they are open" if covered else "not covered", "id")
        self.y += BOX_HEIGHT + GAP

    def _box(self, parent: ET.Element, x: int) -> None:
        size = {"width": str(BOX_WIDTH), "height": str(BOX_HEIGHT), "rx": "6"}
        ET.SubElement(parent, "rect", {"x": str(x), "y": str(self.y), **size})

    def _line(self, parent: ET.Element, x: int, offset: int, content: str, css_class: str) -> None:
        line = ET.SubElement(parent, "text", {"class": css_class, "x": str(x + 10), "y": str(self.y + offset)})
        line.text = content

    def frame(self, top: int) -> None:
        """Add a frame from `top` to the current position."""
        size = {"width": str(self.width - 2), "height": str(self.y - top), "rx": "8"}
        ET.SubElement(self._frames, "rect", {"class": "frame", "x": "1", "y": str(top + 1), **size})

    def svg(self, summary: str) -> str:
        """Return the drawing with a title for screen readers."""
        size = {"width": str(self.width), "height": str(self.y + 2), "viewBox": f"0 0 {self.width} {self.y + 2}"}
        root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "diagram", "role": "img", **size})
        ET.SubElement(root, "title").text = f"State of the world: {summary}"
        root.extend((self._frames, self._content))
        return ET.tostring(root, encoding="unicode")


def _shortened(content: str, length: int) -> str:
    return content if len(content) <= length else content[: length - 1] + "…"
