import { afterEach, expect, test } from 'vitest'
import { SipPhone } from '../support/sip-phone.ts'
import { site, users } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'

const phoneCount = 120
const killedAfter = [15, 60, 45]

let box: TestBox
let phones: SipPhone[] = []
afterEach(async () => {
  await Promise.all(phones.map((phone) => phone.stop()))
  await box.stop()
})

test('kill -9 in a storm of registrations and calls loses no binding that was answered 200', async () => {
  const names = Array.from({ length: phoneCount }, (_, n) => String(1_000 + n))
  box = new TestBox({
    config: {
      sip: { domains: [site] },
      users: users(...names),
      guard: { requestsPerSecond: 10_000, requestBurst: 10_000 },
    },
  })
  await box.start()
  phones = names.map(
    (name) => new SipPhone({ aor: `${name}@${site}`, password: `secret-${name}`, server: box.server }),
  )
  await Promise.all(phones.map((phone) => phone.start()))

  const promised = new Set<string>()
  for (const killAt of killedAfter) {
    await storm(promised, killAt)
    await box.start()
    const { bindings } = await box.ask<{ bindings: { contact: string }[] }>('/api/registrations')
    const kept = new Set(bindings.map(({ contact }) => contact))
    expect([...promised].filter((contact) => !kept.has(contact))).toEqual([])
  }

  // The phones did not register again: they are called where they were.
  const [caller, ...others] = phones.filter((phone) => promised.has(contactOf(phone)))
  const called = others.at(-1)
  if (!caller || !called) throw new Error('no phone was registered')
  const call = await caller.call(called.aor)
  await call.answered()
  await call.hangUp()
})

/** All phones register at once, over and over, and call each other; the box dies after so many more answers. */
async function storm(promised: Set<string>, killAt: number): Promise<void> {
  let answers = 0
  const { promise: isDead, resolve: died } = Promise.withResolvers<void>()
  let isOver = false
  const kill = async () => {
    isOver = true
    await box.kill()
    died()
  }
  const work = phones.map(async (phone, index) => {
    const peer = phones[(index + 1) % phones.length]
    for (let round = 0; !isOver && round < 50; round++) {
      const isRegistered = await phone
        .request('REGISTER', `sip:${site}`, {
          to: phone.aor,
          callId: `${phone.aor}-${killAt}-${round}`,
          headers: { Contact: phone.contact, Expires: '600' },
          timeoutMs: 1_000,
        })
        .then(
          ({ status }) => status === 200,
          () => false,
        )
      if (!isRegistered) continue
      promised.add(contactOf(phone))
      answers++
      if (answers === killAt) kill().catch(died)
      if (peer && promised.has(contactOf(peer)) && !isOver) {
        const call = await phone.call(peer.aor)
        // The box dies under it: how it ends is not what is tested.
        await call.answered(1_000).then(
          () => call.hangUp(),
          () => call.finish('here'),
        )
      }
    }
  })
  await isDead
  await Promise.allSettled(work)
  for (const phone of phones) for (const call of [...phone.calls]) call.finish('here')
}

function contactOf(phone: SipPhone): string {
  return phone.contact.slice(1, -1)
}
