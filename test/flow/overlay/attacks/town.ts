import { randomBytes } from 'node:crypto'
import { Libp2pNetwork } from '../../../../src/drivers/libp2p/libp2p-network.ts'
import { MemoryNetwork } from '../../../../src/drivers/memory-overlay/memory-network.ts'
import { type Credential, issueCredential, serialBytes } from '../../../../src/identity/credential.ts'
import { drawPlace } from '../../../../src/identity/credential-issuer.ts'
import { SigningKey } from '../../../../src/lib/ed25519.ts'
import type { OverlayRecord } from '../../../../src/overlay/overlay.ts'
import { type PeerId, peerIdOf } from '../../../../src/overlay/protocol/peer-id.ts'
import { parsePeerName } from '../../../../src/overlay/protocol/peer-name.ts'
import type { PeerNetwork } from '../../../../src/overlay/protocol/peer-network.ts'
import { OverlayFixture, type TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import { eventually } from '../../../support/within.ts'
import { RogueBox } from './rogue-box.ts'

type MakeNetwork = (key: SigningKey) => Promise<PeerNetwork>

const day = 86_400_000

/** An overlay of honest boxes, and rogues among them. */
export class Town {
  readonly domain = 'town.example'
  readonly fixture: OverlayFixture
  readonly #makeNetwork: MakeNetwork
  readonly #rogues: RogueBox[] = []

  constructor(makeNetwork: MakeNetwork = inMemory()) {
    this.#makeNetwork = makeNetwork
    this.fixture = new OverlayFixture(makeNetwork)
  }

  /** With a credential of the town's trust root, unless it is changed; open, and not yet connected to anybody. */
  async rogue(changes: Partial<Credential> = {}, root = this.fixture.trustRoot): Promise<RogueBox> {
    const key = SigningKey.generate()
    const rogue = new RogueBox(await this.#makeNetwork(key), key, this.credential(key, changes, root))
    await rogue.open()
    this.#rogues.push(rogue)
    return rogue
  }

  /** A rogue that is a member like any other, as far as these boxes can tell. */
  async memberRogue(boxes: readonly TestBox[], changes: Partial<Credential> = {}): Promise<RogueBox> {
    const rogue = await this.rogue(changes)
    for (const box of boxes) {
      await rogue.knock(box.network)
      await eventually(5_000, 'the rogue to be a member', () => isMember(box, rogue))
    }
    return rogue
  }

  credential(key: SigningKey, changes: Partial<Credential> = {}, root = this.fixture.trustRoot): Uint8Array {
    const now = Date.now()
    return issueCredential(
      {
        ...{ overlay: this.domain, publicKey: key.publicKey, place: drawPlace(), mayServe: ['*'] },
        ...{ serial: randomBytes(serialBytes), roles: ['peer'], notBefore: now - day, notAfter: now + day },
        ...changes,
      },
      root,
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.#rogues.map((rogue) => rogue.close()))
    await this.fixture.close()
  }
}

export function inMemory(): MakeNetwork {
  const network = new MemoryNetwork()
  return (key) => Promise.resolve(network.port(peerIdOf(key.publicKey)))
}

/** Real connections on loopback. */
export const overLibp2p: MakeNetwork = (key) =>
  Promise.resolve(
    new Libp2pNetwork({ domain: 'town.example', key, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }),
  )

/** Stores users at a box until the holders of one are as wanted, for nobody can choose them; resolves with that one. */
export async function storeWhere(
  home: TestBox,
  text: string,
  isWanted: (holders: readonly PeerId[]) => boolean,
): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    const resource = `sip:user${++usersMade}@town.example`
    const { holders } = await home.overlay.store('sip-aor', resource, bytesOf(text), 3_600)
    if (isWanted(holders.map((name) => parsePeerName(name)?.peerId ?? ''))) return resource
  }
  throw new Error('none of 500 users is held as wanted')
}

let usersMade = 0

export function isMember({ overlay }: TestBox, { peer }: RogueBox): boolean {
  return overlay.peers().some(({ peerName, connected }) => connected && peerName.startsWith(`${peer}.`))
}

/** What a box finds about a user, as text. */
export async function find({ overlay }: TestBox, resource: string): Promise<string[]> {
  const records = await overlay.fetch('sip-aor', resource, AbortSignal.timeout(5_000))
  return records.map(textOf).toSorted()
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function textOf(record: OverlayRecord): string {
  return new TextDecoder().decode(record.value)
}
