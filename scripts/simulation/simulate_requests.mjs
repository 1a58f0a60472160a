// Evaluates simulations of @cloud-copilot/iam-simulate, one JSON document on each line of standard input, and writes
// one JSON line with the result of each. The argument is the directory in which the package is installed.

import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const path = `${process.argv[2]}/node_modules/@cloud-copilot/iam-simulate/dist/esm/index.js`
const { runSimulation } = await import(pathToFileURL(path).href)

for await (const line of createInterface({ input: process.stdin })) {
  const result = await runSimulation(JSON.parse(line), {})
  const text = result.resultType === 'error' ? { error: result.errors } : { result: result.overallResult ?? result.result }
  process.stdout.write(`${JSON.stringify(text)}\n`)
}
