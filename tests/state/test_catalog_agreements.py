import re

import pytest

from artifact_state import arns, catalog
from artifact_state.catalog import Agreement, Subject
from tests.support.aws_shapes import violations

PARTITIONS = ("aws", "aws-us-gov")
AGREEMENTS = [
    agreement
    for partition in PARTITIONS
    for agreement in (*catalog.agreements(partition), *catalog.offline_agreements(partition))
]
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class TestPartitions:
    """The agreements of each partition."""

    def test_commercial_partition_has_eight_agreements(self) -> None:
        """Five agreements are for an account and three for an organization, with the ids that AWS publishes."""
        agreements = {agreement.name: (agreement.subject, agreement.id) for agreement in catalog.agreements("aws")}
        assert agreements == {
            "AWS Business Associate Addendum": (Subject.ACCOUNT, "agreement-9c1kBcYznTkcpRIm"),
            "AWS New Zealand Notifiable Data Breach Addendum": (Subject.ACCOUNT, "agreement-3YRq9rGUIu72r7Gt"),
            "AWS Australian Notifiable Data Breach Addendum": (Subject.ACCOUNT, "agreement-sbLSDe8bitmAXNr9"),
            "AWS SEC Rule 17a-4 Addendum": (Subject.ACCOUNT, "agreement-bexgr7sjvXAW4Gxu"),
            "AWS SEC Rule 18a-6 Addendum": (Subject.ACCOUNT, "agreement-HZTdNwJuqOKLReXC"),
            "AWS Organizations Business Associate Addendum": (Subject.ORGANIZATION, "agreement-y03aUwMAEorHtqjv"),
            "AWS Organizations Australian Notifiable Data Breach Addendum": (
                Subject.ORGANIZATION,
                "agreement-YpDMFXTePE7kEg4b",
            ),
            "AWS Organizations New Zealand Notifiable Data Breach Addendum": (
                Subject.ORGANIZATION,
                "agreement-uojEjr3vOnvrhV52",
            ),
        }

    def test_govcloud_partition_has_four_agreements(self) -> None:
        """AWS GovCloud (US) has four agreements, with ids of its own."""
        agreements = {agreement.name: agreement.id for agreement in catalog.agreements("aws-us-gov")}
        assert agreements == {
            "AWS Business Associate Addendum": "agreement-Og8HCNyYwYNp8AR1",
            "AWS Australian Notifiable Data Breach Addendum": "agreement-G1rBS2MGYjLiCCXy",
            "AWS Organizations Business Associate Addendum": "agreement-B47fK0ArVebC9XE1",
            "AWS Organizations Australian Notifiable Data Breach Addendum": "agreement-OsnlbilP8RB73Nw5",
        }

    @pytest.mark.parametrize("partition", ["aws-cn", "aws-eusc", ""])
    def test_other_partition_has_no_agreements(self, partition: str) -> None:
        """No agreement is known in any other partition."""
        assert catalog.agreements(partition) == ()

    def test_agreement_is_not_found_in_another_partition(self) -> None:
        """An agreement is found in its own partition only."""
        assert catalog.agreement("aws", "agreement-y03aUwMAEorHtqjv") is not None
        assert catalog.agreement("aws-us-gov", "agreement-y03aUwMAEorHtqjv") is None


class TestRecords:
    """The records of agreements."""

    @pytest.mark.parametrize("agreement", AGREEMENTS, ids=lambda agreement: f"{agreement.partition} {agreement.name}")
    def test_agreement_is_valid_in_artifact(self, agreement: Agreement) -> None:
        """An agreement is valid under AWS Artifact's model."""
        wire = {
            "name": agreement.name,
            "agreementArn": arns.agreement(agreement.partition, agreement.id),
            "description": agreement.description,
            "acceptanceTerms": list(agreement.acceptance_terms),
            "terminateTerms": list(agreement.terminate_terms),
        }
        assert violations("artifact", "CustomerAgreementSummary", wire) == []
        # No SDK has these patterns: https://docs.aws.amazon.com/artifact/latest/APIReference/API_GetAgreement.html
        assert re.fullmatch("agreement-[a-zA-Z0-9]{16}", agreement.id)
        assert re.fullmatch(UUID, agreement.revision_id)
        assert re.fullmatch(UUID, agreement.nda_revision_id)

    def test_revision_ids_are_unique(self) -> None:
        """No two texts share a revision id, not even an agreement and its NDA."""
        revisions = [
            revision for agreement in AGREEMENTS for revision in (agreement.revision_id, agreement.nda_revision_id)
        ]
        assert len(revisions) == len(set(revisions))

    @pytest.mark.parametrize("agreement", AGREEMENTS, ids=lambda agreement: f"{agreement.partition} {agreement.name}")
    def test_sample_text_is_marked_as_sample(self, agreement: Agreement) -> None:
        """Every text that is not AWS's says that it is a sample."""
        assert agreement.description.startswith("Sample of")
        terms = (*agreement.acceptance_terms, *agreement.terminate_terms)
        assert all(term.startswith("Sample term: ") for term in terms)

    @pytest.mark.parametrize("agreement", catalog.agreements("aws"), ids=lambda agreement: agreement.name)
    def test_agreement_has_terms_of_acceptance_and_termination(self, agreement: Agreement) -> None:
        """An agreement that can be accepted has terms to accept it and terms to terminate it."""
        assert agreement.acceptance_terms
        assert agreement.terminate_terms


class TestOfflineAgreements:
    """Agreements that are signed outside AWS Artifact."""

    @pytest.mark.parametrize("partition", PARTITIONS)
    def test_offline_agreement_cannot_be_accepted(self, partition: str) -> None:
        """An offline agreement is found for an acceptance, but is not among those that can be accepted."""
        (offline,) = catalog.offline_agreements(partition)
        assert offline.name == "Offline Business Associate Addendum (BAA)"
        assert offline not in catalog.agreements(partition)
        assert catalog.agreement(partition, offline.id) is None
        assert catalog.accepted_agreement(partition, offline.id) is offline

    def test_accepted_agreement_is_found_in_its_partition_only(self) -> None:
        """The agreement of an acceptance is found; an agreement that the partition does not have is an error."""
        assert catalog.accepted_agreement("aws", "agreement-y03aUwMAEorHtqjv").for_organization
        assert not catalog.accepted_agreement("aws", "agreement-9c1kBcYznTkcpRIm").for_organization
        with pytest.raises(LookupError):
            catalog.accepted_agreement("aws-cn", "agreement-9c1kBcYznTkcpRIm")
