import { readFileSync } from 'node:fs'
import { writeDurably } from '../../lib/durable-file.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerMemory } from '../../overlay/membership/remembered-peers.ts'
import { publicKeyOf } from '../../overlay/protocol/peer-id.ts'
import type { PeerAddress } from '../../overlay/protocol/peer-message.ts'

/** Its name in the folder of a membership. */
export const peersFile = 'peers.json'

const mostPeers = 200

/** Peers on disk. They speed up a start and nothing else, so an unreadable file is worth a warning, not an end. */
export class PeerFile implements PeerMemory {
  readonly #path: string
  readonly #log: Log
  #written = ''

  constructor(path: string, log: Log) {
    this.#path = path
    this.#log = log
  }

  recall(): readonly PeerAddress[] {
    try {
      this.#written = readFileSync(this.#path, 'utf8')
      return (JSON.parse(this.#written) as unknown[]).filter(isPeerAddress)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log.warn(
          { file: this.#path, reason: (error as Error).message },
          'remembered peers cannot be read',
        )
      return []
    }
  }

  remember(peers: readonly PeerAddress[]): void {
    const text = `${JSON.stringify(peers.slice(0, mostPeers), undefined, 2)}\n`
    if (text === this.#written) return
    try {
      writeDurably(this.#path, text)
      this.#written = text
    } catch (error) {
      this.#log.warn({ file: this.#path, reason: (error as Error).message }, 'peers cannot be remembered')
    }
  }
}

function isPeerAddress(item: unknown): item is PeerAddress {
  const { peer, addresses } = (item ?? {}) as Partial<PeerAddress>
  return (
    typeof peer === 'string' &&
    publicKeyOf(peer) !== undefined &&
    Array.isArray(addresses) &&
    addresses.every((address) => typeof address === 'string')
  )
}
