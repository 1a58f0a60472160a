// Calls with access keys of the emulator, signed by the AWS SDK for JavaScript; prints the outcomes as JSON.

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
const report = {};

const as = (credentials) => ({ endpoint, region, credentials, maxAttempts: 1 });
const keys = (credentials) => ({
  accessKeyId: credentials.AccessKeyId,
  secretAccessKey: credentials.SecretAccessKey,
  sessionToken: credentials.SessionToken,
});
const errorName = async (promise) => promise.then(() => "no error", (error) => error.name);

/** Call a service as the SDK's REST clients do: the text of a path parameter is encoded as one segment. */
async function rest(service, credentials, method, path, { query = {}, body } = {}) {
  const { protocol, host, hostname, port, pathname } = new URL(endpoint);
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const headers = body === undefined ? { host } : { host, "content-type": "application/json" };
  const fullPath = pathname.replace(/\/$/, "") + path;
  const request = { method, protocol, hostname, port, path: fullPath, query, headers, body };
  const { headers: signed } = await signer.sign(request);
  const { host: _, ...otherHeaders } = signed; // fetch sets the Host header itself.
  const pairs = Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  const encoded = pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  const response = await fetch(`${protocol}//${host}${fullPath}${encoded && `?${encoded}`}`, { method, headers: otherHeaders, body });
  const text = await response.text();
  return { status: response.status, ...(text ? JSON.parse(text) : {}) };
}

const artifact = (...call) => rest("artifact", ...call);

/** Send a presigned request without further headers. */
async function presigned(credentials) {
  const { protocol, host, hostname, port, pathname } = new URL(endpoint);
  const signer = new SignatureV4({ service: "sts", region, credentials, sha256: Sha256 });
  const path = `${pathname.replace(/\/$/, "")}/`;
  const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
  const request = { method: "GET", protocol, hostname, port, path, query, headers: { host } };
  const { query: signed } = await signer.presign(request, { expiresIn: 60 });
  const response = await fetch(`${protocol}//${host}${path}?${new URLSearchParams(signed)}`);
  return { status: response.status, text: await response.text() };
}

const root = as({ accessKeyId: "111122223333", secretAccessKey: "placeholder" });
const organizations = new OrganizationsClient(root);
await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
await organizations.send(new CreateAccountCommand({ AccountName: "Zoe & Co", Email: "zoe+1@example.com" }));
const { Accounts } = await organizations.send(new ListAccountsCommand({}));
const member = Accounts.find((account) => account.Name === "Zoe & Co").Id;

// The access key of a user.
const iam = new IAMClient(root);
const UserName = "al+ice@example.com";
await iam.send(new CreateUserCommand({ UserName, Path: "/a/b/" }));
const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
const user = keys((await iam.send(new CreateAccessKeyCommand({ UserName }))).AccessKey);
report.user = (await new STSClient(as(user)).send(new GetCallerIdentityCommand({}))).Arn;
report.form = (await new IAMClient(as(user)).send(new GetUserCommand({ UserName }))).User.Arn;
report.json = (await new OrganizationsClient(as(user)).send(new ListAccountsCommand({ MaxResults: 5 }))).Accounts.length;

// The credentials of a session, whose role is in the other account.
const RoleArn = `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`;
const assumed = await new STSClient(as(user)).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "js" }));
const session = keys(assumed.Credentials);
report.session = (await new STSClient(as(session)).send(new GetCallerIdentityCommand({}))).Arn;
report.presigned = await presigned(session);

// Paths with an ARN, and queries.
report.query = (await artifact(session, "GET", "/v1/report/list", { query: { maxResults: "2" } })).reports.length;
const inquiry = { name: "Where is it?", inquiryContent: { query: "Where (exactly) are the kéys, and who's to know?" } };
const created = await artifact(session, "POST", "/v1/compliance-inquiry/create", { body: JSON.stringify(inquiry) });
const path = `/tags/${encodeURIComponent(created.complianceInquirySummary.arn)}`;
const tags = { "a key": "1+1", "b/c": "=", d: "x" };
report.tagged = (await artifact(session, "POST", path, { body: JSON.stringify({ tags }) })).status;
report.untagged = (await artifact(session, "DELETE", path, { query: { tagKeys: ["a key", "b/c"] } })).status;
report.tags = (await artifact(session, "GET", path)).tags;

// Wrong secret access keys and tokens.
const forged = { ...user, secretAccessKey: "x".repeat(40) };
report.forged = {
  form: await errorName(new STSClient(as(forged)).send(new GetCallerIdentityCommand({}))),
  json: await errorName(new OrganizationsClient(as(forged)).send(new ListAccountsCommand({}))),
  path: (await artifact({ ...session, secretAccessKey: "x" }, "GET", path)).status,
  token: await errorName(
    new STSClient(as({ ...session, sessionToken: undefined })).send(new GetCallerIdentityCommand({})),
  ),
  presigned: (await presigned(forged)).status,
};

// The details of a denial, from the IAM Toolbox: the SDK has no client of it yet, and its requests are signed for IAM.
await iam.send(new CreateUserCommand({ UserName: "bob" }));
const bob = keys((await iam.send(new CreateAccessKeyCommand({ UserName: "bob" }))).AccessKey);
const denial = await new IAMClient(as(bob)).send(new GetUserCommand({ UserName })).catch((error) => error);
const details = `/authorization-details/${denial.message.split(" ").at(-1)}`;
const { evaluations } = await rest("iam", user, "GET", details);
report.details = evaluations.map(({ action, evaluatedEffect }) => [action, evaluatedEffect]);
report.policy = (await rest("iam", user, "GET", `${details}/policy`, { query: { policyUri: PolicyArn } })).status;
console.log(JSON.stringify(report));
