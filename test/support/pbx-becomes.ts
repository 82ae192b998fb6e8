import type { CollectedLog } from './collected-log.ts'
import { eventually } from './within.ts'

/** Resolves when the box of this log has taken its PBX for that once. */
export async function pbxBecomes(log: CollectedLog, state: string): Promise<void> {
  await eventually(15_000, `the PBX is ${state}`, () =>
    log.lines.some(({ sentence, fields }) => sentence === 'PBX state changed' && fields.to === state),
  )
}
