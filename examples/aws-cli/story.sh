#!/usr/bin/env bash
# AWS Artifact and AWS Organizations, told with the AWS CLI against a running emulator: trusted access, the role it brings,
# an agreement accepted once for all accounts, present and future, and what is refused.
# Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
set -euo pipefail

export AWS_ENDPOINT_URL=${AWS_ENDPOINT_URL:-http://127.0.0.1:4700}
export AWS_DEFAULT_REGION=us-east-1 AWS_SECRET_ACCESS_KEY=placeholder AWS_PAGER=
# The user's own profile and session have no part in this.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_SESSION_TOKEN
# The agreement operations, which no release of the AWS CLI has.
AWS_DATA_PATH=$("${ARTIFACT_EMULATOR:-artifact-emulator}" models)
export AWS_DATA_PATH

management=111122223333
invited=222233334444
artifact=artifact.amazonaws.com
addendum=agreement-y03aUwMAEorHtqjv # The AWS Organizations Business Associate Addendum.

# Call AWS as an account's root user.
as() {
    AWS_ACCESS_KEY_ID=$1 aws "${@:2}"
}

# Call AWS, which has to refuse with this error.
refused() {
    local error=$1 said
    if said=$("${@:2}" 2>&1); then
        echo "It was not refused: ${*:2}" >&2
        return 1
    elif [[ $said != *"($error)"* ]]; then
        echo "It was refused otherwise: $said" >&2
        return 1
    fi
    echo "Refused, as it should be: $error"
}

step() {
    printf '\n== %s\n' "$*"
}

step "An organization, with a member that was created"
as $management organizations create-organization --query Organization.Id --output text
as $management organizations create-account --email member@example.com --account-name Member >/dev/null

step "Trusted access: no output, and a service-linked role in the management account"
refused AWSOrganizationsNotInUseException as $invited organizations enable-aws-service-access --service-principal $artifact
as $management organizations enable-aws-service-access --service-principal $artifact
as $management organizations list-aws-service-access-for-organization \
    --query 'EnabledServicePrincipals[].ServicePrincipal' --output text
as $management iam get-role --role-name AWSServiceRoleForArtifact --query Role.Arn --output text

step "The agreement, accepted on behalf of every account"
read -r revision nda < <(as $management artifact get-nda-for-agreement --agreement-id $addendum \
    --query '[agreementRevisionId, acceptNdaForAgreementToken]' --output text)
read_token=$(as $management artifact accept-nda-for-agreement --agreement-id $addendum \
    --agreement-revision-id "$revision" --nda-token "$nda" --query getAgreementToken --output text)
read -r revision terms execute < <(as $management artifact get-agreement --agreement-id $addendum --nda-token "$read_token" \
    --query '[agreementRevisionId, acceptanceTermsToken, executeAgreementToken]' --output text)
accepted=$(as $management artifact accept-agreement --agreement-id $addendum --agreement-revision-id "$revision" \
    --acceptance-terms-token "$terms" --execute-agreement-token "$execute" --query customerAgreement.id --output text)
echo "$accepted"

step "An account that is invited later has the agreement at once"
invitation=$(as $management organizations invite-account-to-organization \
    --target Id=$invited,Type=ACCOUNT --query Handshake.Id --output text)
as $invited organizations accept-handshake --handshake-id "$invitation" --query Handshake.State --output text
as $invited artifact list-customer-agreements --query 'customerAgreements[].[id, state]' --output text

step "A member may not accept or enable anything for the organization"
refused AccessDeniedException as $invited organizations enable-aws-service-access --service-principal $artifact

step "While trusted access is enabled, the role cannot be modified"
refused UnmodifiableEntity as $management iam update-role --role-name AWSServiceRoleForArtifact --description Ours

step "Trusted access disabled: the role and the agreement stay, and the role can be deleted"
as $management organizations disable-aws-service-access --service-principal $artifact
as $management iam get-role --role-name AWSServiceRoleForArtifact --query Role.RoleName --output text
deletion=$(as $management iam delete-service-linked-role --role-name AWSServiceRoleForArtifact \
    --query DeletionTaskId --output text)
as $management iam get-service-linked-role-deletion-status --deletion-task-id "$deletion" --query Status --output text

step "Told to the end"
