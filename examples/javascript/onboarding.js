// An application as it runs in production, without any code for the emulator.

import {
  DescribeOrganizationCommand,
  EnableAWSServiceAccessCommand,
  InviteAccountToOrganizationCommand,
  paginateListAWSServiceAccessForOrganization,
  paginateListHandshakesForOrganization,
} from "@aws-sdk/client-organizations";

const ARTIFACT = "artifact.amazonaws.com";

/** Enable trusted access for AWS Artifact unless it is enabled; return whether it was changed. */
export async function enableArtifact(organizations) {
  for await (const page of paginateListAWSServiceAccessForOrganization({ client: organizations }, {})) {
    if (page.EnabledServicePrincipals.some((service) => service.ServicePrincipal === ARTIFACT)) return false;
  }
  await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: ARTIFACT }));
  return true;
}

/** Invite an account and return the id of the invitation; return an open invitation if there is one. */
export async function invite(organizations, accountId) {
  for await (const page of paginateListHandshakesForOrganization({ client: organizations }, {})) {
    const invitation = page.Handshakes.find(
      ({ State, Parties }) => State === "OPEN" && Parties.some(({ Type, Id }) => Type === "ACCOUNT" && Id === accountId),
    );
    if (invitation) return invitation.Id;
  }
  const target = { Type: "ACCOUNT", Id: accountId };
  const { Handshake } = await organizations.send(new InviteAccountToOrganizationCommand({ Target: target }));
  return Handshake.Id;
}

/** Return the id of the organization, or undefined for an account in no organization. */
export async function organizationOf(organizations) {
  try {
    const { Organization } = await organizations.send(new DescribeOrganizationCommand({}));
    return Organization.Id;
  } catch (error) {
    if (error.name === "AWSOrganizationsNotInUseException") return undefined;
    throw error;
  }
}
