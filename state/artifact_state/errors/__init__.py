"""Every way in which the domain refuses a request.

    Denied: The caller is not permitted to do this.
        artifact: AgreementDenied
        handshakes: NotParty
        iam: NotOwned, AccessReportsDenied, ForeignEntityPath, MultiFactorRequired, WrongPassword
        iam_reports: ForeignEntity
        organizations: NotInOrganization, WrongAccount, EmailNotVerified
        root_access: NotManagementAccount, RootNotAssumable
        sts: NotTrusted, IdentityNotTrusted, RootCannotAssumeRole, MultiFactorIncomplete, MultiFactorFailed,
            MultiFactorCodeInvalid, SourceIdentityAlreadySet, RegionNotActivated, TooManyScopeDownPolicies,
            SessionDurationEscalated
    NotFound: The named resource does not exist, or the caller cannot see it.
        artifact: AgreementNotFound, CustomerAgreementNotFound, ReportNotFound, InquiryNotFound
        handshakes: HandshakeNotFound, TransferNotFound
        iam: EntityNotFound, RoleNotFound, SimulatedIdentityNotFound, LinkedServiceNotFound, DeletionTaskNotFound,
            AccessReportNotFound, OutboundFederationAlreadyDisabled
        iam_reports: CredentialReportNotFound
        organization_policies: PolicyNotFound, EffectivePolicyNotFound, ResourcePolicyNotFound
        organizations: AccountNotFound, AccountCreationNotFound, UnitNotFound, ParentNotFound,
            SourceParentNotFound, DestinationParentNotFound, ChildNotFound, TargetNotFound, RootNotFound
        role_templates: RoleTemplateNotFound
    Conflict: The request does not fit the present state of the resource.
        artifact: TooManyAgreements, ReportNotReady, InquiryConflict
        handshakes: DuplicateHandshake, HandshakeAlreadyInState, InvalidHandshakeTransition,
            TransferAlreadyInStatus, InvalidTransferTransition
        iam: EntityNameTaken, EntityInUse, QuotaExceeded, RoleNameTaken, RoleProtected, SuffixNotAllowed,
            TooManyAccessReports, ServicePolicyNotAttachable, LoginBeingCreated, MfaDeviceTaken,
            OutboundFederationAlreadyEnabled
        iam_reports: CredentialReportNotReady, CredentialReportExpired
        organization_policies: PolicyNameTaken, PolicyInUse, PolicyAlreadyAttached, PolicyNotAttached,
            PolicyTypeAlreadyEnabled, PolicyTypeNotEnabled, PolicyTypeNotAvailable
        organizations: AlreadyInOrganization, OrganizationNotEmpty, OrganizationFinalizing,
            ManagementAccountCannotLeave, AccountAlreadyInParent, AccountAlreadyClosed, AccountBeingClosed,
            AccountAlreadyRegistered, AccountNotRegistered, UnitNameTaken, UnitNotEmpty
        role_templates: RoleModified, UnmanagedRoleExists
        root_access: AllFeaturesRequired, TrustedAccessDisabled
    Recorded: The operation is refused, but AWS keeps what it changed: the transaction commits.
        handshakes: AcceptedByMember
    Refused: A rule refuses the operation, and nothing has changed.
        artifact: InvalidMember, InvalidToken
        constraints: InvalidInput, ConstraintViolated, HandshakeConstraintViolated
        iam: PathReserved, InvalidDeletionTaskId, InvalidPolicyArn, MfaCodesInvalid, InvalidProvider,
            UserNameRequired, InvalidProperty, NotUser, PasswordTooWeak, InvalidTagKeys
        iam_reports: InvalidEntityArn, InvalidServiceNamespaces, ServiceNotReported
        organizations: UnsupportedInPartition
        policy_language: MalformedPolicyDocument, InvalidPolicyInput, InvalidSimulationInput
        role_templates: RoleTemplateParameterUnknown, RoleTemplateParameterMissing, RoleTemplateValueNotSingle
        root_access: InvalidTaskPolicy
        sts: InvalidRoleArn, InvalidSessionTags, TooManySessionPolicies, SessionTooLong, SessionTooLarge,
            InvalidSubjectCredentials, NothingToScopeDown, InsufficientSessionLifetime, InvalidIdentityToken,
            IdentityTokenExpired, AssertionExpired, OutboundFederationDisabled, NoOriginIdentity, ScopeNotAllowed,
            IssuedTokenTooLarge, TradeInTokenExpired, InvalidAccessKey, InvalidAuthorizationMessage

A refusal carries facts, which the emulator maps to an AWS error; those of `policy_language` also carry AWS's message.
A refusal raised inside a transaction leaves the world's state the same object, unless it is `Recorded`.
"""

from artifact_state.errors.artifact import *
from artifact_state.errors.base import *
from artifact_state.errors.constraints import *
from artifact_state.errors.handshakes import *
from artifact_state.errors.iam import *
from artifact_state.errors.iam_reports import *
from artifact_state.errors.organization_policies import *
from artifact_state.errors.organizations import *
from artifact_state.errors.policy_language import *
from artifact_state.errors.role_templates import *
from artifact_state.errors.root_access import *
from artifact_state.errors.sts import *
