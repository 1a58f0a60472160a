// The emulator as the tests use it: a process of its own on a free port, a world for each test.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const INSTALLED = fileURLToPath(new URL("../../.venv/bin/artifact-emulator", import.meta.url));

/** Start the emulator; it tells its address in its first line. */
export async function startEmulator() {
  const command = process.env.ARTIFACT_EMULATOR ?? INSTALLED;
  // It ends with this process, however that one ends: its standard input ends then.
  const options = ["serve", "--port", "0", "--json", "--end-with-stdin"];
  const server = spawn(command, options, { stdio: ["pipe", "pipe", "inherit"] });
  const failed = once(server, "exit").then(([status]) => {
    throw new Error(`${command} ended with status ${status} before it was ready`);
  });
  const [line] = await Promise.race([once(createInterface({ input: server.stdout }), "line"), failed]);
  failed.catch(() => {});
  const { endpoint } = JSON.parse(line);
  return { world: () => new World(endpoint), stop: () => stop(server) };
}

async function stop(server) {
  const ended = once(server, "exit");
  server.kill();
  await ended;
}

/** A world of a test's own: accounts and organizations that no other test sees. */
class World {
  constructor(emulator) {
    this.endpoint = `${emulator}/worlds/test-${randomUUID()}`;
  }

  /** Give what a client of the SDK takes to call this world; a 12-digit access key id is that account's root user. */
  as(accountId) {
    const credentials = { accessKeyId: accountId, secretAccessKey: "placeholder" };
    return { endpoint: this.endpoint, region: "us-east-1", credentials };
  }

  /** Move the world's clock ahead. */
  advance(days) {
    return this.#control("clock", { advance_seconds: days * 86_400 });
  }

  /** Let calls fail, be late or get lost. */
  setFault(fault) {
    return this.#control("faults", fault);
  }

  async #control(path, body) {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(`${this.endpoint}/_emulator/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  }
}
