import { join } from 'node:path'
import { vi } from 'vitest'
import { overlayCommand } from '../../../src/cli/overlay.ts'
import { overlayEntry } from '../../../src/config/sections/overlays.ts'
import { libp2pOverlay } from '../../../src/drivers/libp2p/libp2p-overlay.ts'
import type { NameService } from '../../../src/drivers/libp2p/published-boxes.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import type { PeerOverlay } from '../../../src/overlay/peer-overlay.ts'
import { CollectedLog } from '../../support/collected-log.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

export interface RunningBox {
  readonly overlay: PeerOverlay
  readonly log: CollectedLog
}

/** Boxes on loopback, each with a folder of its own, looked after by the commands that an operator types. */
export class CliBoxes {
  readonly domain = 'town.example'
  readonly folder = new TemporaryFolder('overlay')
  /** What the commands printed, and what they complained about. */
  readonly said: string[] = []
  readonly #running = new Set<PeerOverlay>()

  constructor() {
    vi.spyOn(console, 'log').mockImplementation((line: string) => this.said.push(line))
    vi.spyOn(console, 'error').mockImplementation((line: string) => this.said.push(line))
  }

  async close(): Promise<void> {
    vi.restoreAllMocks()
    await Promise.all([...this.#running].map((overlay) => overlay.stop()))
    this.folder.remove()
  }

  dataDir(box: string): string {
    return this.folder.file(box)
  }

  /** A file in the overlay's folder of a box. */
  file(box: string, name: string): string {
    return join(this.dataDir(box), 'overlay', this.domain, name)
  }

  /** `causeway overlay …` at a box. Resolves to the exit code. */
  type(box: string, ...argv: string[]): Promise<number> {
    return overlayCommand.run([...argv, '--data-dir', this.dataDir(box)])
  }

  /** The same, for what it prints with `--json`. */
  async ask(box: string, ...argv: string[]): Promise<Record<string, unknown>> {
    const code = await this.type(box, ...argv, '--json')
    if (code !== 0) throw new Error(`${argv.join(' ')}: ${this.said.at(-1)}`)
    return JSON.parse(this.said.at(-1) ?? '') as Record<string, unknown>
  }

  async ticket(box: string, ...argv: string[]): Promise<string> {
    return (await this.ask(box, 'invite', ...argv)).ticket as string
  }

  /** With a name service it looks for others in the DNS too. */
  async start(box: string, names?: NameService): Promise<RunningBox> {
    const entry = overlayEntry.parse({
      domain: this.domain,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      mdns: false,
      dns: names !== undefined,
    })
    const log = new CollectedLog()
    const overlay = libp2pOverlay(entry, this.dataDir(box), systemClock, log, names)
    this.#running.add(overlay)
    await overlay.start()
    return { overlay, log }
  }

  async stop({ overlay }: RunningBox): Promise<void> {
    this.#running.delete(overlay)
    await overlay.stop()
  }

  /** The first box, running, and others that it has let in, running too. */
  async town(...others: string[]): Promise<RunningBox[]> {
    await this.type('first', 'create', this.domain)
    const running = [await this.start('first')]
    for (const box of others) {
      await this.type(box, 'join', await this.ticket('first'))
      running.push(await this.start(box))
    }
    return running
  }
}
