import { afterEach, beforeEach, expect, it } from 'vitest'
import { encodeCbor } from '../../../../src/lib/cbor.ts'
import { protocolVersion } from '../../../../src/overlay/protocol/peer-message.ts'
import { eventually, type TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import { CollectedLog } from '../../../support/collected-log.ts'
import type { RogueBox } from '../attacks/rogue-box.ts'
import { bytesOf, find, Town } from '../attacks/town.ts'

const anna = 'sip:anna@town.example'
const next = protocolVersion + 1
const words = `the two boxes speak versions ${next} and ${protocolVersion} of the overlay protocol: update the one with version ${protocolVersion}`

let town: Town
let log: CollectedLog
let home: TestBox
let asker: TestBox

beforeEach(async () => {
  town = new Town()
  log = new CollectedLog()
  ;[home, asker] = (await town.fixture.boxes(2, { log })) as [TestBox, TestBox]
  await home.overlay.store('sip-aor', anna, bytesOf('at home'), 60)
})

afterEach(() => town.close())

/** Speaks another version, in which a hello has other fields. */
const laterBox = async (): Promise<RogueBox> => {
  const later = await town.rogue()
  later.lie = ({ type }) => (type === 'hello' ? otherHello(later) : undefined)
  await later.network.dial(asker.network.self, asker.network.addresses(), AbortSignal.timeout(5_000))
  return later
}
const otherHello = ({ credential }: RogueBox) =>
  encodeCbor({ type: 'hello', version: next, passport: credential, colours: ['red', 'blue'] })

it('a box of a later version is told which of the two to update, and so is the operator of this one', async () => {
  const later = await laterBox()
  const reply = await later.askInBytes(asker.network.self, otherHello(later))
  expect(reply).toEqual({ type: 'refused', code: 'version', reason: words })
  expect(log.reasons('a box was refused')).toEqual([words])
  await eventually(() => log.reasons('greeting a box failed').includes(words))
  expect(asker.overlay.peers().length).toBe(1)
  expect(await find(asker, anna)).toEqual(['at home'])
})

it('even when it says hello in the fields of this version', async () => {
  const later = await laterBox()
  expect(await later.ask(asker.network.self, later.hello(next))).toMatchObject({
    code: 'version',
    reason: words,
  })
})

it('a box that answers this one’s hello with another version is no member, and the reason is in the log', async () => {
  const earlier = await town.rogue()
  const reason = `the two boxes speak versions ${protocolVersion} and 1 of the overlay protocol: update the one with version 1`
  earlier.lie = ({ type }) => (type === 'hello' ? { type: 'refused', code: 'version', reason } : undefined)
  await earlier.network.dial(asker.network.self, asker.network.addresses(), AbortSignal.timeout(5_000))
  await eventually(() => log.reasons('greeting a box failed').includes(reason))
  expect(asker.overlay.peers().length).toBe(1)
})
