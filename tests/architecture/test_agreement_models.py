"""The models in `botocore_models`: they add the agreement operations of AWS Artifact to any botocore."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from shapes_generator.models import MODELS

# https://docs.aws.amazon.com/artifact/latest/APIReference/API_AcceptAgreement.html and its six neighbours.
AGREEMENT, CUSTOMER_AGREEMENT = "agreement-" + "a1B2" * 4, "customer-agreement-" + "a1B2" * 4
REVISION = "0f8fad5b-d9cb-469f-a165-70867728950e"
NDA_TOKEN, TOKEN = "nda-token-" + "a1B2" * 6, "agreement-token-" + "a1B2" * 6
AGREEMENT_CALLS: list[tuple[str, dict[str, Any], str, str, dict[str, Any]]] = [
    (
        "list_agreements",
        {"maxResults": 5},
        "GET",
        "/v1/agreement/list?maxResults=5",
        {"agreements": [{"subjects": ["ACCOUNT"]}]},
    ),
    (
        "get_nda_for_agreement",
        {"agreementId": AGREEMENT},
        "GET",
        f"/v1/agreement/getNdaForAgreement?agreementId={AGREEMENT}",
        {"acceptNdaForAgreementToken": NDA_TOKEN, "agreementRevisionId": REVISION, "documentPresignedUrl": "https://x"},
    ),
    (
        "accept_nda_for_agreement",
        {"agreementId": AGREEMENT, "agreementRevisionId": REVISION, "ndaToken": NDA_TOKEN},
        "POST",
        "/v1/agreement/acceptNdaForAgreement",
        {"getAgreementToken": NDA_TOKEN},
    ),
    (
        "get_agreement",
        {"agreementId": AGREEMENT, "ndaToken": NDA_TOKEN},
        "GET",
        f"/v1/agreement/get?agreementId={AGREEMENT}&ndaToken={NDA_TOKEN}",
        {
            "acceptanceTerms": ["I may bind my organization."],
            "acceptanceTermsToken": TOKEN,
            "agreementRevisionId": REVISION,
            "documentPresignedUrl": "https://x",
            "executeAgreementToken": TOKEN,
        },
    ),
    (
        "accept_agreement",
        {
            "acceptanceTermsToken": TOKEN,
            "agreementId": AGREEMENT,
            "agreementRevisionId": REVISION,
            "executeAgreementToken": TOKEN,
        },
        "POST",
        "/v1/agreement/accept",
        {"customerAgreement": {"id": CUSTOMER_AGREEMENT, "state": "ACTIVE", "type": "DEFAULT"}},
    ),
    (
        "get_customer_agreement",
        {"customerAgreementId": CUSTOMER_AGREEMENT},
        "GET",
        f"/v1/customer-agreement/get?customerAgreementId={CUSTOMER_AGREEMENT}",
        {"documentPresignedUrl": "https://x", "terminateAgreementToken": TOKEN, "terminateTerms": ["I may end it."]},
    ),
    (
        "terminate_agreement",
        {"customerAgreementId": CUSTOMER_AGREEMENT, "terminateAgreementToken": TOKEN},
        "POST",
        "/v1/customer-agreement/terminate",
        {"customerAgreement": {"id": CUSTOMER_AGREEMENT, "state": "CUSTOMER_TERMINATED"}},
    ),
]


class TestAgreementModels:
    """`botocore_models` adds the seven agreement operations, which no SDK has, to any botocore."""

    @pytest.fixture
    def client(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        """Return a stock client in an environment with AWS_DATA_PATH."""
        monkeypatch.setenv("AWS_DATA_PATH", str(MODELS))
        return _client()

    def test_stock_botocore_lacks_the_agreement_operations(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stock botocore has none of the seven operations; once it has, these models should be removed."""
        monkeypatch.delenv("AWS_DATA_PATH", raising=False)
        assert not [method for method, *_ in AGREEMENT_CALLS if hasattr(_client(), method)]

    @pytest.mark.parametrize("call", AGREEMENT_CALLS, ids=[method for method, *_ in AGREEMENT_CALLS])
    def test_stock_client_calls_the_agreement_operation(
        self, client: Any, call: tuple[str, dict[str, Any], str, str, dict[str, Any]]
    ) -> None:
        """A stock client sends the documented request and parses the documented reply."""
        method, arguments, verb, target, answer = call
        sent: list[AWSPreparedRequest] = []
        client.meta.events.register("before-send.artifact.*", _answering(sent, [answer]))
        reply = getattr(client, method)(**arguments)
        reply.pop("ResponseMetadata")
        assert reply == answer
        assert (sent[0].method, sent[0].url) == (verb, f"http://127.0.0.1:1{target}")
        assert json.loads(sent[0].body or b"{}") == (arguments if verb == "POST" else {})

    def test_summaries_have_the_documented_members(self, client: Any) -> None:
        """The summaries of agreements have 8 members, of customer agreements 13, of terminated ones 7."""
        aws = client.meta.service_model
        counts = {"AgreementSummary": 8, "CustomerAgreementSummary": 13, "TerminateCustomerAgreementSummary": 7}
        assert {name: len(aws.shape_for(name).members) for name in counts} == counts

    def test_agreement_operations_declare_the_documented_errors(self, client: Any) -> None:
        """Each of the seven operations declares the same six errors."""
        documented = {
            "AccessDeniedException", "InternalServerException", "ResourceNotFoundException",
            "ServiceQuotaExceededException", "ThrottlingException", "ValidationException",
        }  # fmt: skip
        for method, *_ in AGREEMENT_CALLS:
            operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
            assert {error.name for error in operation.error_shapes} == documented
            assert operation.documentation

    def test_added_models_change_no_other_operation(self, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """The added models change nothing in the stock model but an enumeration."""
        monkeypatch.delenv("AWS_DATA_PATH")
        stock = _client().meta.service_model
        added = client.meta.service_model
        assert len(added.operation_names) == len(stock.operation_names) + len(AGREEMENT_CALLS)
        for name in stock.shape_names:
            metadata = dict(added.shape_for(name).metadata)
            if name == "InquirySupportMode":
                # AWS's API reference has a second mode that its models do not have yet.
                metadata["enum"] = [mode for mode in metadata["enum"] if mode != "FULL_SUPPORT"]
            assert metadata == stock.shape_for(name).metadata
            assert repr(added.shape_for(name)) == repr(stock.shape_for(name))

    def test_list_agreements_has_a_paginator(self, client: Any) -> None:
        """ListAgreements has a paginator, and the other operations keep theirs."""
        sent: list[AWSPreparedRequest] = []
        pages: list[dict[str, Any]] = [
            {"agreements": [{"name": "one"}], "nextToken": "more"},
            {"agreements": [{"name": "two"}]},
        ]
        client.meta.events.register("before-send.artifact.*", _answering(sent, pages))
        found = client.get_paginator("list_agreements").paginate().build_full_result()
        assert found == {"agreements": [{"name": "one"}, {"name": "two"}]}
        assert [request.url.partition("?")[2] for request in sent] == ["", "nextToken=more"]
        assert client.can_paginate("list_reports")

    def test_aws_cli_has_the_agreement_commands(self) -> None:
        """The AWS CLI has the operations as commands with their arguments."""
        environment = {**os.environ, "AWS_DATA_PATH": str(MODELS), "AWS_PAGER": "cat", "PAGER": "cat"}
        command = [sys.executable, "-m", "awscli", "artifact", "accept-agreement", "--generate-cli-skeleton"]
        skeleton = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
        assert set(json.loads(skeleton)) == set(AGREEMENT_CALLS[4][1])


def _client() -> Any:
    return boto3.session.Session().client(
        "artifact",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="111122223333",
        aws_secret_access_key="secret",
    )


def _answering(sent: list[AWSPreparedRequest], answers: list[dict[str, Any]]) -> Callable[..., AWSResponse]:
    """Return a hook that records the requests and answers them in place of a server."""
    remaining = iter(answers)

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        sent.append(request)
        reply = AWSResponse(request.url, 200, {"Content-Type": "application/json"}, None)
        reply._content = json.dumps(next(remaining)).encode()
        return reply

    return answer
