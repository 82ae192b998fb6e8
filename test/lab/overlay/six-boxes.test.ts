import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import type { OverlayBox } from './overlay-box.ts'
import { SixBoxes, userOf } from './six-boxes.ts'

const splitSeenWithinMs = 20_000
const healedWithinMs = 60_000
const storedWithinMs = 10_000
const laterAtMostMs = 1_000
const villagers = Array.from({ length: 16 }, (_, index) => `villager-${index}`)

const six = new SixBoxes([
  ['mover', ...villagers],
  ['pair'],
  ['newborn-north'],
  ['mover'],
  ['pair'],
  ['newborn-south'],
])
const { northRoom, southRoom, cable } = six
const pair: SipPhone[] = []
let movers: { readonly north: SipPhone; readonly south?: SipPhone }

beforeAll(async () => {
  await six.start()
  movers = { north: await northRoom.phone('mover', six.box(1)) }
  pair.push(
    await northRoom.phone('pair', six.box(2), 'ring'),
    await southRoom.phone('pair', six.box(5), 'ring'),
  )
})
afterAll(() => six.stop())

test('six boxes: everybody calls everybody', async () => {
  const times = await six.everybodyCalls(six.boxes)
  console.log(`${times.length} calls, each answered within ${Math.round(Math.max(...times))} ms`)
})

test('split 3 to 3, registrations and calls go on in both halves', async () => {
  const began = performance.now()
  // Nobody is told: what is on its way is lost in silence.
  cable.cut()
  await Promise.all(six.boxes.map((box) => box.hasPeers(2, splitSeenWithinMs)))
  console.log(`all boxes have seen the split after ${secondsSince(began)} s`)
  for (const half of six.halves) {
    for (const box of half) await six.residentOf(box).register()
    await six.everybodyCalls(half)
  }
  // Each half has a new user; one moves from the north to the south, which does not hear that he has left.
  const newbornNorth = await northRoom.phone('newborn-north', six.box(3))
  const newbornSouth = await southRoom.phone('newborn-south', six.box(6))
  await six.reaches(six.box(1), newbornNorth)
  await six.reaches(six.box(4), newbornSouth)
  await movers.north.unregister()
  movers = { ...movers, south: await southRoom.phone('mover', six.box(4)) }
  if (movers.south) await six.reaches(six.box(5), movers.south)
})

test('healed, every user is found from everywhere, at his newest place, once', async () => {
  const began = performance.now()
  cable.mend()
  const homes: readonly (readonly [user: string, at: readonly OverlayBox[]])[] = [
    ...six.boxes.map((box) => [userOf(box), [box]] as const),
    ['newborn-north', [six.box(3)]],
    ['newborn-south', [six.box(6)]],
    ['mover', [six.box(4)]],
    ['pair', [six.box(2), six.box(5)]],
  ]
  for (const box of six.boxes)
    for (const [user, at] of homes)
      await findsRight(box, user, at, healedWithinMs - (performance.now() - began))
  console.log(`all users are found right from all boxes ${secondsSince(began)} s after the cable was mended`)
  await six.everybodyCalls(six.boxes)
  if (movers.south) for (const box of [six.box(1), six.box(2)]) await six.reaches(box, movers.south)
  expect(performance.now() - began).toBeLessThan(healedWithinMs)
})

test('a user with phones at two sites: each rings once', async () => {
  const call = await six.residentOf(six.box(3)).call('pair')
  const [first, second] = await Promise.all(pair.map((phone) => phone.nextCall(5_000)))
  first?.answer()
  await call.answered()
  await second?.ended()
  await call.hangUp()
  await first?.ended()
  await expect(Promise.any(pair.map((phone) => phone.nextCall(1_000)))).rejects.toThrow()
})

test('two of the three holders of a record vanish: a call is not a second later', async () => {
  const [home, from] = [six.box(1), six.box(6)]
  const phones = await Promise.all(villagers.map((user) => northRoom.phone(user, home)))
  for (const user of villagers) await findsRight(six.box(2), user, [home], storedWithinMs)
  // The caller's box has never asked for these users, and two boxes that hold them are of no other use for the call.
  const cases: { readonly phone: SipPhone; readonly holders: readonly OverlayBox[] }[] = []
  for (const phone of phones) {
    const holders = (await holdersOf(phone.aor, home)).filter((box) => box !== home && box !== from)
    if (holders.length >= 2) cases.push({ phone, holders: holders.slice(0, 2) })
  }
  const [usual, frozen, killed] = cases
  if (!usual || !frozen || !killed) throw new Error(`only ${cases.length} of the users are held elsewhere`)

  await six.reaches(from, six.residentOf(home)) // so that there is a link between the two
  const before = await six.reaches(from, usual.phone)
  for (const { process: box } of frozen.holders) process.kill(box.pid, 'SIGSTOP')
  const whenFrozen = await six.reaches(from, frozen.phone).finally(() => {
    for (const { process: box } of frozen.holders) process.kill(box.pid, 'SIGCONT')
  })
  await six.areWhole(splitSeenWithinMs)
  await Promise.all(killed.holders.map(({ process: box }) => box.kill()))
  const whenKilled = await six.reaches(from, killed.phone)
  const figures = { before, whenFrozen, whenKilled }
  console.log(
    `milliseconds to the answer: ${JSON.stringify(figures, (_, n) => (typeof n === 'number' ? Math.round(n) : n))}`,
  )
  expect(whenFrozen - before).toBeLessThan(laterAtMostMs)
  expect(whenKilled - before).toBeLessThan(laterAtMostMs)
})

async function findsRight(
  box: OverlayBox,
  user: string,
  at: readonly OverlayBox[],
  withinMs: number,
): Promise<void> {
  const expected = at.map((home) => six.nameOf(home)).toSorted()
  let found: readonly string[] = []
  await eventually(withinMs, `${user} to be found right at ${box.address}`, async () => {
    found = (await box.homesOf(user)).toSorted()
    return JSON.stringify(found) === JSON.stringify(expected)
  }).catch((cause: Error) => {
    throw new Error(`${cause.message}: found at ${found.join(', ') || 'no box'}`, { cause })
  })
}

interface Trace {
  readonly boxes: readonly { readonly peerName: string; readonly part: 'holder' | 'next' }[]
}

async function holdersOf(aor: string, asked: OverlayBox): Promise<readonly OverlayBox[]> {
  const path = `/api/overlay/trace?aor=${encodeURIComponent(aor)}`
  const { traces } = await asked.process.ask<{ traces: readonly Trace[] }>(path)
  const holders = traces.flatMap(({ boxes }) => boxes.filter(({ part }) => part === 'holder'))
  return holders.map(({ peerName }) => six.boxNamed(peerName))
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(1)
}
