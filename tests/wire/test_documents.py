"""The sample documents as a reader of PDF files finds them."""

import re
import subprocess
import sys
import zlib
from dataclasses import replace
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
    """Give a report with several versions."""
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
        INQUIRY, [(one, answer_query(State(), INQUIRY, one, AT)) for one in QUERIES], cited=True
    ),
}
every_kind = pytest.mark.parametrize("kind", DocumentKind, ids=lambda kind: kind.value)


def pages(pdf: bytes) -> list[str]:
    """Read the text of each page, one space between words and between lines."""
    streams = [zlib.decompress(found) for found in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)]
    written = [re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", stream) for stream in streams if b" Tj" in stream]
    texts = [b" ".join(re.sub(rb"\\(.)", rb"\1", one) for one in page).decode("latin-1") for page in written]
    return [" ".join(text.split()) for text in texts]


def with_items(count: int) -> Document:
    """Give a document of as many items."""
    items = tuple(f"Item {number} {'and so on ' * 20}" for number in range(1, count + 1))
    return replace(DOCUMENTS[DocumentKind.NDA], sections=(Section(heading="Items", items=items),))


class TestRender:
    """Printing any document."""

    @every_kind
    def test_is_a_pdf(self, kind: DocumentKind) -> None:
        """What is printed is a PDF file, from its first line to its last, and says where its table is."""
        pdf = render(DOCUMENTS[kind], WATERMARK)
        assert pdf.startswith(b"%PDF-1.")
        assert pdf.rstrip().endswith(b"%%EOF")
        (place,) = re.findall(rb"startxref\n(\d+)\n", pdf)
        assert pdf[int(place) :].startswith(b"xref")

    @every_kind
    def test_says_that_it_is_a_sample(self, kind: DocumentKind) -> None:
        """The first page says in plain words that an emulator made it and that it is no document of AWS."""
        first = pages(render(DOCUMENTS[kind], WATERMARK))[0]
        assert "This is a sample made by artifact-emulator, a local emulator." in first
        assert "It is not a document of Amazon Web Services" in first

    @every_kind
    def test_names_itself(self, kind: DocumentKind) -> None:
        """The first page has the title, the id, the revision and the subject."""
        document = DOCUMENTS[kind]
        first = pages(render(document, WATERMARK))[0]
        for said in (document.title, document.id, document.revision, document.subject):
            assert said in first

    @every_kind
    def test_says_everything(self, kind: DocumentKind) -> None:
        """Every fact, heading, paragraph and item of the document is on its pages."""
        document = DOCUMENTS[kind]
        whole = " ".join(pages(render(document, WATERMARK)))
        said = [value for fact in document.facts for value in fact]
        said += [text for one in document.sections for text in (one.heading, *one.paragraphs, *one.items)]
        assert len(said) > 3
        assert [text for text in said if text not in whole] == []

    @pytest.mark.parametrize("count", [1, 12, 60])
    def test_watermark_on_every_page(self, count: int) -> None:
        """Every page bears the account, the caller and the time, across it and at its foot, and its number."""
        found = pages(render(with_items(count), WATERMARK))
        assert (len(found) > 1) is (count > 1)
        for number, page in enumerate(found, start=1):
            assert page.count("Account 210987654321 2026-11-23T12:00:05Z") == 2
            assert page.count(ARN) >= 2
            assert "SAMPLE" in page
            assert f"Page {number} of {len(found)}" in page

    def test_items_stay_whole(self) -> None:
        """No item is torn apart by the end of a page."""
        found = pages(render(with_items(60), WATERMARK))
        for number in range(1, 61):
            whole = f"Item {number} {'and so on ' * 20}".strip()
            assert sum(whole in page for page in found) == 1

    def test_headings_stay_with_what_follows(self) -> None:
        """No heading is torn apart by the end of a page, or left alone at its foot."""
        heading, text = "A question " * 40, "An answer. "
        sections = tuple(Section(heading=f"{at} {heading}", paragraphs=(f"{at} {text}",)) for at in range(30))
        found = pages(render(replace(DOCUMENTS[DocumentKind.NDA], sections=sections), WATERMARK))
        for at in range(30):
            assert sum(f"{at} {heading}{at} {text}".strip() in page for page in found) == 1

    @every_kind
    def test_same_bytes(self, kind: DocumentKind) -> None:
        """The same document for the same caller at the same time is the same file."""
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
    def test_every_copy_is_its_own(self, other: Watermark) -> None:
        """A copy for another account, for another caller or of another time is another file."""
        document = DOCUMENTS[DocumentKind.REPORT]
        assert render(document, WATERMARK) != render(document, other)

    def test_made_when_the_watermark_says(self) -> None:
        """The file's own date is the watermark's, in UTC, whatever zone it was given in."""
        elsewhere = replace(WATERMARK, at=AT.astimezone(timezone(timedelta(hours=9))))
        pdf = render(DOCUMENTS[DocumentKind.NDA], elsewhere)
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
    def test_any_name(self, session: str, shown: str) -> None:
        """A caller's name may have any character; what the fonts lack becomes a question mark."""
        arn = f"arn:aws:iam::210987654321:user/{session}"
        for page in pages(render(DOCUMENTS[DocumentKind.REPORT], replace(WATERMARK, caller_arn=arn))):
            assert f"arn:aws:iam::210987654321:user/{shown}" in page

    @pytest.mark.parametrize("word", ["x", "W", "ab-", "x "])
    def test_long_names(self, word: str) -> None:
        """A name of any length wraps on the first page, and is cut where there is only one line."""
        arn = f"arn:aws:iam::210987654321:user/{word * 1900}"
        first, *others = pages(render(DOCUMENTS[DocumentKind.NDA], replace(WATERMARK, caller_arn=arn)))
        assert first.count("...") == 2
        assert " ".join([first, *others]).count(word.strip()) > 1900

    def test_long_title(self) -> None:
        """A title of the greatest length that AWS allows for one is printed whole."""
        document = replace(DOCUMENTS[DocumentKind.REPORT], title="Certificate " * 21)
        assert ("Certificate " * 21).strip() in pages(render(document, WATERMARK))[0]

    def test_loads_fpdf_when_it_prints(self) -> None:
        """The library that writes PDF files is loaded by the first print, not before."""
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
    """Samples of reports."""

    def test_version(self) -> None:
        """A version of a report has its own number and period."""
        report = soc()
        document = report_document(report, report.versions[1])
        assert (document.id, document.revision, document.title) == (report.id, "2", report.name)
        assert ("Period", "2024-10-01 to 2025-03-31") in document.facts
        assert ("Series", "SOC") in document.facts

    def test_claims_nothing(self) -> None:
        """A sample of a report says that nobody examined anything."""
        whole = " ".join(pages(render(DOCUMENTS[DocumentKind.REPORT], WATERMARK)))
        assert "Nobody examined these." in whole
        assert "nobody should rely on this sample" in whole


class TestReportTermsDocument:
    """Samples of the terms before a report."""

    def test_names_the_report(self) -> None:
        """The terms say which version of which report they are for."""
        document = DOCUMENTS[DocumentKind.REPORT_TERMS]
        assert document.id == soc().latest.term_id
        assert document.subject == "Terms for reading report-f1DIWBmGa2Lhsadg, version 5"


class TestAgreementDocument:
    """Samples of agreements."""

    def test_terms(self) -> None:
        """An agreement has the terms that the API lists, to accept it by and to end it by."""
        sections = {section.heading: section.items for section in DOCUMENTS[DocumentKind.AGREEMENT].sections}
        assert sections["Terms of acceptance"] == ADDENDUM.acceptance_terms
        assert sections["Terms of termination"] == ADDENDUM.terminate_terms

    def test_covers_an_organization(self) -> None:
        """An organization's agreement covers members old and new, while the organization trusts Artifact."""
        (covered,) = DOCUMENTS[DocumentKind.AGREEMENT].sections[0].paragraphs
        assert covered == (
            "Every account that is a member, those that join later too, while the organization trusts AWS Artifact."
        )

    def test_covers_an_account(self) -> None:
        """An account's agreement covers that account alone."""
        document = agreement_document(catalog.accepted_agreement("aws", "agreement-9c1kBcYznTkcpRIm"))
        assert document.sections[0].paragraphs == ("The account that accepts it, and no other.",)

    def test_without_terms(self) -> None:
        """An agreement signed elsewhere lists no terms, and no empty headings either."""
        (offline,) = catalog.offline_agreements("aws")
        assert [section.heading for section in agreement_document(offline).sections] == ["Who is covered"]


class TestCustomerAgreementDocument:
    """Samples of accepted agreements."""

    def test_says_who_accepted_what(self) -> None:
        """An accepted agreement says what was accepted, by which account, for which organization and when."""
        assert DOCUMENTS[DocumentKind.CUSTOMER_AGREEMENT].facts == (
            ("Agreement", "agreement-y03aUwMAEorHtqjv"),
            ("Accepted by account", "123456789012"),
            ("For organization", "o-exampleorgid"),
            ("In force since", "2026-03-01T08:30:00Z"),
        )

    def test_of_an_account(self) -> None:
        """An agreement that an account accepted for itself names no organization."""
        document = customer_agreement_document(replace(ACCEPTANCE, organization_id=None), ADDENDUM)
        assert "For organization" not in dict(document.facts)

    def test_ended(self) -> None:
        """An agreement that ended says when."""
        ended = replace(ACCEPTANCE, effective_end=datetime(2026, 4, 2, 9, 0, tzinfo=UTC))
        assert customer_agreement_document(ended, ADDENDUM).facts[-1] == ("Ended", "2026-04-02T09:00:00Z")


class TestNdaDocument:
    """Samples of non-disclosure agreements."""

    def test_has_a_revision_of_its_own(self) -> None:
        """An NDA is not the agreement that it stands before: its revision is another."""
        document = DOCUMENTS[DocumentKind.NDA]
        assert document.revision == ADDENDUM.nda_revision_id != ADDENDUM.revision_id
        assert document.title == "Non-disclosure agreement for the AWS Organizations Business Associate Addendum"


class TestWords:
    """What the documents say."""

    def test_fonts_have_every_character(self) -> None:
        """No name, description or term of the catalogue has a character that would be printed as a question mark."""
        reports = [text for one in catalog.reports() for text in (one.name, one.description, one.company_name)]
        agreements = [
            text
            for partition in ("aws", "aws-us-gov")
            for one in (*catalog.agreements(partition), *catalog.offline_agreements(partition))
            for text in (one.name, one.description, *one.acceptance_terms, *one.terminate_terms)
        ]
        for text in reports + agreements:
            assert text.encode("latin-1").decode("latin-1").isprintable()


class TestInquiry:
    """inquiry_document."""

    def test_says_what_has_no_answer(self) -> None:
        """A question that failed, or waits for people, is there with a word on why it has no answer."""
        answers = [(one, answer_query(State(), INQUIRY, one, AT)) for one in (*QUERIES, "Is <this> one?")]
        document = inquiry_document(INQUIRY, answers, cited=False)
        said = [section.paragraphs[0] for section in document.sections]
        assert [one.startswith("There is no answer") for one in said] == [False, False, True]
