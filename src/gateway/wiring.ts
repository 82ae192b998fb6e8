import type { OutageCause } from '../domain/outage.ts'
import type { DrachtioStack } from '../drivers/drachtio/drachtio-stack.ts'
import type { EngineWorker } from '../drivers/engine-worker/engine-worker.ts'
import type { CallHandler } from '../edge/call-handler.ts'
import type { Part } from '../lib/part.ts'
import { carriesNothing } from '../survival/health/death-signs.ts'
import type { PbxWatch } from '../survival/health/pbx-watch.ts'
import type { FrontRegistration } from '../survival/phones/front-registration.ts'
import type { Trunks } from '../trunk/trunks.ts'
import type { JoinedOverlays } from './joined-overlays.ts'

export interface WiringParts {
  readonly overlays: JoinedOverlays
  readonly trunks: Trunks
  readonly calls: Pick<CallHandler, 'pbxIsGone' | 'rescue'>
  readonly front: Pick<FrontRegistration, 'pbxIsGone'>
  readonly pbxs: PbxWatch
  readonly stack: Pick<DrachtioStack, 'onMoved'>
  readonly engine: EngineWorker | undefined
}

/** Overloaded or switched away from, a PBX goes on with what it has begun. */
function isDead(cause: OutageCause): boolean {
  return cause !== 'overloaded' && cause !== 'switched' && cause !== 'rehearsal'
}

/** What one feature tells another: trunks to the overlays, a lost PBX to the calls. */
export class Wiring implements Part {
  readonly name = 'wiring'
  readonly #parts: WiringParts

  constructor(parts: WiringParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    const { overlays, trunks, calls, front, pbxs, stack, engine } = this.#parts
    stack.onMoved(() => trunks.moved())
    // Where the engine takes what other boxes send: the last, a loopback listener. Without one there are no overlays.
    const links = engine?.listeningPoints.findLast(({ transport }) => transport === 'tcp')
    for (const { overlay } of overlays.all)
      if (links) overlay.serveSipAt({ sipAddress: links.address, sipPort: links.port })
    pbxs.onStateChange(({ name, from, to, cause }) => {
      if (from === 'survival') void calls.rescue.pbxIsBack(name)
      if (to !== 'survival') return
      calls.pbxIsGone(name, cause === undefined || isDead(cause))
      front.pbxIsGone(name)
      if (carriesNothing(cause)) void calls.rescue.pbxDied(name)
    })
    pbxs.onCauseChange(({ name, cause }) => {
      if (!carriesNothing(cause)) return
      calls.pbxIsGone(name, true)
      void calls.rescue.pbxDied(name)
    })
    trunks.onServiceChange((service) => {
      if (service) overlays.offer(service)
      else overlays.withdraw('pstn')
    })
  }

  async stop(): Promise<void> {
    // What is wired ends with its parts.
  }
}
