// A call of AWS Artifact, signed with the SDK's own parts: a way for services that one has no client package of.

import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";

/** List the reports that an account can download. */
export async function listReports({ endpoint, region, credentials }) {
  const { protocol, host, hostname, pathname } = new URL(endpoint);
  const path = `${pathname.replace(/\/$/, "")}/v1/report/list`;
  const signer = new SignatureV4({ service: "artifact", region, credentials, sha256: Sha256 });
  const request = { method: "GET", protocol, hostname, path, query: {}, headers: { host } };
  const { headers } = await signer.sign(request);
  const { host: _, ...sent } = headers; // fetch writes that one itself.
  const answer = await fetch(`${protocol}//${host}${path}`, { headers: sent });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.message);
  return told.reports;
}
