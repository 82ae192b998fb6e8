import type { Log } from '../../lib/log.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import { type PeerId, publicKeyOf } from '../protocol/peer-id.ts'
import type { PeerNetwork } from '../protocol/peer-network.ts'
import type { Records } from '../records/records.ts'
import type { CredentialReader } from './credential-reader.ts'

/** Puts boxes out of the overlay that were revoked: their connections end, their records go. */
export class Expulsion {
  readonly #credentials: Pick<CredentialReader, 'isRevoked'>
  readonly #table: PeerTable
  readonly #network: Pick<PeerNetwork, 'drop'>
  readonly #records: Pick<Records, 'held' | 'forgetSigner'>
  readonly #log: Log

  constructor(parts: {
    credentials: Pick<CredentialReader, 'isRevoked'>
    table: PeerTable
    network: Pick<PeerNetwork, 'drop'>
    records: Pick<Records, 'held' | 'forgetSigner'>
    log: Log
  }) {
    this.#credentials = parts.credentials
    this.#table = parts.table
    this.#network = parts.network
    this.#records = parts.records
    this.#log = parts.log
  }

  /** Looks at every box that is known, and at every signer of a record held here. */
  expelRevoked(): void {
    for (const { peer, credential } of this.#table.all()) {
      const isOut = credential ? this.#credentials.isRevoked(credential) : this.#isRevoked(peer)
      if (!isOut) continue
      this.#log.warn({ peer }, 'a revoked box was expelled')
      this.#table.disown(peer)
      this.#network.drop(peer)
      this.#records.forgetSigner(peer)
    }
    for (const signer of this.#records.held.signers())
      if (this.#isRevoked(signer)) this.#records.forgetSigner(signer)
  }

  #isRevoked(peer: PeerId): boolean {
    const publicKey = publicKeyOf(peer)
    return publicKey !== undefined && this.#credentials.isRevoked({ publicKey, issuer: undefined })
  }
}
