import { close, fdatasync, openSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'

const syncFile = promisify(fdatasync)
const closeFile = promisify(close)

/** One file of the journal, open for appending. */
export interface Segment {
  /** The text is in the system's page cache when this returns: it outlives the process. Throws when it is not, as a whole. */
  append(text: string): void
  /** What was appended outlives a power failure. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Makes the file; throws when it exists. */
export function openSegment(path: string): Segment {
  const file = openSync(path, 'ax', 0o600)
  return {
    append(text) {
      const bytes = Buffer.from(text)
      const written = writeSync(file, bytes)
      if (written < bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes were written`)
    },
    sync: () => syncFile(file),
    close: () => closeFile(file),
  }
}
