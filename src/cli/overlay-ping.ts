import { parseArgs } from 'node:util'
import type { PingReport } from '../overlay/diagnosis/diagnostics.ts'
import { askBox } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

/** Exit code 3 when not one answer came. */
export const overlayPingCommand: Command = {
  name: 'ping',
  summary: 'round trips to another box and the paths to it   PEER (its name, or a part that no other has)',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: overlayOptions,
    })
    const [peer] = positionals
    if (peer === undefined) throw new UsageError('causeway overlay ping PEER')
    const { config } = overlayPlace(values)
    const report = (await askBox(
      config.admin,
      `/api/overlay/ping?peer=${encodeURIComponent(peer)}`,
    )) as PingReport
    console.log(values.json ? JSON.stringify(report) : print(report))
    return report.roundTripsMs.some((roundTrip) => typeof roundTrip === 'number') ? 0 : 3
  },
}

function print({ peerName, roundTripsMs, paths }: PingReport): string {
  // JSON knows no undefined: what got no answer comes as null.
  const times = roundTripsMs.map((ms) => (typeof ms === 'number' ? `${ms.toFixed(1)} ms` : 'no answer'))
  const ways = paths.map(({ address, direction, relay }) => {
    const way = relay === undefined ? 'direct' : `relayed by ${relay}`
    return `  ${way}, ${direction === 'out' ? 'dialled at' : 'came from'} ${address}`
  })
  return [peerName, `  ${times.join(', ')}`, ...(ways.length > 0 ? ways : ['  not connected'])].join('\n')
}
