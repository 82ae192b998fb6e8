import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeMessage, longestMessage, noTidings } from '../../../../src/overlay/protocol/peer-message.ts'
import type { TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import { BareNode } from './bare-node.ts'
import { bytesOf, find, overLibp2p, storeWhere, Town } from './town.ts'

const anna = 'sip:anna@town.example'
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
/** `{"type": "ping"}`, open for more. */
const ping = 'a2 64 74797065 64 70696e67'

/** CBOR (RFC 8949) that promises, nests or repeats more than there is. */
const bombs: Readonly<Record<string, Uint8Array>> = {
  'nothing at all': new Uint8Array(),
  'a list of four billion items': hex('9a ffffffff'),
  'a map of nine quadrillion fields': hex('bb 001fffffffffffff'),
  'a byte string of a terabyte': hex('5b 0000010000000000'),
  'lists in lists, 300,000 deep': Buffer.alloc(300_000, 0x81),
  'maps in maps, 100,000 deep': Buffer.concat(Array.from({ length: 100_000 }, () => hex('a1 61 78'))),
  '300,000 empty lists': Buffer.concat([hex('9a 000493e0'), Buffer.alloc(300_000, 0x80)]),
  'a list without end': hex('9f 01 02'),
  'the same field twice': hex(`${ping} 64 74797065 64 70696e67`),
  'a field that names the prototype': hex(`${ping} 69 5f5f70726f746f5f5f a1 61 78 01`),
  'a field that nobody knows': hex(`${ping} 63 666f6f 01`),
  'undefined, a tag and a not-a-number': hex('83 f7 c2 41 01 f9 7e00'),
  'two values': hex('a1 64 74797065 64 70696e67 00'),
  'random bytes': randomBytes(4_096),
}

describe('junk', () => {
  let town: Town
  let victim: TestBox
  let good: TestBox

  beforeEach(async () => {
    town = new Town(overLibp2p)
    ;[victim, good] = (await town.fixture.boxes(2)) as [TestBox, TestBox]
    await good.overlay.store('sip-aor', anna, bytesOf('at good'), 60)
  })

  afterEach(() => town.close())

  it('in the questions of a member is refused, each in a word, and the next good one answered', async () => {
    const rogue = await town.memberRogue([victim])
    for (const [what, bomb] of Object.entries(bombs)) {
      expect(await rogue.askInBytes(victim.network.self, bomb), what).toMatchObject({
        type: 'refused',
        code: 'malformed',
      })
    }
    expect(await rogue.ask(victim.network.self, { type: 'ping', ...noTidings })).toMatchObject({
      type: 'pong',
    })
    expect(await find(victim, anna)).toEqual(['at good'])
  })

  it('in the answers of holders harms no look-up', async () => {
    const liars = [await town.memberRogue([victim, good]), await town.memberRogue([victim, good])]
    const answers = [...Object.values(bombs), randomBytes(longestMessage + 1)]
    for (const bomb of answers) {
      for (const liar of liars) liar.lie = ({ type }) => (type === 'fetch' ? bomb : undefined)
      const user = await storeWhere(good, 'there', (holders) => !holders.includes(victim.network.self))
      expect(await find(victim, user)).toEqual(['there'])
    }
  })

  describe('on a stream', () => {
    let stranger: BareNode

    beforeEach(async () => {
      stranger = await BareNode.start()
    })

    afterEach(() => stranger.stop())

    it.each([
      ['a message of four gigabytes', hex('ffffffff 00000001 00')],
      ['a request of the web', bytesOf('GET / HTTP/1.1\r\nHost: victim\r\n\r\n')],
    ])('that announces %s is cut', async (_, bytes) => {
      const stream = await stranger.questions(victim.network.addresses())
      stream.send(bytes)
      await stranger.cut(stream)
      expect(await find(victim, anna)).toEqual(['at good'])
    })

    it('that drips is no burden, and a good question may drip, too', async () => {
      const stream = await stranger.questions(victim.network.addresses())
      const question = encodeMessage({
        ...{ type: 'fetch', kind: 'sip-aor', resource: anna, watch: false },
      })
      const frame = Buffer.concat([hex('00000000 00000007'), question])
      frame.writeUInt32BE(question.length, 0)
      for (const byte of frame) stream.send(Uint8Array.of(byte))
      expect((await stranger.answer(stream)).includes('not-enrolled')).toBe(true)
    })
  })
})
