import type { DrachtioStack } from '../drivers/drachtio/drachtio-stack.ts'
import type { EngineWorker } from '../drivers/engine-worker/engine-worker.ts'
import type { CallHandler } from '../edge/call-handler.ts'
import type { Part } from '../lib/part.ts'
import type { FrontRegistration } from '../survival/front-registration.ts'
import type { PbxWatch } from '../survival/pbx-watch.ts'
import type { Trunks } from '../trunk/trunks.ts'
import type { JoinedOverlays } from './joined-overlays.ts'

export interface WiringParts {
  readonly overlays: JoinedOverlays
  readonly trunks: Trunks
  readonly calls: Pick<CallHandler, 'pbxIsGone'>
  readonly front: Pick<FrontRegistration, 'pbxIsGone'>
  readonly pbxs: PbxWatch
  readonly stack: Pick<DrachtioStack, 'localHostPort'>
  readonly engine: EngineWorker | undefined
}

/** What one feature tells another: trunks to the overlays, a lost PBX to the calls. */
export class Wiring implements Part {
  readonly name = 'wiring'
  readonly #parts: WiringParts

  constructor(parts: WiringParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    const { overlays, trunks, calls, front, pbxs } = this.#parts
    const sipPoint = this.#sipPointOfLinks()
    for (const { overlay } of overlays.all) overlay.serveSipAt(sipPoint)
    pbxs.onStateChange(({ name, to }) => {
      if (to !== 'survival') return
      calls.pbxIsGone(name)
      front.pbxIsGone(name)
    })
    trunks.onServiceChange((service) => {
      if (service) overlays.offer(service)
      else overlays.withdraw('pstn')
    })
  }

  async stop(): Promise<void> {
    // What is wired ends with its parts.
  }

  /** Where the engine takes what other boxes send: a loopback TCP listener. */
  #sipPointOfLinks(): { sipAddress: string; sipPort: number } {
    const { engine, stack } = this.#parts
    const own = engine?.listeningPoints.findLast(({ transport }) => transport === 'tcp')
    if (own) return { sipAddress: own.address, sipPort: own.port }
    const [, host = '127.0.0.1', port = '5060'] = /^(.*):(\d+)$/.exec(stack.localHostPort('tcp') ?? '') ?? []
    return { sipAddress: host, sipPort: Number(port) }
  }
}
