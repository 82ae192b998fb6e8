import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const program = fileURLToPath(new URL('./allocation-program.ts', import.meta.url))
const flags = ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512']

/** Bytes on the heap and in buffers for each message of each task, by its name; counted in another process. */
export async function bytesPerMessage(): Promise<Readonly<Record<string, number>>> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], { timeout: 120_000 })
  return JSON.parse(stdout)
}
