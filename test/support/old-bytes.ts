import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const program = fileURLToPath(new URL('./old-bytes-program.ts', import.meta.url))
// A small young generation is collected often; an old one of that size is not collected while the program runs.
const flags = ['--expose-gc', '--max-semi-space-size=2', '--initial-heap-size=1024']

/**
 * How many bytes V8 has put among its old objects after doing a piece of work so many times. What is needed for a moment
 * only should not get there.
 */
export async function oldBytesOf(work: string, times: number): Promise<number> {
  const args = [...flags, program, work, String(times)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 25_000 })
  const bytes = Number(stdout)
  if (!Number.isFinite(bytes)) throw new Error(`no figure, but ${stdout}`)
  return bytes
}
