import { afterAll, beforeAll, expect, test } from 'vitest'
import { NetworkNamespace } from '../support/network-namespace.ts'
import { callerFields, registerFields } from '../support/sipp-fields.ts'
import { SippRun } from '../support/sipp-run.ts'
import { site, siteConfig } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'

const network = new NetworkNamespace()
const box = new TestBox({ config: siteConfig('201', '202'), namespace: network.name })

beforeAll(async () => {
  network.create()
  await box.start()
})
afterAll(async () => {
  await box.stop()
  network.remove()
})

test('with 1 % of the packets lost every registration and every call still succeeds', async () => {
  network.loseUdp(0.01)
  const common = { target: box.hostPort, namespace: network.name }
  const fields = [registerFields('202', 'secret-202', site)]
  const keys = { contact_port: '5202', contact_transport: 'udp' }
  const register = new SippRun({
    ...common,
    scenario: 'register',
    port: 5202,
    calls: 300,
    rate: 50,
    fields,
    keys,
  })
  const registered = await register.run()
  expect(registered.successful).toBe(300)

  const callee = new SippRun({ scenario: 'callee', port: 5202, namespace: network.name })
  await callee.start()
  const caller = new SippRun({
    ...common,
    scenario: 'caller',
    port: 5201,
    calls: 300,
    rate: 20,
    fields: [callerFields('201', 'secret-201', site, '202')],
    holdMs: 500,
    timeoutSeconds: 90,
  })
  try {
    const called = await caller.run()
    expect(called).toMatchObject({ successful: 300, failed: 0 })
    // The test would show nothing if nothing had been lost.
    expect(network.lost).toBeGreaterThan(20)
    expect(registered.retransmissions + called.retransmissions).toBeGreaterThan(0)
  } finally {
    await callee.end()
  }
})
