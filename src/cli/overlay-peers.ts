import { parseArgs } from 'node:util'
import type { OverlayView } from '../admin/overlay-view.ts'
import { askBox } from './box-api.ts'
import type { Command } from './command.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

export const overlayPeersCommand: Command = {
  name: 'peers',
  summary: 'the other boxes that the running box knows',
  async run(argv) {
    const { values } = parseArgs({ args: [...argv], options: overlayOptions })
    const { config } = overlayPlace(values)
    const { overlays } = (await askBox(config.admin, '/api/overlay')) as { overlays: readonly OverlayView[] }
    if (values.json) console.log(JSON.stringify(overlays))
    else console.log(overlays.length === 0 ? 'this box is in no overlay' : overlays.map(print).join('\n\n'))
    return 0
  },
}

function print({ domain, peerName, health, peers }: OverlayView): string {
  const lines = peers.map(({ peerName: name, connected, path, roundTripMs, role, addresses, foundBy }) => {
    const way = path === undefined ? 'connected' : `connected, ${path}`
    const state = connected ? `${way}, ${roundTripMs?.toFixed(0) ?? '?'} ms` : 'away'
    return `  ${name}  ${role}, ${state}, by ${foundBy}, ${addresses[0] ?? 'no address known'}`
  })
  return [`${domain}: ${health.text}`, `  ${peerName}  this box`, ...lines].join('\n')
}
