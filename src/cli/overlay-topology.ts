import { parseArgs } from 'node:util'
import type { TopologyView } from '../admin/overlay-view.ts'
import type { TopologyBox } from '../overlay/diagnosis/topology.ts'
import { askBox } from './box-api.ts'
import type { Command } from './command.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

const answerWithin = 15_000

/** Exit code 4 when a box does not see another one, or does not answer. */
export const overlayTopologyCommand: Command = {
  name: 'topology',
  summary: 'who sees whom: asks every box',
  async run(argv) {
    const { values } = parseArgs({ args: [...argv], options: overlayOptions })
    const { config } = overlayPlace(values)
    const { overlays } = (await askBox(config.admin, '/api/overlay/topology', answerWithin)) as {
      overlays: readonly TopologyView[]
    }
    if (values.json) console.log(JSON.stringify(overlays))
    else console.log(overlays.length === 0 ? 'this box is in no overlay' : overlays.map(print).join('\n\n'))
    return overlays.every(({ boxes }) => boxes.every(isWhole)) ? 0 : 4
  },
}

function isWhole({ trouble, misses }: TopologyBox): boolean {
  return trouble === undefined && misses.length === 0
}

function print({ overlay, boxes }: TopologyView): string {
  const verdict = boxes.every(isWhole) ? 'each sees all others' : 'not every box sees all others'
  const count = boxes.length === 1 ? 'one box' : `${boxes.length} boxes`
  return [`${overlay}: ${count}, ${verdict}`, ...boxes.flatMap(describe)].join('\n')
}

function describe({ peerName, isSelf, state, trouble, sees, misses }: TopologyBox): string[] {
  const who = isSelf ? `${peerName} (this box)` : peerName
  if (trouble !== undefined) return [`  ${who}  does not answer: ${trouble}`]
  const measured = sees.map(({ roundTripMs }) => roundTripMs).filter((ms) => ms > 0)
  const slowest = measured.length > 0 ? `, slowest ${Math.max(...measured).toFixed(0)} ms` : ''
  return [
    `  ${who}  ${state}, sees ${sees.length}${slowest}`,
    ...misses.map((missed) => `      does not see ${missed}`),
  ]
}
