import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { drawPlace } from '../src/identity/credential-issuer.ts'
import { OverlayMembership } from '../src/identity/overlay-membership.ts'
import { systemClock } from '../src/lib/clock.ts'
import { ChildProgram } from '../test/support/child-program.ts'
import { TemporaryFolder } from '../test/support/temporary-folder.ts'
import { TestBox } from '../test/support/test-box.ts'
import { cpuSeconds } from './support/cpu-time.ts'
import { type Goal, goalLine } from './support/goal.ts'
import { recordRun } from './support/history.ts'

// node bench/overlay-rest.ts [--boxes 50] [--minutes 3] [--json] [--record]: what a whole box takes in a large overlay in
// which nothing happens: memory, processor, bytes to and from the other boxes. bench/README.md says how to read it.

const domain = 'overlay.bench'
const memoryGoalMiB = 220
const connectedWithinMs = 300_000
const perProcess = 25
const program = fileURLToPath(new URL('./support/peers-program.ts', import.meta.url))

const { values } = parseArgs({
  options: {
    boxes: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
})
const [boxes, minutes] = [Number(values.boxes), Number(values.minutes)]
if (!(Number.isInteger(boxes) && boxes > 1 && minutes > 0))
  throw new Error('--boxes takes a number from 2, --minutes a number')

const folder = new TemporaryFolder('peers')
const box = new TestBox({
  address: '127.89.0.1',
  config: { overlays: [{ domain, listen: ['/ip4/127.89.0.1/tcp/4160'], mdns: false, dns: false }] },
})
const others: ChildProgram[] = []
try {
  await box.command('overlay', 'create', domain)
  const places = Array.from({ length: boxes - 1 }, (_, index) => enrol(index))
  await box.start()
  for (let first = 0; first < places.length; first += perProcess)
    others.push(await startPeers(places.slice(first, first + perProcess)))
  await Promise.all(others.map((peers) => saysConnected(peers)))
  await minutesLater(minutes)
  const before = await state()
  await minutesLater(1)
  const after = await state()
  const figures = {
    boxes,
    residentMiB: after.residentMiB,
    cpuPercent: Number((((after.cpuSeconds - before.cpuSeconds) / 60) * 100).toFixed(2)),
    bytesInPerMinute: after.bytesIn - before.bytesIn,
    bytesOutPerMinute: after.bytesOut - before.bytesOut,
  }
  const goal: Goal = {
    what: `a whole box at rest among ${boxes}`,
    limit: memoryGoalMiB,
    isAtMost: true,
    measured: figures.residentMiB,
    unit: 'MiB',
  }
  if (values.json) console.log(JSON.stringify(figures, null, 2))
  else {
    console.table([figures])
    console.log(goalLine(goal))
  }
  if (values.record) recordRun('overlay-rest', figures)
} finally {
  for (const peers of others) await peers.stop()
  await box.stop()
  folder.remove()
}

/** `ADDRESS=FOLDER` of a member that knows the box's address. */
function enrol(index: number): string {
  const issuing = new OverlayMembership(box.dataDir, domain)
  const issuer = issuing.issuer()
  if (!issuer) throw new Error('the box that created the overlay is no issuer')
  const dataDir = join(folder.path, `peer-${index}`)
  const membership = new OverlayMembership(dataDir, domain)
  const key = membership.identity()
  const rights = { publicKey: key.publicKey, place: drawPlace(), roles: ['peer'] as const, mayServe: ['*'] }
  const credential = issuer.issue(rights, systemClock.now())
  membership.save(key, issuing.load().trustRoot, credential, ['/ip4/127.89.0.1/tcp/4160'])
  return `127.89.1.${index + 1}=${dataDir}`
}

function startPeers(places: readonly string[]): Promise<ChildProgram> {
  const alone = String(boxes - places.length)
  return ChildProgram.start({ command: process.execPath, args: [program, domain, alone, ...places] })
}

async function saysConnected(peers: ChildProgram): Promise<void> {
  const giveUpAt = performance.now() + connectedWithinMs
  while (!peers.lines.includes('connected')) {
    if (peers.hasEnded) throw new Error(`the other boxes ended:\n${peers.lastWords}`)
    if (performance.now() > giveUpAt) throw new Error(`not all connected within ${connectedWithinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

function minutesLater(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 60_000))
}

interface State {
  readonly residentMiB: number
  readonly cpuSeconds: number
  readonly bytesIn: number
  readonly bytesOut: number
}

async function state(): Promise<State> {
  const text = await (await fetch(`${box.adminUrl}/metrics`)).text()
  const bytes = (direction: string) => {
    const line = new RegExp(
      `^causeway_overlay_bytes_total\\{[^}]*direction="${direction}"[^}]*\\} (\\d+)`,
      'm',
    )
    return Number(line.exec(text)?.[1] ?? Number.NaN)
  }
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${box.pid}/status`, 'utf8')) ?? []
  return {
    residentMiB: Math.round(Number(kibibytes) / 1_024),
    cpuSeconds: cpuSeconds(box.pid),
    bytesIn: bytes('in'),
    bytesOut: bytes('out'),
  }
}
