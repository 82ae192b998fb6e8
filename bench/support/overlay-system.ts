import { registerFields } from '../../test/support/sipp-fields.ts'
import { SippRun } from '../../test/support/sipp-run.ts'
import { TestBox } from '../../test/support/test-box.ts'
import { eventually } from '../../test/support/within.ts'

const domain = 'overlay.bench'
const startWithinMs = 60_000
const registeredPerSecond = 50

interface Found {
  readonly homeBoxes: readonly string[]
  readonly tookMs: number
}

/** Milliseconds of each look-up, by the clock of the box that looked, and how many found nobody. */
export interface LookUps {
  readonly cold: readonly number[]
  readonly cached: readonly number[]
  readonly missing: number
}

/** Whole boxes in one overlay on this machine, each its own process, with registered users at each. */
export class OverlaySystem {
  readonly #boxes: readonly TestBox[]
  readonly #usersEach: number

  constructor(boxes: number, usersEach: number) {
    this.#usersEach = usersEach
    this.#boxes = Array.from({ length: boxes }, (_, index) => {
      const address = `127.88.${boxes}.${index + 1}`
      return new TestBox({
        address,
        config: {
          sip: { domains: [domain] },
          registrar: { algorithms: ['MD5'] },
          users: this.#usersOf(index).map((user) => ({
            aor: `${user}@${domain}`,
            password: `secret-${user}`,
          })),
          overlays: [{ domain, listen: [`/ip4/${address}/tcp/4160`], mdns: false }],
        },
      })
    })
  }

  async start(): Promise<void> {
    const [first, ...others] = this.#boxes
    await first?.command('overlay', 'create', domain)
    await first?.start()
    for (const box of others) {
      const { ticket } = JSON.parse((await first?.command('overlay', 'invite', '--json')) ?? '')
      await box.command('overlay', 'join', ticket)
      await box.start()
    }
    for (const box of this.#boxes) await this.#seesAll(box)
    for (const [index, box] of this.#boxes.entries()) await this.#registerUsers(index, box)
  }

  async stop(): Promise<void> {
    for (const box of this.#boxes) await box.stop()
  }

  /** Every box looks up every user of the others, and each at once again; so many look-ups go on at any time. */
  async lookUpAll(atOnce: number): Promise<LookUps> {
    const pairs = this.#boxes.flatMap((box, own) =>
      this.#boxes.flatMap((_, at) => (at === own ? [] : this.#usersOf(at))).map((user) => ({ box, user })),
    )
    const cold: Found[] = []
    const cached: Found[] = []
    const work = async (): Promise<void> => {
      for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
        cold.push(await lookUp(pair.box, pair.user))
        cached.push(await lookUp(pair.box, pair.user))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    const timesOf = (found: readonly Found[]) => found.map(({ tookMs }) => tookMs)
    const isMissing = ({ homeBoxes }: Found) => homeBoxes.length === 0
    const missing = [...cold, ...cached].filter(isMissing).length
    return { cold: timesOf(cold), cached: timesOf(cached), missing }
  }

  #usersOf(box: number): string[] {
    return Array.from({ length: this.#usersEach }, (_, index) => `user-${box}-${index}`)
  }

  async #seesAll(box: TestBox): Promise<void> {
    const wanted = this.#boxes.length - 1
    await eventually(startWithinMs, `${box.address} to see ${wanted} boxes`, async () => {
      const { overlays } = await box.ask<{ overlays: { peers: { connected: boolean }[] }[] }>('/api/overlay')
      return overlays[0]?.peers.filter(({ connected }) => connected).length === wanted
    })
  }

  async #registerUsers(index: number, box: TestBox): Promise<void> {
    const users = this.#usersOf(index)
    await new SippRun({
      scenario: 'register',
      target: box.hostPort,
      address: box.address,
      port: 5_080,
      calls: users.length,
      rate: registeredPerSecond,
      fields: users.map((user) => registerFields(user, `secret-${user}`, domain, 3_600)),
      keys: { contact_port: '5090', contact_transport: 'udp' },
    }).run()
    // Stored in order, so that the last tells of all; its own box knows without asking.
    await eventually(startWithinMs, 'the last registration to be stored', () =>
      isStored(box, users.at(-1) ?? ''),
    )
  }
}

async function isStored(box: TestBox, user: string): Promise<boolean> {
  const path = `/api/overlay/trace?aor=${encodeURIComponent(`sip:${user}@${domain}`)}`
  const { traces } = await box.ask<{ traces: { entries: { copies: number }[]; copiesWanted: number }[] }>(
    path,
  )
  return traces.some(({ entries, copiesWanted }) => entries.some(({ copies }) => copies === copiesWanted))
}

async function lookUp(box: TestBox, user: string): Promise<Found> {
  const path = `/api/overlay/lookup?aor=${encodeURIComponent(`sip:${user}@${domain}`)}`
  const { found } = await box.ask<{ found: readonly Found[] }>(path)
  return found[0] ?? { homeBoxes: [], tookMs: Number.NaN }
}
