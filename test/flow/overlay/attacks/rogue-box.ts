import type { Duplex } from 'node:stream'
import type { SigningKey } from '../../../../src/lib/ed25519.ts'
import { type PeerId, peerIdOf } from '../../../../src/overlay/protocol/peer-id.ts'
import {
  decodeReply,
  decodeRequest,
  encodeMessage,
  noTidings,
  type PeerReply,
  type PeerRequest,
  protocolVersion,
} from '../../../../src/overlay/protocol/peer-message.ts'
import type { PeerNetwork } from '../../../../src/overlay/protocol/peer-network.ts'
import { type RecordBody, signRecord } from '../../../../src/overlay/records/record.ts'
import { within } from '../../../support/within.ts'

/** An answer out of the rules: bytes as they are, silence, or one that takes its time. */
export type RogueAnswer =
  | PeerReply
  | Uint8Array
  | 'silence'
  | { readonly late: PeerReply; readonly byMilliseconds: number }

/** A program that speaks the overlay's protocol and keeps to none of its rules but those a test wants kept. */
export class RogueBox {
  readonly key: SigningKey
  readonly peer: PeerId
  readonly network: PeerNetwork
  /** Shown in its hello; whose it is and by whom it was issued is up to the test. */
  credential: Uint8Array
  /** How it answers; undefined leaves the question to an honest-looking answer. */
  lie: (question: PeerRequest, asker: PeerId) => RogueAnswer | undefined = () => undefined
  /** Questions that came, oldest first. */
  readonly heard: PeerRequest[] = []
  readonly dropped = Promise.withResolvers<void>()

  constructor(network: PeerNetwork, key: SigningKey, credential: Uint8Array) {
    this.key = key
    this.peer = peerIdOf(key.publicKey)
    this.network = network
    this.credential = credential
  }

  open(): Promise<void> {
    return this.network.open({
      connected: () => undefined,
      disconnected: () => this.dropped.resolve(),
      found: () => undefined,
      request: (asker, message) => this.#answer(asker, message),
      stream: (_, stream: Duplex) => stream.destroy(),
    })
  }

  close(): Promise<void> {
    return this.network.close()
  }

  /** Connects to a box and says hello; resolves with what it says to that. */
  async knock(box: Pick<PeerNetwork, 'self' | 'addresses'>): Promise<PeerReply> {
    await this.network.dial(box.self, box.addresses(), AbortSignal.timeout(5_000))
    return this.ask(box.self, this.hello())
  }

  hello(version = protocolVersion): Extract<PeerRequest, { type: 'hello' }> {
    const addresses = [...this.network.addresses()]
    return { type: 'hello', version, credential: this.credential, role: 'peer', addresses }
  }

  ask(peer: PeerId, question: PeerRequest): Promise<PeerReply> {
    return this.askInBytes(peer, encodeMessage(question))
  }

  async askInBytes(peer: PeerId, question: Uint8Array): Promise<PeerReply> {
    return decodeReply(await this.network.request(peer, question, AbortSignal.timeout(5_000)))
  }

  /** A record as it would sign it, in an overlay of its choice. */
  sign(body: Partial<RecordBody>, overlay: string, credential = this.credential): Uint8Array {
    const usual: RecordBody = {
      ...{ kind: 'sip-aor', resource: 'sip:nobody@town.example', value: new Uint8Array() },
      ...{ storedAt: Date.now(), lifetimeSeconds: 60, removed: false },
    }
    return signRecord({ ...usual, ...body }, overlay, this.key, credential)
  }

  /** Waits until the other box has closed the connection. */
  untilDropped(): Promise<void> {
    return within(15_000, 'the connection to be closed', this.dropped.promise)
  }

  async #answer(asker: PeerId, message: Uint8Array): Promise<Uint8Array> {
    const question = decodeRequest(message)
    this.heard.push(question)
    const answer = this.lie(question, asker) ?? this.#honestLooking(question)
    if (answer === 'silence') return new Promise(() => undefined)
    if (answer instanceof Uint8Array) return answer
    if (!('late' in answer)) return encodeMessage(answer)
    await new Promise((resolve) => setTimeout(resolve, answer.byMilliseconds))
    return encodeMessage(answer.late)
  }

  #honestLooking(question: PeerRequest): PeerReply {
    switch (question.type) {
      case 'hello':
        return {
          ...{ type: 'hello', version: protocolVersion, credential: this.credential },
          ...{ role: 'peer', observed: '', peers: [] },
        }
      case 'ping':
      case 'role':
        return { type: 'pong', ...noTidings }
      case 'store':
        return { type: 'stored', verdicts: question.records.map(() => stored) }
      case 'fetch':
        return { type: 'records', records: [] }
      case 'offer':
        return { type: 'wanted', places: [] }
      case 'compare':
        return { type: 'compared', differing: [] }
      case 'changed':
        return { type: 'noted' }
      case 'peers':
        return { type: 'peers', peers: [] }
      default:
        return { type: 'refused', code: 'no', reason: 'not by this box' }
    }
  }
}

const stored = { outcome: 'stored', reason: '', latest: 0 }
