// The emulator for tests: a child process on a free port, with a world for each test.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const INSTALLED = fileURLToPath(new URL("../../.venv/bin/artifact-emulator", import.meta.url));

/** Start the emulator, which prints its endpoint in its first line. */
export async function startEmulator() {
  const command = process.env.ARTIFACT_EMULATOR ?? INSTALLED;
  // The emulator ends when its standard input is closed, so it never outlives this process.
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

/** A world: accounts and organizations that no other test sees. */
class World {
  constructor(emulator) {
    this.endpoint = `${emulator}/worlds/test-${randomUUID()}`;
  }

  /** Return the configuration of an SDK client for this world, as the root user of an account. */
  as(accountId) {
    const credentials = { accessKeyId: accountId, secretAccessKey: "placeholder" };
    return { endpoint: this.endpoint, region: "us-east-1", credentials };
  }

  /** Move the clock of the world forward. */
  advance(days) {
    return this.#control("clock", { advance_seconds: days * 86_400 });
  }

  /** Set a fault. */
  setFault(fault) {
    return this.#control("faults", fault);
  }

  async #control(path, body) {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(`${this.endpoint}/_emulator/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  }
}
