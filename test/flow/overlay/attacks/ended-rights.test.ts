import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { signRevocation } from '../../../../src/identity/revocation.ts'
import type { SigningKey } from '../../../../src/lib/ed25519.ts'
import { closing, eventually, ShiftedClock, type TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import type { RogueBox } from './rogue-box.ts'
import { bytesOf, find, isMember, Town } from './town.ts'

const rogueUser = 'sip:rogue@town.example'
const minute = 60_000

describe('a member whose rights have ended', () => {
  const clock = new ShiftedClock()
  let town: Town
  let boxes: readonly TestBox[]
  let one: TestBox
  let other: TestBox

  beforeEach(async () => {
    clock.shift = 0
    town = new Town()
    boxes = await town.fixture.boxes(3, { clock })
    ;[one, other] = boxes as [TestBox, TestBox]
  })

  afterEach(() => town.close())

  const revoke = async (publicKey: Uint8Array, signer: SigningKey, certificate?: Uint8Array) => {
    const now = Date.now()
    const statement = signRevocation(
      { publicKey, at: now, until: now + 100 * minute },
      ...([town.domain, signer, certificate] as const),
    )
    await other.ask(one, { type: 'revoke', statements: [statement] })
  }
  const outOf = (rogue: RogueBox) => eventually(() => boxes.every((box) => !isMember(box, rogue)))
  const stored = async (rogue: RogueBox): Promise<Uint8Array> => {
    const record = rogue.sign(
      { resource: rogueUser, value: bytesOf('at the rogue'), lifetimeSeconds: 3_600 },
      town.domain,
    )
    for (const { network } of boxes) await rogue.ask(network.self, { type: 'store', records: [record] })
    return record
  }

  it('by revocation is out at every box, its records too, and comes back neither itself nor by a friend', async () => {
    const rogue = await town.memberRogue(boxes)
    const friend = await town.memberRogue(boxes)
    const record = await stored(rogue)
    for (const box of boxes) expect(await find(box, rogueUser)).toEqual(['at the rogue'])
    await revoke(rogue.key.publicKey, town.fixture.trustRoot)
    await outOf(rogue)
    for (const box of boxes) expect(await find(box, rogueUser)).toEqual([])
    expect(await rogue.knock(one.network)).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining('revoked'),
    })
    const reply = await friend.ask(one.network.self, { type: 'store', records: [record] })
    expect(reply).toMatchObject({ verdicts: [{ outcome: 'revoked' }] })
    friend.lie = ({ type }) => (type === 'fetch' ? { type: 'records', records: [record] } : undefined)
    expect(await find(other, rogueUser)).toEqual([])
    expect(one.overlay.health().connectedPeers).toBe(3)
  })

  it('by revocation loses the SIP links that it has', async () => {
    const sip = createServer((socket) => socket.on('error', () => undefined))
    sip.listen(0, '127.0.0.1')
    await once(sip, 'listening')
    one.overlay.serveSipAt({ sipAddress: '127.0.0.1', sipPort: (sip.address() as AddressInfo).port })
    const rogue = await town.memberRogue(boxes)
    const link = await rogue.network.openStream(one.network.self, AbortSignal.timeout(5_000))
    const [far] = (await once(sip, 'connection')) as [Socket]
    const cut = Promise.all([closing(link), closing(far)])
    await revoke(rogue.key.publicKey, town.fixture.trustRoot)
    await cut
    sip.close()
  })

  it('by time is out, and what it stored is believed no more', async () => {
    const rogue = await town.memberRogue(boxes, { notAfter: Date.now() + 10 * minute })
    const record = await stored(rogue)
    expect(await find(one, rogueUser)).toEqual(['at the rogue'])
    clock.shift = 11 * minute
    await outOf(rogue)
    expect(await find(other, rogueUser)).toEqual([])
    expect(await rogue.knock(one.network)).toMatchObject({ code: 'credential-not-valid-now' })
    const reply = await rogue.ask(one.network.self, { type: 'store', records: [record] })
    expect(reply).toMatchObject({ type: 'refused', code: 'not-enrolled' })
  })

  it('cannot be made of an honest one by a member that is no issuer', async () => {
    const rogue = await town.memberRogue(boxes)
    await revoke(other.key.publicKey, rogue.key)
    await revoke(other.key.publicKey, rogue.key, rogue.credential)
    const selfMade = town.credential(rogue.key, { roles: ['peer', 'issuer'] }, rogue.key)
    await revoke(other.key.publicKey, rogue.key, selfMade)
    expect(one.overlay.status().revokedBoxes).toBe(0)
    expect(one.overlay.health().connectedPeers).toBe(3)
  })
})
