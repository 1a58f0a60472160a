"""The contents of sample documents: reports, terms, agreements, non-disclosure agreements and inquiries.

They contain no text of AWS. They exist to be downloaded and accepted, not to be relied on.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum

from artifact_state.artifact.inquiry_answers import Answer
from artifact_state.catalog import Agreement, Report, ReportVersion, Subject
from artifact_state.model import Acceptance, Inquiry
from artifact_state.record import Record

_NOTICE = (
    "This is a sample made by artifact-emulator, a local emulator. It is not a document of Amazon Web Services or of "
    "any auditor. It binds nobody, proves nothing, and is good for tests, lessons and demonstrations only."
)


_COVERS = {
    Subject.ACCOUNT: ("One account", "The account that accepts it, and no other."),
    Subject.ORGANIZATION: (
        "An organization",
        "Every account that is a member, those that join later too, while the organization trusts AWS Artifact.",
    ),
}

_SAMPLE_CONTROLS = (
    "People and programs are known before they are let in.",
    "Rights are given for a task, and taken back when the task is done.",
    "Keys are kept where programs can use them and people cannot read them.",
    "Data is encrypted where it rests and where it travels.",
    "A change is reviewed by somebody who did not write it.",
    "Every change can be undone.",
    "Events are recorded, and the people they are about cannot alter the records.",
    "Copies of data are made, kept apart and tried out.",
    "Suppliers are chosen with care and looked at again.",
    "Somebody is awake when something goes wrong, and knows what to do.",
)

_SAMPLE_REPORT_TERMS = (
    "I use the sample for tests, lessons and demonstrations only.",
    "I show it to nobody as evidence of anybody's compliance.",
    "I know that every copy names the account and the principal that asked for it.",
    "I know that the link to it works for a short time, and for anyone who has it.",
)

_SAMPLE_NDA_TERMS = (
    "I treat the sample as if it were confidential, so that my programs learn to.",
    "I pass it on to those only who need it for tests, lessons and demonstrations.",
    "I know that accepting this lets me read the sample once, and accepts nothing else.",
)


_UNANSWERED = "There is no answer: the question is pending human review, or its content is not supported."


class DocumentKind(Enum):
    """The kind of a document; the value is its name in links."""

    REPORT = "report"
    REPORT_TERMS = "report-terms"
    AGREEMENT = "agreement"
    CUSTOMER_AGREEMENT = "customer-agreement"
    NDA = "nda"
    INQUIRY = "compliance-inquiry"


_KIND_NAMES = {
    DocumentKind.REPORT: "Report",
    DocumentKind.REPORT_TERMS: "Terms of a report",
    DocumentKind.AGREEMENT: "Agreement",
    DocumentKind.CUSTOMER_AGREEMENT: "Accepted agreement",
    DocumentKind.NDA: "Non-disclosure agreement",
    DocumentKind.INQUIRY: "Compliance inquiry",
}


class Section(Record):
    """A section of a document: paragraphs, followed by numbered items."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


class Document(Record):
    """The contents of a document."""

    kind: DocumentKind
    id: str
    title: str
    revision: str
    """The version of a report, or the revision id of an agreement."""
    subject: str
    facts: tuple[tuple[str, str], ...] = ()
    """Labels and values on the first page, in addition to the id, the revision and the subject."""
    sections: tuple[Section, ...] = ()


class Watermark(Record):
    """The caller that a copy is made for, and the time."""

    account_id: str
    caller_arn: str
    at: datetime


def render(document: Document, watermark: Watermark) -> bytes:
    """Return a document as PDF; the same document for the same caller and time has the same bytes."""
    # Imported here: fpdf2 takes a quarter of a second, and most runs render no document.
    from artifact_emulator.documents.pdf import Sheet

    at = _instant(watermark.at)
    sheet = Sheet(
        title=document.title,
        subject=f"Sample of a document: {document.subject}",
        created_at=watermark.at.astimezone(UTC),
        mark="SAMPLE",
        owner=(f"Account {watermark.account_id}   {at}", watermark.caller_arn),
    )
    sheet.headline(_KIND_NAMES[document.kind], document.title)
    sheet.notice(_NOTICE)
    copy = (("Copy for account", watermark.account_id), ("Asked for by", watermark.caller_arn), ("Made at", at))
    sheet.facts((*_facts(document), *document.facts, *copy))
    for section in document.sections:
        sheet.heading(section.heading)
        for paragraph in section.paragraphs:
            sheet.paragraph(paragraph)
        for number, item in enumerate(section.items, start=1):
            sheet.item(number, item)
    return bytes(sheet.output())


def report_document(report: Report, version: ReportVersion) -> Document:
    """Return a sample of a report."""
    return Document(
        kind=DocumentKind.REPORT,
        id=report.id,
        title=report.name,
        revision=str(version.version),
        subject=report.description,
        facts=_report_facts(report, version),
        sections=(
            Section(
                heading="Scope",
                paragraphs=(
                    f"A report of the series {report.series} would say here what was examined, by whom and how.",
                    f"This sample stands for its period, {_period(version)}.",
                ),
            ),
            Section(
                heading="Sample controls",
                paragraphs=("Nobody examined these. They fill the page as the controls of a report would.",),
                items=_SAMPLE_CONTROLS,
            ),
            Section(
                heading="Conclusion",
                paragraphs=("None. An emulator has no controls to report on, and nobody should rely on this sample.",),
            ),
        ),
    )


def report_terms_document(report: Report, version: ReportVersion) -> Document:
    """Return a sample of the terms of a report."""
    return Document(
        kind=DocumentKind.REPORT_TERMS,
        id=version.term_id,
        title=f"Terms of the {report.name}",
        revision=str(version.version),
        subject=f"Terms for reading {report.id}, version {version.version}",
        facts=_report_facts(report, version),
        sections=(
            Section(
                heading="Terms",
                paragraphs=("Anyone who downloads the sample of the report agrees to these terms:",),
                items=_SAMPLE_REPORT_TERMS,
            ),
        ),
    )


def agreement_document(agreement: Agreement) -> Document:
    """Return a sample of an agreement that can be accepted."""
    return Document(
        kind=DocumentKind.AGREEMENT,
        id=agreement.id,
        title=agreement.name,
        revision=agreement.revision_id,
        subject=agreement.description,
        facts=(("Partition", agreement.partition), ("Accepted for", _COVERS[agreement.subject][0])),
        sections=_agreement_sections(agreement),
    )


def customer_agreement_document(acceptance: Acceptance, agreement: Agreement) -> Document:
    """Return a sample of an agreement that an account accepted."""
    facts = [("Agreement", agreement.id), ("Accepted by account", acceptance.account_id)]
    if acceptance.organization_id is not None:
        facts.append(("For organization", acceptance.organization_id))
    facts.append(("In force since", _instant(acceptance.effective_start)))
    if acceptance.effective_end is not None:
        facts.append(("Ended", _instant(acceptance.effective_end)))
    return Document(
        kind=DocumentKind.CUSTOMER_AGREEMENT,
        id=acceptance.id,
        title=agreement.name,
        revision=agreement.revision_id,
        subject=agreement.description,
        facts=tuple(facts),
        sections=_agreement_sections(agreement),
    )


def inquiry_document(inquiry: Inquiry, answers: Sequence[tuple[str, Answer | None]], *, cited: bool) -> Document:
    """Return the queries and answers of a compliance inquiry, with the citations of the answers if `cited`."""
    return Document(
        kind=DocumentKind.INQUIRY,
        id=inquiry.id,
        title=inquiry.name,
        revision="1",
        subject=f"{len(answers)} of {len(inquiry.queries)} questions",
        facts=(("Asked at", _instant(inquiry.created_at)),),
        sections=tuple(
            Section(
                heading=query,
                paragraphs=(answer.text if answer else _UNANSWERED,),
                items=tuple(f"{citation.label}: {citation.content}" for citation in answer.citations)
                if answer and cited
                else (),
            )
            for query, answer in answers
        ),
    )


def nda_document(agreement: Agreement) -> Document:
    """Return a sample of the non-disclosure agreement of an agreement."""
    return Document(
        kind=DocumentKind.NDA,
        id=agreement.id,
        title=f"Non-disclosure agreement for the {agreement.name}",
        revision=agreement.nda_revision_id,
        subject=f"Confidentiality of the sample of the {agreement.name}",
        sections=(
            Section(
                heading="Terms",
                paragraphs=("Anyone who reads the sample of the agreement agrees to these terms:",),
                items=_SAMPLE_NDA_TERMS,
            ),
        ),
    )


def _facts(document: Document) -> tuple[tuple[str, str], ...]:
    has_versions = document.kind in {DocumentKind.REPORT, DocumentKind.REPORT_TERMS}
    return (
        ("Id", document.id),
        ("Version" if has_versions else "Revision", document.revision),
        ("Subject", document.subject),
    )


def _report_facts(report: Report, version: ReportVersion) -> tuple[tuple[str, str], ...]:
    return (
        ("Series", report.series),
        ("Category", report.category),
        ("Company, product", f"{report.company_name}, {report.product_name}"),
        ("Period", _period(version)),
    )


def _period(version: ReportVersion) -> str:
    return f"{version.period_start:%Y-%m-%d} to {version.period_end:%Y-%m-%d}"


def _agreement_sections(agreement: Agreement) -> tuple[Section, ...]:
    sections = (
        Section(heading="Who is covered", paragraphs=(_COVERS[agreement.subject][1],)),
        Section(heading="Terms of acceptance", items=agreement.acceptance_terms),
        Section(heading="Terms of termination", items=agreement.terminate_terms),
    )
    return tuple(section for section in sections if section.paragraphs or section.items)


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
