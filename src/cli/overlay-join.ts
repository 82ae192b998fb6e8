import { parseArgs } from 'node:util'
import { type Command, UsageError } from './command.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

export const overlayJoinCommand: Command = {
  name: 'join',
  summary: 'become a member by a ticket   TICKET',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: overlayOptions,
    })
    const [ticket] = positionals
    if (ticket === undefined) throw new UsageError('causeway overlay join TICKET')
    const { dataDir } = overlayPlace(values)
    const { joinOverlay } = await import('../drivers/libp2p/join-overlay.ts')
    const overlay = await joinOverlay(ticket, dataDir)
    if (values.json) console.log(JSON.stringify({ overlay }))
    else console.log(`this box is now a member of ${overlay}: (re)start it to take part`)
    return 0
  },
}
