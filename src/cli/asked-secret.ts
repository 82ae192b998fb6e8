import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** A line from standard input, not shown when somebody types it. Undefined when none came. */
export async function askSecret(prompt: string): Promise<string | undefined> {
  const isTyped = process.stdin.isTTY === true
  if (isTyped) process.stderr.write(prompt)
  const output = isTyped ? new Writable({ write: (_chunk, _encoding, done) => done() }) : undefined
  const lines = createInterface({ input: process.stdin, ...(output && { output }), terminal: isTyped })
  try {
    for await (const line of lines) return line
    return undefined
  } finally {
    lines.close()
    if (isTyped) process.stderr.write('\n')
  }
}
