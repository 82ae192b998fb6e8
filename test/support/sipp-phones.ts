import { callerFields, registerFields } from './sipp-fields.ts'
import { SippRun, type SippStats } from './sipp-run.ts'
import { site } from './site.ts'

export interface SippPhonesOptions {
  /** Where the phones are. */
  readonly namespace?: string
  readonly address: string
  /** `host:port` of the box; asked anew for each call. */
  readonly target: () => string
  readonly transport?: 'udp' | 'tcp'
}

/** Phones of the test site that SIPp plays, one process for each thing that they do. */
export class SippPhones {
  readonly #options: SippPhonesOptions

  constructor(options: SippPhonesOptions) {
    this.#options = options
  }

  async register(...users: readonly string[]): Promise<void> {
    for (const user of users) {
      await new SippRun({
        ...this.#common(portOf(user)),
        scenario: 'register',
        calls: 1,
        fields: [registerFields(user, `secret-${user}`, site, 3_600)],
        keys: {
          contact_port: String(portOf(user)),
          contact_transport: this.#options.transport ?? 'udp',
        },
      }).run()
    }
  }

  /** `to` answers where it has registered, whenever that was; every call must succeed. */
  async call(from: string, to: string, { calls = 3, holdMs = 200 } = {}): Promise<SippStats> {
    const { target: _, ...own } = this.#common(portOf(to))
    const callee = new SippRun({ ...own, scenario: 'callee' })
    await callee.start()
    try {
      const fields = [callerFields(from, `secret-${from}`, site, to)]
      // Not where it is called: as with a phone that has two lines.
      const caller = { ...this.#common(portOf(from) + 1_000), scenario: 'caller', fields, calls, holdMs }
      const stats = await new SippRun(caller).run()
      await callee.stop()
      return stats
    } finally {
      await callee.end()
    }
  }

  #common(port: number) {
    const { namespace, address, target, transport = 'udp' } = this.#options
    return { namespace, address, port, transport, target: target() }
  }
}

function portOf(user: string): number {
  return 20_000 + Number(user)
}
