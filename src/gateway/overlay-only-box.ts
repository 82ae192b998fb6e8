import type { AdminServer } from '../admin/admin-server.ts'
import type { BoxView } from '../admin/box-view.ts'
import type { LoadedConfig } from '../config/load.ts'
import { usualServiceOrder } from '../domain/service-order.ts'
import { DnsHopResolver } from '../drivers/dns/dns-hop-resolver.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { PartList } from '../lib/part-list.ts'
import { QuietCollector } from '../lib/quiet-collector.ts'
import { V8Thread } from '../lib/v8-thread.ts'
import { JoinedOverlays } from './joined-overlays.ts'
import { LoopLag } from './loop-lag.ts'
import { openOverlays } from './open-overlays.ts'
import { OverlayOnlyView } from './overlay-only-view.ts'
import { OwnServices } from './own-services.ts'
import { servedPages } from './served-pages.ts'
import { statusLine } from './status-line.ts'
import { version } from './version.ts'

/** A box with SIP off: it holds records, lets others in, and carries for those that cannot be dialled. */
export class OverlayOnlyBox implements Part {
  readonly name = 'box without SIP'
  readonly listening = []
  /** Never: there is no engine that could die. */
  readonly broken = new Promise<Error>(() => undefined)
  readonly #parts: PartList
  readonly #admin: AdminServer | undefined
  readonly #view: BoxView

  constructor({ config, path, dataDir }: LoadedConfig, log: Log) {
    const clock = systemClock
    const names = new DnsHopResolver({ ...config.dns, log, clock })
    const overlays = new JoinedOverlays(
      openOverlays(config.overlays, dataDir, names, clock, log),
      usualServiceOrder,
    )
    const loopLag = new LoopLag(clock)
    const box = new OverlayOnlyView({ name: config.box.name, version, overlays, loopLag, clock })
    this.#view = box
    this.#admin = servedPages({ config, path }, box, log)
    this.#parts = new PartList(
      [
        ...overlays.all.flatMap(({ overlay, users, services }) => [overlay, users, services]),
        new OwnServices({
          overlays: overlays.all,
          section: config.services,
          relay: undefined,
          callsFree: () => 0,
          clock,
        }),
        loopLag,
        new QuietCollector(new V8Thread(), clock, log),
        ...(this.#admin ? [this.#admin] : []),
      ],
      log,
    )
  }

  /** Rejects with what the part that cannot start says, in words for an operator. */
  start(): Promise<void> {
    return this.#parts.start()
  }

  stop(): Promise<void> {
    return this.#parts.stop()
  }

  /** There are no calls to wait for. */
  async drain(): Promise<void> {
    return
  }

  /** There is none that could hang. */
  async engineAnswers(): Promise<boolean> {
    return true
  }

  get statusLine(): string {
    return statusLine(this.#view, false)
  }

  /** There is no certificate. */
  reloadCertificate(): void {
    return
  }

  get adminUrl(): string | undefined {
    return this.#admin?.url
  }
}
