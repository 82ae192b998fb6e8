import { parseArgs } from 'node:util'
import { type Command, UsageError } from './command.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

const usualWaitSeconds = 120
const longestWaitSeconds = 86_400

export const overlayJoinCommand: Command = {
  name: 'join',
  summary: 'become a member by a ticket   TICKET [--wait SECONDS for an approval] [--again for other rights]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { ...overlayOptions, wait: { type: 'string' }, again: { type: 'boolean' } },
    })
    const [ticket] = positionals
    if (ticket === undefined) throw new UsageError('causeway overlay join TICKET')
    const { dataDir } = overlayPlace(values)
    const { joinOverlay } = await import('../drivers/libp2p/join-overlay.ts')
    const overlay = await joinOverlay(ticket, {
      dataDir,
      again: values.again ?? false,
      waitMilliseconds: readWait(values.wait) * 1_000,
      onPending: (peer) =>
        console.error(`waiting until somebody approves at the inviting box; this box is ${peer}`),
    })
    if (values.json) console.log(JSON.stringify({ overlay }))
    else console.log(`this box is now a member of ${overlay}: (re)start it to take part`)
    return 0
  },
}

function readWait(text: string | undefined): number {
  if (text === undefined) return usualWaitSeconds
  const seconds = Number(text)
  if (seconds >= 0 && seconds <= longestWaitSeconds) return seconds
  throw new UsageError(`--wait takes seconds, up to ${longestWaitSeconds}`)
}
