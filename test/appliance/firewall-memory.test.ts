import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApplianceMachine } from './appliance-machine.ts'

const machine = new ApplianceMachine()
const { booted, phones } = machine

beforeAll(() => machine.start())
afterAll(() => machine.stop())

test('the firewall remembers pages that were opened, and nothing of SIP over UDP', async () => {
  await phones.register('201', '202')
  expect((await phones.call('201', '202')).successful).toBe(3)
  expect((await machine.pages('/livez')).status).toBe(200)
  const connections = (await booted.run('cat', '/proc/net/nf_conntrack')).split('\n')
  const ofPort = (port: number) => connections.filter((line) => line.includes(`port=${port} `))
  expect(ofPort(8160)).not.toEqual([])
  expect(ofPort(5060)).toEqual([])
})
