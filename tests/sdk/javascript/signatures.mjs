// Calls by keys that the emulator handed out, signed by the AWS SDK for JavaScript; tells what each was answered.

import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { CreateAccountCommand, CreateOrganizationCommand, ListAccountsCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";

const [endpoint] = process.argv.slice(2);
const region = "us-east-1";
const told = {};

const as = (credentials) => ({ endpoint, region, credentials, maxAttempts: 1 });
const keys = (made) => ({
  accessKeyId: made.AccessKeyId,
  secretAccessKey: made.SecretAccessKey,
  sessionToken: made.SessionToken,
});
const failing = async (promise) => promise.then(() => "let through", (error) => error.name);

/** Call AWS Artifact as the SDK's clients call services of its kind: a label's text is encoded as one step of the path. */
async function artifact(credentials, method, path, { query = {}, body } = {}) {
  const { protocol, host, hostname, port, pathname } = new URL(endpoint);
  const signer = new SignatureV4({ service: "artifact", region, credentials, sha256: Sha256 });
  const headers = body === undefined ? { host } : { host, "content-type": "application/json" };
  const whole = pathname.replace(/\/$/, "") + path;
  const asked = { method, protocol, hostname, port, path: whole, query, headers, body };
  const { headers: signed } = await signer.sign(asked);
  const { host: _, ...sent } = signed; // fetch writes that one itself.
  const pairs = Object.entries(query).flatMap(([name, values]) => [values].flat().map((one) => [name, one]));
  const encoded = pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  const answer = await fetch(`${protocol}//${host}${whole}${encoded && `?${encoded}`}`, { method, headers: sent, body });
  const text = await answer.text();
  return { status: answer.status, ...(text ? JSON.parse(text) : {}) };
}

/** Presign a request, and send it without a header of its own. */
async function presigned(credentials) {
  const { protocol, host, hostname, port, pathname } = new URL(endpoint);
  const signer = new SignatureV4({ service: "sts", region, credentials, sha256: Sha256 });
  const path = `${pathname.replace(/\/$/, "")}/`;
  const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
  const asked = { method: "GET", protocol, hostname, port, path, query, headers: { host } };
  const { query: signed } = await signer.presign(asked, { expiresIn: 60 });
  const answer = await fetch(`${protocol}//${host}${path}?${new URLSearchParams(signed)}`);
  return { status: answer.status, text: await answer.text() };
}

const root = as({ accessKeyId: "111122223333", secretAccessKey: "placeholder" });
const organizations = new OrganizationsClient(root);
await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
await organizations.send(new CreateAccountCommand({ AccountName: "Zoe & Co", Email: "zoe+1@example.com" }));
const { Accounts } = await organizations.send(new ListAccountsCommand({}));
const member = Accounts.find((one) => one.Name === "Zoe & Co").Id;

// A user's key.
const iam = new IAMClient(root);
const UserName = "al+ice@example.com";
await iam.send(new CreateUserCommand({ UserName, Path: "/a/b/" }));
const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
const user = keys((await iam.send(new CreateAccessKeyCommand({ UserName }))).AccessKey);
told.user = (await new STSClient(as(user)).send(new GetCallerIdentityCommand({}))).Arn;
told.form = (await new IAMClient(as(user)).send(new GetUserCommand({ UserName }))).User.Arn;
told.json = (await new OrganizationsClient(as(user)).send(new ListAccountsCommand({ MaxResults: 5 }))).Accounts.length;

// A session's key and token, of a role in the other account.
const RoleArn = `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`;
const assumed = await new STSClient(as(user)).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "js" }));
const session = keys(assumed.Credentials);
told.session = (await new STSClient(as(session)).send(new GetCallerIdentityCommand({}))).Arn;
told.presigned = await presigned(session);

// Paths with an ARN in them, and queries.
told.query = (await artifact(session, "GET", "/v1/report/list", { query: { maxResults: "2" } })).reports.length;
const asked = { name: "Where is it?", inquiryContent: { query: "Where (exactly) are the kéys, and who's to know?" } };
const made = await artifact(session, "POST", "/v1/compliance-inquiry/create", { body: JSON.stringify(asked) });
const path = `/tags/${encodeURIComponent(made.complianceInquirySummary.arn)}`;
const tags = { "a key": "1+1", "b/c": "=", d: "x" };
told.tagged = (await artifact(session, "POST", path, { body: JSON.stringify({ tags }) })).status;
told.untagged = (await artifact(session, "DELETE", path, { query: { tagKeys: ["a key", "b/c"] } })).status;
told.tags = (await artifact(session, "GET", path)).tags;

// Forgeries.
const forged = { ...user, secretAccessKey: "x".repeat(40) };
told.forged = {
  form: await failing(new STSClient(as(forged)).send(new GetCallerIdentityCommand({}))),
  json: await failing(new OrganizationsClient(as(forged)).send(new ListAccountsCommand({}))),
  path: (await artifact({ ...session, secretAccessKey: "x" }, "GET", path)).status,
  token: await failing(
    new STSClient(as({ ...session, sessionToken: undefined })).send(new GetCallerIdentityCommand({})),
  ),
  presigned: (await presigned(forged)).status,
};
console.log(JSON.stringify(told));
