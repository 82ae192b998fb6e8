import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openArchive } from '../identity/identity-archive.ts'
import { OverlayMembership } from '../identity/overlay-membership.ts'
import { systemClock } from '../lib/clock.ts'
import { credentialWarning } from '../overlay/trust/credential-life.ts'
import { type Command, UsageError } from './command.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'
import { readPassphrase } from './passphrase.ts'

export const overlayRestoreCommand: Command = {
  name: 'restore',
  summary: "make this box the one whose identity is in the file   FILE [--passphrase '${env:NAME}']",
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { ...overlayOptions, passphrase: { type: 'string' } },
    })
    const [file] = positionals
    if (file === undefined) throw new UsageError('causeway overlay restore FILE')
    const text = readArchive(file)
    const { dataDir } = overlayPlace(values)
    const { overlay, peerName, files } = openArchive(text, await readPassphrase(values.passphrase, false))
    const membership = new OverlayMembership(dataDir, overlay)
    const content = membership.unpack(files)
    const warning = credentialWarning(content, systemClock.now())
    if (values.json) console.log(JSON.stringify({ overlay, peerName, warning }))
    else
      console.log(
        [
          `this box is now ${peerName}: see that the old one never runs again, then (re)start this one`,
          ...(warning === undefined ? [] : [warning]),
        ].join('\n'),
      )
    return 0
  },
}

function readArchive(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`)
  }
}
