import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { callerFields, registerFields } from '../support/sipp-fields.ts'
import { SippRun, type SippStats } from '../support/sipp-run.ts'
import { site, siteConfig } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'

const base = siteConfig('201', '202')
const box = new TestBox({ config: { ...base, sip: { ...base.sip, ringSeconds: 5 } } })

beforeAll(() => box.start())
afterAll(() => box.stop())

describe.each(['udp', 'tcp'] as const)('SIPp over %s', (transport) => {
  test('registers with digest, refreshes and leaves', async () => {
    const port = await freePort()
    const keys = { contact_port: String(port), contact_transport: transport }
    const options = { scenario: 'register', target: box.hostPort, port, transport, keys }
    const fields = [registerFields('202', 'secret-202', site)]
    expect((await new SippRun({ ...options, calls: 5, fields }).run()).successful).toBe(5)
    expect(await contactsOf('202')).toEqual([`sip:202@127.0.0.1:${port};transport=${transport}`])
    await new SippRun({ ...options, calls: 1, fields: [registerFields('202', 'secret-202', site, 0)] }).run()
    expect(await contactsOf('202')).toEqual([])
  })

  test('basic call: 20 calls, each challenged, answered, talked and hung up', async () => {
    const { caller, callee } = await runPair(transport, 'caller', 'callee', 20)
    expect(caller).toMatchObject({ successful: 20, failed: 0 })
    expect(callee).toMatchObject({ successful: 20, failed: 0 })
  })

  test('CANCEL reaches the phone that rings', async () => {
    const { caller, callee } = await runPair(transport, 'caller-cancels', 'callee-rings', 5)
    expect(caller.successful).toBe(5)
    expect(callee.successful).toBe(5)
  })

  test('busy ends the call with 486', async () => {
    const { caller } = await runPair(transport, 'caller-expects-busy', 'callee-busy', 5)
    expect(caller.successful).toBe(5)
  })

  test('no answer within the ring time ends the call with 480, and the phone stops ringing', async () => {
    const { caller, callee } = await runPair(transport, 'caller-expects-no-answer', 'callee-rings', 2)
    expect(caller.successful).toBe(2)
    expect(callee.successful).toBe(2)
  })

  test('re-INVITE goes through in the middle of a call', async () => {
    const { caller, callee } = await runPair(transport, 'caller-reinvites', 'callee-reinvited', 5)
    expect(caller.successful).toBe(5)
    expect(callee.successful).toBe(5)
  })
})

/** Registers 202 where `callee` will listen, then has 201 call it so many times. */
async function runPair(
  transport: 'udp' | 'tcp',
  caller: string,
  callee: string,
  calls: number,
): Promise<{ caller: SippStats; callee: SippStats }> {
  const port = await freePort()
  const target = box.hostPort
  await new SippRun({
    scenario: 'register',
    target,
    port,
    transport,
    calls: 1,
    fields: [registerFields('202', 'secret-202', site)],
    keys: { contact_port: String(port), contact_transport: transport },
  }).run()
  const waiting = new SippRun({ scenario: callee, port, transport })
  await waiting.start()
  const fields = [callerFields('201', 'secret-201', site, '202')]
  const calling = new SippRun({
    scenario: caller,
    target,
    port: await freePort(),
    transport,
    calls,
    fields,
    holdMs: 200,
  })
  try {
    return { caller: await calling.run(), callee: await waiting.stop() }
  } finally {
    const leave = {
      target,
      port,
      transport,
      calls: 1,
      fields: [registerFields('202', 'secret-202', site, 0)],
    }
    const keys = { contact_port: String(port), contact_transport: transport }
    await waiting.end()
    await new SippRun({ scenario: 'register', ...leave, keys }).run()
  }
}

async function contactsOf(user: string): Promise<string[]> {
  const { bindings } = await box.ask<{ bindings: { aor: string; contact: string }[] }>('/api/registrations')
  return bindings.filter(({ aor }) => aor === `sip:${user}@${site}`).map(({ contact }) => contact)
}
