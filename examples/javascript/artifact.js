// A call to AWS Artifact, for which there is no client package, signed with modules of the SDK.

import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";

/** List the reports that an account can download. */
export async function listReports({ endpoint, region, credentials }) {
  const { protocol, host, hostname, pathname } = new URL(endpoint);
  const path = `${pathname.replace(/\/$/, "")}/v1/report/list`;
  const signer = new SignatureV4({ service: "artifact", region, credentials, sha256: Sha256 });
  const request = { method: "GET", protocol, hostname, path, query: {}, headers: { host } };
  const { headers } = await signer.sign(request);
  const { host: _, ...signedHeaders } = headers; // fetch sets the host header itself.
  const response = await fetch(`${protocol}//${host}${path}`, { headers: signedHeaders });
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body.reports;
}
