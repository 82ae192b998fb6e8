import { rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { sealArchive } from '../identity/identity-archive.ts'
import { OverlayMembership } from '../identity/overlay-membership.ts'
import { systemClock } from '../lib/clock.ts'
import { peerIdOf } from '../overlay/protocol/peer-id.ts'
import { printPeerName } from '../overlay/protocol/peer-name.ts'
import { type Command, UsageError } from './command.ts'
import { chosenOverlay, overlayOptions, overlayPlace } from './overlay-options.ts'
import { readPassphrase } from './passphrase.ts'

export const overlayExportCommand: Command = {
  name: 'export',
  summary:
    "this box's identity into one encrypted file, for the day it is replaced   FILE [DOMAIN] [--passphrase '${env:NAME}']",
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { ...overlayOptions, passphrase: { type: 'string' } },
    })
    const [file, domain] = positionals
    if (file === undefined) throw new UsageError('causeway overlay export FILE [DOMAIN]')
    const { dataDir } = overlayPlace(values)
    const membership = new OverlayMembership(dataDir, chosenOverlay(domain, dataDir))
    const { key, overlay } = membership.load()
    const peerName = printPeerName(peerIdOf(key.publicKey), overlay)
    const archive = { overlay, peerName, madeAt: systemClock.now(), files: membership.pack() }
    const sealed = sealArchive(archive, await readPassphrase(values.passphrase, true))
    write(file, sealed)
    if (values.json) console.log(JSON.stringify({ overlay, peerName, file }))
    else
      console.log(
        [
          `${file} is ${peerName}: keep it and the passphrase apart, off this box`,
          'on the box that takes its place: causeway overlay restore FILE; never run both',
        ].join('\n'),
      )
    return 0
  },
}

// In place, for USB sticks: their file systems know no links.
function write(file: string, content: string): void {
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw new UsageError(`${file} exists already: it is not overwritten`)
    rmSync(file, { force: true })
    throw new UsageError(`${file} cannot be written: ${message}`)
  }
}
