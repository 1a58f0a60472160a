"""The sample documents, as a reader of PDF files shows them."""

import re
import subprocess
import sys
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import artifact_emulator
from artifact_emulator.documents.samples import (
    Document,
    DocumentKind,
    Section,
    Watermark,
    agreement_document,
    customer_agreement_document,
    inquiry_document,
    nda_document,
    render,
    report_document,
    report_terms_document,
)
from artifact_state import catalog
from artifact_state.artifact.inquiry_answers import answer_query
from artifact_state.catalog import Report
from artifact_state.model import Acceptance, Inquiry, InquirySource, State
from artifact_state.record import replace

AT = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
ARN = "arn:aws:sts::210987654321:assumed-role/OrganizationAccountAccessRole/alice"
WATERMARK = Watermark(account_id="210987654321", caller_arn=ARN, at=AT)
ADDENDUM = catalog.accepted_agreement("aws", "agreement-y03aUwMAEorHtqjv")
ACCEPTANCE = Acceptance(
    id="customer-agreement-AbCdEfGhIjKlMnOp",
    serial=7,
    agreement_id=ADDENDUM.id,
    partition="aws",
    account_id="123456789012",
    organization_id="o-exampleorgid",
    effective_start=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
)


QUERIES = ("Which SOC report covers encryption?", "Do penguins fly?")
INQUIRY = Inquiry(
    id="compliance-inquiry-AbCdEfGhIjKlMnOp",
    serial=8,
    account_id="123456789012",
    partition="aws",
    region="us-east-1",
    name="Questions of an auditor",
    source=InquirySource.TEXT,
    queries=QUERIES,
    ai_only=False,
    created_at=AT,
    completes_at=AT,
    reviewed_at=AT,
    failure=None,
    fingerprint="",
)


def soc() -> Report:
    """Return a report with several versions."""
    report = catalog.report("report-f1DIWBmGa2Lhsadg")
    assert report is not None
    return report


DOCUMENTS = {
    DocumentKind.REPORT: report_document(soc(), soc().latest),
    DocumentKind.REPORT_TERMS: report_terms_document(soc(), soc().latest),
    DocumentKind.AGREEMENT: agreement_document(ADDENDUM),
    DocumentKind.CUSTOMER_AGREEMENT: customer_agreement_document(ACCEPTANCE, ADDENDUM),
    DocumentKind.NDA: nda_document(ADDENDUM),
    DocumentKind.INQUIRY: inquiry_document(
        INQUIRY, [(query, answer_query(State(), INQUIRY, query, AT)) for query in QUERIES], cited=True
    ),
}
every_kind = pytest.mark.parametrize("kind", DocumentKind, ids=lambda kind: kind.value)


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page, with single spaces between words and lines."""
    streams = [zlib.decompress(stream) for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)]
    operands = [re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", stream) for stream in streams if b" Tj" in stream]
    texts = [b" ".join(re.sub(rb"\\(.)", rb"\1", text) for text in page).decode("latin-1") for page in operands]
    return [" ".join(text.split()) for text in texts]


def with_items(count: int) -> Document:
    """Return a document with a number of items."""
    items = tuple(f"Item {number} {'and so on ' * 20}" for number in range(1, count + 1))
    return replace(DOCUMENTS[DocumentKind.NDA], sections=(Section(heading="Items", items=items),))


class TestRender:
    """render."""

    @every_kind
    def test_document_is_a_pdf(self, kind: DocumentKind) -> None:
        """The bytes have the header, the trailer and the cross-reference table of a PDF file."""
        pdf = render(DOCUMENTS[kind], WATERMARK)
        assert pdf.startswith(b"%PDF-1.")
        assert pdf.rstrip().endswith(b"%%EOF")
        (offset,) = re.findall(rb"startxref\n(\d+)\n", pdf)
        assert pdf[int(offset) :].startswith(b"xref")

    @every_kind
    def test_first_page_says_that_the_document_is_a_sample(self, kind: DocumentKind) -> None:
        """The first page says that an emulator made the document and that it is not a document of AWS."""
        first = pages(render(DOCUMENTS[kind], WATERMARK))[0]
        assert "This is a sample made by artifact-emulator, a local emulator." in first
        assert "It is not a document of Amazon Web Services" in first

    @every_kind
    def test_first_page_identifies_the_document(self, kind: DocumentKind) -> None:
        """The first page has the title, the id, the revision and the subject."""
        document = DOCUMENTS[kind]
        first = pages(render(document, WATERMARK))[0]
        for text in (document.title, document.id, document.revision, document.subject):
            assert text in first

    @every_kind
    def test_pages_have_all_contents(self, kind: DocumentKind) -> None:
        """Every fact, heading, paragraph and item of the document is on its pages."""
        document = DOCUMENTS[kind]
        printed = " ".join(pages(render(document, WATERMARK)))
        texts = [value for fact in document.facts for value in fact]
        for section in document.sections:
            texts += [section.heading, *section.paragraphs, *section.items]
        assert len(texts) > 3
        assert [text for text in texts if text not in printed] == []

    @pytest.mark.parametrize("count", [1, 12, 60])
    def test_every_page_has_the_watermark_and_its_number(self, count: int) -> None:
        """Every page has the account, the caller and the time in the watermark and in the footer, and its number."""
        printed = pages(render(with_items(count), WATERMARK))
        assert (len(printed) > 1) is (count > 1)
        for number, page in enumerate(printed, start=1):
            assert page.count("Account 210987654321 2026-11-23T12:00:05Z") == 2
            assert page.count(ARN) >= 2
            assert "SAMPLE" in page
            assert f"Page {number} of {len(printed)}" in page

    def test_item_is_not_split_across_pages(self) -> None:
        """No item is split by a page break."""
        printed = pages(render(with_items(60), WATERMARK))
        for number in range(1, 61):
            item = f"Item {number} {'and so on ' * 20}".strip()
            assert sum(item in page for page in printed) == 1

    def test_heading_is_on_the_page_of_its_paragraph(self) -> None:
        """No heading is split by a page break or left alone at the foot of a page."""
        heading, text = "A question " * 40, "An answer. "
        sections = tuple(
            Section(heading=f"{number} {heading}", paragraphs=(f"{number} {text}",)) for number in range(30)
        )
        printed = pages(render(replace(DOCUMENTS[DocumentKind.NDA], sections=sections), WATERMARK))
        for number in range(30):
            assert sum(f"{number} {heading}{number} {text}".strip() in page for page in printed) == 1

    @every_kind
    def test_same_copy_has_the_same_bytes(self, kind: DocumentKind) -> None:
        """The same document for the same caller at the same time has the same bytes."""
        assert render(DOCUMENTS[kind], WATERMARK) == render(DOCUMENTS[kind], WATERMARK)

    @pytest.mark.parametrize(
        "other",
        [
            replace(WATERMARK, account_id="123456789012"),
            replace(WATERMARK, caller_arn=f"{ARN}2"),
            replace(WATERMARK, at=AT + timedelta(seconds=1)),
        ],
        ids=["account", "caller", "time"],
    )
    def test_other_copy_has_other_bytes(self, other: Watermark) -> None:
        """A copy for another account, another caller or another time has other bytes."""
        document = DOCUMENTS[DocumentKind.REPORT]
        assert render(document, WATERMARK) != render(document, other)

    def test_creation_date_is_the_time_of_the_watermark(self) -> None:
        """The creation date of the file is the watermark's time in UTC."""
        other_zone = replace(WATERMARK, at=AT.astimezone(timezone(timedelta(hours=9))))
        pdf = render(DOCUMENTS[DocumentKind.NDA], other_zone)
        assert b"/CreationDate (D:20261123120005Z)" in pdf
        assert pdf == render(DOCUMENTS[DocumentKind.NDA], WATERMARK)

    @pytest.mark.parametrize(
        ("session", "shown"),
        [
            ("Zoë", "Zoë"),
            ("Łukasz", "?ukasz"),
            ("日本", "??"),
            ("🙂", "?"),
            ("a\nb\tc\x00d", "a b c d"),
            ("(a) \\b", "(a) \\b"),
            ("", ""),
        ],
    )
    def test_caller_name_can_have_any_character(self, session: str, shown: str) -> None:
        """Characters that the fonts lack are shown as question marks."""
        arn = f"arn:aws:iam::210987654321:user/{session}"
        for page in pages(render(DOCUMENTS[DocumentKind.REPORT], replace(WATERMARK, caller_arn=arn))):
            assert f"arn:aws:iam::210987654321:user/{shown}" in page

    @pytest.mark.parametrize("word", ["x", "W", "ab-", "x "])
    def test_long_caller_name_wraps_or_is_shortened(self, word: str) -> None:
        """A long name wraps on the first page, and is shortened where it has one line."""
        arn = f"arn:aws:iam::210987654321:user/{word * 1900}"
        first, *others = pages(render(DOCUMENTS[DocumentKind.NDA], replace(WATERMARK, caller_arn=arn)))
        assert first.count("...") == 2
        assert " ".join([first, *others]).count(word.strip()) > 1900

    def test_longest_title_is_complete(self) -> None:
        """A title of the maximum length is printed completely."""
        document = replace(DOCUMENTS[DocumentKind.REPORT], title="Certificate " * 21)
        assert ("Certificate " * 21).strip() in pages(render(document, WATERMARK))[0]

    def test_fpdf_is_imported_by_the_first_rendering(self) -> None:
        """Importing the samples does not import the PDF library."""
        program = (
            "import sys; sys.path[:0] = sys.argv[1:]; "
            "import artifact_emulator.documents.samples; print('fpdf' in sys.modules)"
        )
        emulator = Path(artifact_emulator.__file__).parents[1]
        state = Path(catalog.__file__).parents[2]
        run = subprocess.run(
            [sys.executable, "-c", program, str(emulator), str(state)],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert run.stdout == "False\n"


class TestReportDocument:
    """report_document."""

    def test_document_has_the_number_and_period_of_its_version(self) -> None:
        """A version of a report has its own number and period."""
        report = soc()
        document = report_document(report, report.versions[1])
        assert (document.id, document.revision, document.title) == (report.id, "2", report.name)
        assert ("Period", "2024-10-01 to 2025-03-31") in document.facts
        assert ("Series", "SOC") in document.facts

    def test_sample_claims_no_examination(self) -> None:
        """The sample of a report says that nobody examined the controls."""
        printed = " ".join(pages(render(DOCUMENTS[DocumentKind.REPORT], WATERMARK)))
        assert "Nobody examined these." in printed
        assert "nobody should rely on this sample" in printed


class TestReportTermsDocument:
    """report_terms_document."""

    def test_terms_name_report_and_version(self) -> None:
        """The terms name the report and the version that they are for."""
        document = DOCUMENTS[DocumentKind.REPORT_TERMS]
        assert document.id == soc().latest.term_id
        assert document.subject == "Terms for reading report-f1DIWBmGa2Lhsadg, version 5"


class TestAgreementDocument:
    """agreement_document."""

    def test_document_has_the_terms_of_the_agreement(self) -> None:
        """The document has the terms of acceptance and termination that the API returns."""
        sections = {section.heading: section.items for section in DOCUMENTS[DocumentKind.AGREEMENT].sections}
        assert sections["Terms of acceptance"] == ADDENDUM.acceptance_terms
        assert sections["Terms of termination"] == ADDENDUM.terminate_terms

    def test_organization_agreement_covers_all_members(self) -> None:
        """The document says that present and future members are covered while AWS Artifact is trusted."""
        (coverage,) = DOCUMENTS[DocumentKind.AGREEMENT].sections[0].paragraphs
        assert coverage == (
            "Every account that is a member, those that join later too, while the organization trusts AWS Artifact."
        )

    def test_account_agreement_covers_one_account(self) -> None:
        """The document says that only the accepting account is covered."""
        document = agreement_document(catalog.accepted_agreement("aws", "agreement-9c1kBcYznTkcpRIm"))
        assert document.sections[0].paragraphs == ("The account that accepts it, and no other.",)

    def test_offline_agreement_has_no_terms(self) -> None:
        """An agreement that is signed offline has no sections for terms."""
        (offline,) = catalog.offline_agreements("aws")
        assert [section.heading for section in agreement_document(offline).sections] == ["Who is covered"]


class TestCustomerAgreementDocument:
    """customer_agreement_document."""

    def test_document_has_agreement_account_organization_and_start(self) -> None:
        """The facts are the agreement, the account, the organization and the start."""
        assert DOCUMENTS[DocumentKind.CUSTOMER_AGREEMENT].facts == (
            ("Agreement", "agreement-y03aUwMAEorHtqjv"),
            ("Accepted by account", "123456789012"),
            ("For organization", "o-exampleorgid"),
            ("In force since", "2026-03-01T08:30:00Z"),
        )

    def test_account_agreement_names_no_organization(self) -> None:
        """An agreement that an account accepted for itself names no organization."""
        document = customer_agreement_document(replace(ACCEPTANCE, organization_id=None), ADDENDUM)
        assert "For organization" not in dict(document.facts)

    def test_terminated_agreement_has_its_end(self) -> None:
        """A terminated agreement has the instant of its end."""
        terminated = replace(ACCEPTANCE, effective_end=datetime(2026, 4, 2, 9, 0, tzinfo=UTC))
        assert customer_agreement_document(terminated, ADDENDUM).facts[-1] == ("Ended", "2026-04-02T09:00:00Z")


class TestNdaDocument:
    """nda_document."""

    def test_nda_has_its_own_revision(self) -> None:
        """The revision of the NDA differs from that of its agreement."""
        document = DOCUMENTS[DocumentKind.NDA]
        assert document.revision == ADDENDUM.nda_revision_id != ADDENDUM.revision_id
        assert document.title == "Non-disclosure agreement for the AWS Organizations Business Associate Addendum"


class TestCatalogTexts:
    """The texts of the catalog."""

    def test_fonts_have_every_character_of_the_catalog(self) -> None:
        """No name, description or term of the catalog has a character that the fonts lack."""
        reports = [
            text for report in catalog.reports() for text in (report.name, report.description, report.company_name)
        ]
        agreements = [
            text
            for partition in ("aws", "aws-us-gov")
            for agreement in (*catalog.agreements(partition), *catalog.offline_agreements(partition))
            for text in (
                agreement.name,
                agreement.description,
                *agreement.acceptance_terms,
                *agreement.terminate_terms,
            )
        ]
        for text in reports + agreements:
            assert text.encode("latin-1").decode("latin-1").isprintable()


class TestInquiryDocument:
    """inquiry_document."""

    def test_unanswered_query_says_so(self) -> None:
        """A query that is unsupported or in human review has a text in place of its answer."""
        answers = [(query, answer_query(State(), INQUIRY, query, AT)) for query in (*QUERIES, "Is <this> one?")]
        document = inquiry_document(INQUIRY, answers, cited=False)
        texts = [section.paragraphs[0] for section in document.sections]
        assert [text.startswith("There is no answer") for text in texts] == [False, False, True]
