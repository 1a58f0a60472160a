#!/usr/bin/env bash
# AWS Artifact and AWS Organizations with the AWS CLI, against a running emulator: trusted access and its service-linked role,
# an agreement accepted once for all existing and future accounts, and the calls that AWS refuses.
# Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
set -euo pipefail

export AWS_ENDPOINT_URL=${AWS_ENDPOINT_URL:-http://127.0.0.1:4700}
export AWS_DEFAULT_REGION=us-east-1 AWS_SECRET_ACCESS_KEY=placeholder AWS_PAGER=
# Ignore the user's own profile and session.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_SESSION_TOKEN
# The agreement operations, which the AWS CLI does not have.
AWS_DATA_PATH=$("${ARTIFACT_EMULATOR:-artifact-emulator}" models)
export AWS_DATA_PATH

management=111122223333
invited=222233334444
artifact=artifact.amazonaws.com
addendum=agreement-y03aUwMAEorHtqjv # The AWS Organizations Business Associate Addendum.

# Call AWS as the root user of an account.
as() {
    AWS_ACCESS_KEY_ID=$1 aws "${@:2}"
}

# Make a call that has to fail with an error code.
refused() {
    local error=$1 output
    if output=$("${@:2}" 2>&1); then
        echo "Not refused: ${*:2}" >&2
        return 1
    elif [[ $output != *"($error)"* ]]; then
        echo "Refused with another error: $output" >&2
        return 1
    fi
    echo "Refused as expected: $error"
}

step() {
    printf '\n== %s\n' "$*"
}

step "Create an organization and a member account"
as $management organizations create-organization --query Organization.Id --output text
as $management organizations create-account --email member@example.com --account-name Member >/dev/null

step "Enable trusted access, which creates a service-linked role in the management account"
refused AWSOrganizationsNotInUseException as $invited organizations enable-aws-service-access --service-principal $artifact
as $management organizations enable-aws-service-access --service-principal $artifact
as $management organizations list-aws-service-access-for-organization \
    --query 'EnabledServicePrincipals[].ServicePrincipal' --output text
as $management iam get-role --role-name AWSServiceRoleForArtifact --query Role.Arn --output text

step "Accept an agreement for all accounts"
read -r revision nda < <(as $management artifact get-nda-for-agreement --agreement-id $addendum \
    --query '[agreementRevisionId, acceptNdaForAgreementToken]' --output text)
read_token=$(as $management artifact accept-nda-for-agreement --agreement-id $addendum \
    --agreement-revision-id "$revision" --nda-token "$nda" --query getAgreementToken --output text)
read -r revision terms execute < <(as $management artifact get-agreement --agreement-id $addendum --nda-token "$read_token" \
    --query '[agreementRevisionId, acceptanceTermsToken, executeAgreementToken]' --output text)
accepted=$(as $management artifact accept-agreement --agreement-id $addendum --agreement-revision-id "$revision" \
    --acceptance-terms-token "$terms" --execute-agreement-token "$execute" --query customerAgreement.id --output text)
echo "$accepted"

step "Invite an account, which is then covered by the agreement"
invitation=$(as $management organizations invite-account-to-organization \
    --target Id=$invited,Type=ACCOUNT --query Handshake.Id --output text)
as $invited organizations accept-handshake --handshake-id "$invitation" --query Handshake.State --output text
as $invited artifact list-customer-agreements --query 'customerAgreements[].[id, state]' --output text

step "A member account cannot enable trusted access"
refused AccessDeniedException as $invited organizations enable-aws-service-access --service-principal $artifact

step "The role cannot be modified while trusted access is enabled"
refused UnmodifiableEntity as $management iam update-role --role-name AWSServiceRoleForArtifact --description Ours

step "Disable trusted access: the role and the agreement remain, and the role can be deleted"
as $management organizations disable-aws-service-access --service-principal $artifact
as $management iam get-role --role-name AWSServiceRoleForArtifact --query Role.RoleName --output text
deletion=$(as $management iam delete-service-linked-role --role-name AWSServiceRoleForArtifact \
    --query DeletionTaskId --output text)
as $management iam get-service-linked-role-deletion-status --deletion-task-id "$deletion" --query Status --output text

step "Done"
