// An application as it runs in production: it knows nothing of the emulator. Its clients find AWS by the environment.

import {
  DescribeOrganizationCommand,
  EnableAWSServiceAccessCommand,
  InviteAccountToOrganizationCommand,
  paginateListAWSServiceAccessForOrganization,
  paginateListHandshakesForOrganization,
} from "@aws-sdk/client-organizations";

const ARTIFACT = "artifact.amazonaws.com";

/** Let AWS Artifact read the organization, unless it may already; tell whether that had to be done. */
export async function trustArtifact(organizations) {
  for await (const page of paginateListAWSServiceAccessForOrganization({ client: organizations }, {})) {
    if (page.EnabledServicePrincipals.some((one) => one.ServicePrincipal === ARTIFACT)) return false;
  }
  await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: ARTIFACT }));
  return true;
}

/** Invite an account, unless an invitation awaits its answer; give the invitation's id. */
export async function invite(organizations, accountId) {
  for await (const page of paginateListHandshakesForOrganization({ client: organizations }, {})) {
    const waiting = page.Handshakes.find(
      (one) => one.State === "OPEN" && one.Parties.some((party) => party.Type === "ACCOUNT" && party.Id === accountId),
    );
    if (waiting) return waiting.Id;
  }
  const target = { Type: "ACCOUNT", Id: accountId };
  const { Handshake } = await organizations.send(new InviteAccountToOrganizationCommand({ Target: target }));
  return Handshake.Id;
}

/** Give the organization's id, or nothing for an account that is in none. */
export async function organizationOf(organizations) {
  try {
    const { Organization } = await organizations.send(new DescribeOrganizationCommand({}));
    return Organization.Id;
  } catch (error) {
    if (error.name === "AWSOrganizationsNotInUseException") return undefined;
    throw error;
  }
}
