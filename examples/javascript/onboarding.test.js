// Tests of the application, each in a new world.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { GetRoleCommand, IAMClient, paginateListRoles } from "@aws-sdk/client-iam";
import {
  AcceptHandshakeCommand,
  AWSOrganizationsNotInUseException,
  CreateAccountCommand,
  CreateOrganizationCommand,
  HandshakeNotFoundException,
  InvalidHandshakeTransitionException,
  OrganizationsClient,
  paginateListAccounts,
} from "@aws-sdk/client-organizations";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

import { listReports } from "./artifact.js";
import { startEmulator } from "./emulator.js";
import { invite, organizationOf, enableArtifact } from "./onboarding.js";

const MANAGEMENT = "111122223333";
const NEW = "222233334444";
const STANDALONE = "999988887777";

let emulator;
before(async () => {
  emulator = await startEmulator();
});
after(() => emulator.stop());

/** Return a world with an organization, and a client of its management account. */
async function organization() {
  const world = emulator.world();
  const organizations = new OrganizationsClient(world.as(MANAGEMENT));
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  return { world, organizations };
}

test("enabling trusted access creates the role of AWS Artifact once", async () => {
  const { world, organizations } = await organization();
  assert.equal(await enableArtifact(organizations), true);
  assert.equal(await enableArtifact(organizations), false);
  const iam = new IAMClient(world.as(MANAGEMENT));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: "AWSServiceRoleForArtifact" }));
  assert.equal(Role.Path, "/aws-service-role/artifact.amazonaws.com/");
  assert.ok(Role.CreateDate instanceof Date);
});

test("a standalone account gets a typed exception", async () => {
  const { world } = await organization();
  const standalone = new OrganizationsClient(world.as(STANDALONE));
  await assert.rejects(enableArtifact(standalone), AWSOrganizationsNotInUseException);
  assert.equal(await organizationOf(standalone), undefined);
});

test("an invited account joins the organization", async () => {
  const { world, organizations } = await organization();
  const invitation = await invite(organizations, NEW);
  assert.equal(await invite(organizations, NEW), invitation);
  const invited = new OrganizationsClient(world.as(NEW));
  await invited.send(new AcceptHandshakeCommand({ HandshakeId: invitation }));
  assert.equal(await organizationOf(invited), await organizationOf(organizations));
});

test("an invitation is for one account and expires after 15 days", async () => {
  const { world, organizations } = await organization();
  const first = await invite(organizations, NEW);
  const accept = new AcceptHandshakeCommand({ HandshakeId: first });
  await assert.rejects(new OrganizationsClient(world.as(STANDALONE)).send(accept), HandshakeNotFoundException);
  await world.advance(16);
  await assert.rejects(new OrganizationsClient(world.as(NEW)).send(accept), InvalidHandshakeTransitionException);
  assert.notEqual(await invite(organizations, NEW), first);
});

test("paginators return every item", async () => {
  const { world, organizations } = await organization();
  for (let number = 1; number <= 25; number += 1) {
    const account = { Email: `account${number}@example.com`, AccountName: `Account ${number}` };
    await organizations.send(new CreateAccountCommand(account));
  }
  const emails = [];
  for await (const page of paginateListAccounts({ client: organizations, pageSize: 10 }, {})) {
    assert.ok(page.Accounts.length <= 10);
    emails.push(...page.Accounts.map((account) => account.Email));
  }
  assert.equal(new Set(emails).size, 26);
  await enableArtifact(organizations);
  const iam = new IAMClient(world.as(MANAGEMENT));
  const roles = [];
  for await (const page of paginateListRoles({ client: iam, pageSize: 1 }, {})) {
    roles.push(...page.Roles.map((role) => role.RoleName));
  }
  assert.ok(roles.includes("AWSServiceRoleForArtifact"));
  assert.equal(new Set(roles).size, roles.length);
});

test("the SDK retries a throttled call", async () => {
  const { world, organizations } = await organization();
  const error = { code: "TooManyRequestsException" };
  await world.setFault({ service: "organizations", operation: "InviteAccountToOrganization", error, times: 1 });
  assert.match(await invite(organizations, NEW), /^h-/);
});

test("worlds are isolated from each other", async () => {
  const { world, organizations } = await organization();
  const other = emulator.world();
  assert.notEqual(await organizationOf(organizations), undefined);
  assert.equal(await organizationOf(new OrganizationsClient(other.as(MANAGEMENT))), undefined);
  const identity = await new STSClient(world.as(NEW)).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Account, NEW);
});

test("AWS Artifact lists its reports", async () => {
  const reports = await listReports(emulator.world().as(NEW));
  assert.ok(reports.some((report) => report.series === "ISO"));
});
