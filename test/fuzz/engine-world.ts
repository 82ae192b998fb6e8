import { ApplicationPool } from '../../src/engine/control/application-pool.ts'
import { ApplicationSessions } from '../../src/engine/control/application-sessions.ts'
import { type Cores, makeCores } from '../../src/engine/control/cores.ts'
import { defaultEngineSettings } from '../../src/engine/engine-settings.ts'
import { SipTransactionLayer } from '../../src/engine/transaction/transaction-layer.ts'
import { FakeClock } from '../../src/lib/fake-clock.ts'
import type { Log } from '../../src/lib/log.ts'
import { FakeApplication } from './fake-application.ts'
import { HostileResolver } from './hostile-resolver.ts'
import { WatchedTransport } from './watched-transport.ts'

const secret = 'secret'
const routed = ['invite', 'options', 'message', 'subscribe', 'notify', 'refer', 'info', 'publish', 'cdr:stop']
const settings = {
  ...defaultEngineSettings,
  timerCMs: 50_000,
  transaction: { tickMs: 50, ringingLimitMs: 60_000 },
}

// No request has a handler here.
const dial = (): Promise<never> => Promise.reject(new Error('nobody listens'))

/** The whole engine but its sockets: a network, applications and a clock that do what they are told. */
export class EngineWorld {
  readonly clock = new FakeClock(1_000_000)
  readonly transport = new WatchedTransport(() => this.clock.now())
  readonly layer: SipTransactionLayer
  readonly cores: Cores
  readonly applications: FakeApplication[] = []
  /** What the engine logged as an error, and what nothing caught. */
  readonly faults: string[] = []
  readonly #sessions: ApplicationSessions

  constructor() {
    const { clock, transport } = this
    const log: Log = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (fields, sentence) => this.faults.push(`${sentence}: ${textOf(fields)}`),
      child: () => log,
    }
    const resolver = new HostileResolver(clock)
    const pool = new ApplicationPool()
    this.layer = new SipTransactionLayer({ transport, resolver, log, clock, settings: settings.transaction })
    const { layer } = this
    this.cores = makeCores({ layer, resolver, pool, settings, recordRouteSecret: 'x', dial, clock, log })
    this.layer.deliverTo(this.cores.network)
    this.#sessions = new ApplicationSessions({
      secret,
      pool,
      user: this.cores.application,
      listeningPoints: () => transport.listeningPoints,
      limits: {
        maxFrameBytes: settings.maxFrameBytes,
        maxQueuedBytes: settings.maxQueuedFrameBytes,
        authenticateWithinMs: settings.authenticateWithinMs,
      },
      clock,
      log,
    })
  }

  /** An application that has a route for nearly everything. */
  join(index: number): void {
    const application = new FakeApplication()
    this.applications[index]?.socket.destroy()
    this.applications[index] = application
    this.#sessions.begin(application.socket.asSocket)
    application.send(`authenticate|${secret}`)
    for (const verb of routed) application.send(`route|${verb}`)
  }

  /** Until whatever was put off to later turns of the event loop is done. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  /** Moves the clock in steps, so that what timers put off is done in between. */
  async pass(ms: number): Promise<void> {
    let rest = ms
    while (rest > 0) {
      // With nothing but long timers left the steps may be longer.
      const step = Math.min(rest, this.layer.counts.client + this.layer.counts.server > 0 ? 5_000 : 600_000)
      this.clock.advance(step)
      rest -= step
      await this.settle()
    }
  }

  /** Everything that still stands for something, by name; nothing at all in an engine at rest. */
  get remains(): Record<string, number> {
    const { client, server } = this.layer.counts
    const all = { ...this.cores.counts(), client, server, timers: this.clock.pendingTimers }
    return Object.fromEntries(Object.entries(all).filter(([, count]) => count !== 0))
  }
}

function textOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${value instanceof Error ? value.stack : String(value)}`)
    .join(' ')
}
