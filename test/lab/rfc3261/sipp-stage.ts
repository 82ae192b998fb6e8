import { writeFileSync } from 'node:fs'
import { freePort } from '../../support/free-port.ts'
import type { LineFaults } from '../../support/line-faults.ts'
import { SippRun, type SippStats } from '../../support/sipp-run.ts'
import type { SippScript } from '../../support/sipp-script.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'
import { UdpPipe } from '../../support/udp-pipe.ts'

export type Wire = 'udp' | 'tcp'

export interface Part {
  readonly script: SippScript
  readonly transport?: Wire
  readonly calls?: number
  /** Calls started per second. */
  readonly rate?: number
  readonly holdMs?: number
  /** When it gives up. */
  readonly timeoutSeconds?: number
  /** What happens to datagrams between SIPp and the box. */
  readonly line?: LineFaults
  /** The call may end before it gets here. */
  readonly mayGoUncalled?: boolean
  /** Messages out of order or repeated are as they should be: the line does that. */
  readonly ignoresUnexpected?: boolean
}

/** SIPp as one phone, with the line that leads to the box. */
export class SippPhone {
  readonly #folder = new TemporaryFolder('script')
  readonly #part: Part
  readonly #boxPort: number
  readonly port: number
  readonly pipe: UdpPipe | undefined
  #run: SippRun | undefined

  static async at(boxPort: number, part: Part): Promise<SippPhone> {
    const port = await freePort()
    const { line } = part
    const pipe = line && (await UdpPipe.open({ near: port, far: boxPort, faults: line }))
    return new SippPhone(boxPort, port, part, pipe)
  }

  private constructor(boxPort: number, port: number, part: Part, pipe: UdpPipe | undefined) {
    this.#boxPort = boxPort
    this.port = port
    this.#part = part
    this.pipe = pipe
  }

  /** Where the box finds it. */
  get contact(): string {
    return `127.0.0.1:${this.pipe?.phonePort ?? this.port}`
  }

  get transport(): Wire {
    return this.#part.transport ?? 'udp'
  }

  /** Where it finds the box. */
  get server(): string {
    return `127.0.0.1:${this.pipe?.boxPort ?? this.#boxPort}`
  }

  /** Waits for calls; the scenario finds another phone as `[spare]`. */
  async wait(spare = ''): Promise<void> {
    await this.#start({ spare })
  }

  async call(called: string, caller = 'sip:caller@public.test'): Promise<void> {
    await this.#start({ caller, called }, this.server)
  }

  /** When all its calls are over; rejects when one has failed. */
  async finished(): Promise<SippStats> {
    if (!this.#run) throw new Error('the phone is not in use')
    return this.#run.finished()
  }

  get mayGoUncalled(): boolean {
    return this.#part.mayGoUncalled ?? false
  }

  async end(): Promise<void> {
    await this.#run?.end()
    this.pipe?.close()
    this.#folder.remove()
  }

  async #start(keys: Readonly<Record<string, string>>, target?: string): Promise<void> {
    const {
      script,
      calls = 1,
      rate = 10,
      holdMs = 100,
      timeoutSeconds = 20,
      ignoresUnexpected = false,
    } = this.#part
    const file = this.#folder.file('script.xml')
    writeFileSync(file, script.print())
    this.#run = new SippRun({
      scenario: file,
      port: this.port,
      transport: this.transport,
      calls,
      rate,
      holdMs,
      ignoresUnexpected,
      timeoutSeconds,
      keys: { contact: this.contact, ...keys },
      ...(target !== undefined && { target }),
    })
    await this.#run.start()
  }
}
