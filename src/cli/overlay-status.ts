import { parseArgs } from 'node:util'
import type { OverlayView } from '../admin/overlay-view.ts'
import { askBox } from './box-api.ts'
import type { Command } from './command.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

/** Exit code 4 when an overlay is isolated. */
export const overlayStatusCommand: Command = {
  name: 'status',
  summary: 'how the running box is in its overlays, and why',
  async run(argv) {
    const { values } = parseArgs({ args: [...argv], options: overlayOptions })
    const { config } = overlayPlace(values)
    const { overlays } = (await askBox(config.admin, '/api/overlay')) as { overlays: readonly OverlayView[] }
    if (values.json) console.log(JSON.stringify(overlays))
    else console.log(overlays.length === 0 ? 'this box is in no overlay' : overlays.map(print).join('\n\n'))
    return overlays.some(({ facts }) => facts.state === 'isolated') ? 4 : 0
  },
}

function print(overlay: OverlayView): string {
  const { facts, refusedClaims, copies } = overlay
  const lines: [string, string][] = [
    ['this box', overlay.peerName],
    ['state', `${facts.state}: ${facts.why}`],
    ['last proof', facts.provenAt === undefined ? 'none yet' : time(facts.provenAt)],
    ['boxes', `${facts.connectedPeers} of ${facts.knownPeers} connected`],
    ['found', overlay.bootstrap],
    ['role', `${facts.role}: ${facts.roleReason}`],
    [
      'records',
      `${facts.recordsHeld} held here; of its own ${copies.confirmed} of ${copies.wanted} copies made`,
    ],
    ['credential', overlay.credentialWarning ?? `valid until ${time(overlay.credentialEndsAt)}`],
    ['clock', overlay.clockWarning ?? 'agrees with those of the other boxes'],
    ['revoked', `${overlay.revokedBoxes} boxes`],
    ['refused claims', refusedClaims.length > 0 ? '' : 'none'],
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  return [
    overlay.domain,
    ...lines.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`.trimEnd()),
    ...refusedClaims.map(
      ({ at, from, fault, reason, times }) =>
        `    ${time(at)}  ${from}  ${fault}: ${reason}${times > 1 ? `, ${times} times` : ''}`,
    ),
  ].join('\n')
}

function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
