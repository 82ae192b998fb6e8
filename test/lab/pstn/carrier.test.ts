import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import { freePort } from '../../support/free-port.ts'
import { KamailioCarrier } from '../../support/kamailio-carrier.ts'
import { KnotServer } from '../../support/knot-server.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { SippRun } from '../../support/sipp-run.ts'
import { site, siteConfig } from '../../support/site.ts'
import { TestBox } from '../../support/test-box.ts'
import { hears } from '../../support/tone.ts'
import { eventually } from '../../support/within.ts'

const account = { username: 'site-a', password: 'trunk-secret' }
const did = '+49301234501'

/** The provider's domain leads to the port at this address; the serial number rises with each text. */
function zone(serial: number, address: string, port: number): string {
  return `
carrier.test. 1 SOA ns.carrier.test. root.carrier.test. ${serial} 3600 600 86400 1
carrier.test. 1 NS ns.carrier.test.
ns.carrier.test. 1 A 127.0.0.1
carrier.test. 1 NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.carrier.test.
_sip._udp.carrier.test. 1 SRV 10 5 ${port} sbc.carrier.test.
sbc.carrier.test. 1 A ${address}
`
}

describe('a provider with registration and digest', () => {
  const parts: { stop(): Promise<void> }[] = []
  let knot: KnotServer
  let first: KamailioCarrier
  let second: KamailioCarrier
  let caller: SipPhone
  let box: TestBox
  let anna: SipPhone

  beforeAll(async () => {
    const begun = async <Kind extends { start(): Promise<void>; stop(): Promise<void> }>(part: Kind) => {
      parts.push(part)
      await part.start()
      return part
    }
    caller = await begun(new SipPhone({ aor: 'pstn@carrier.test', tone: 880 }))
    const networkPort = await freePort()
    const network = new SippRun({ scenario: 'callee', port: networkPort, ignoresUnexpected: true })
    await begun({ start: () => network.start(), stop: () => network.end() })
    const provider = {
      domain: 'carrier.test',
      account,
      network: `127.0.0.1:${networkPort}`,
      callersAt: caller.endpoint.hostPort,
      mostSeconds: 4,
    }
    first = await begun(new KamailioCarrier({ ...provider, address: '127.0.0.31' }))
    second = await begun(new KamailioCarrier({ ...provider, address: '127.0.0.32' }))
    knot = await begun(new KnotServer({ zones: { 'carrier.test': zone(1, '127.0.0.31', first.port) } }))
    const base = siteConfig('201')
    box = await begun(
      new TestBox({
        config: {
          ...base,
          users: [{ aor: `201@${site}`, password: 'secret-201', numbers: [did] }],
          numbering: { country: 'DE', areaCode: '30' },
          dns: { servers: [knot.serverText] },
          trunks: [
            {
              name: 'carrier',
              server: 'carrier.test',
              register: true,
              ...account,
              didFrom: ['to'],
              optionsIntervalSeconds: 1,
            },
          ],
        },
      }),
    )
    anna = await begun(
      new SipPhone({
        aor: `201@${site}`,
        password: 'secret-201',
        server: box.server,
        algorithm: 'MD5',
        tone: 440,
      }),
    )
    await anna.register()
  })

  afterAll(async () => {
    for (const part of parts.reverse()) await part.stop()
    await Promise.all([first.remove(), second.remove()])
  })

  const registersAt = (carrier: KamailioCarrier) =>
    eventually(90_000, 'the registration', () => carrier.seen.includes('REGISTER site-a'))
  const isGood = () =>
    eventually(90_000, 'the trunk to be good', async () => {
      const { trunks } = await box.ask<{ trunks: { state: { state: string } }[] }>('/api/status')
      return trunks[0]?.state.state === 'good'
    })

  async function callOut(carrier: KamailioCarrier, number: string): Promise<void> {
    const call = await anna.call(`0${number.slice(3)}`)
    await call.answered()
    await call.hangUp()
    expect(carrier.seen).toContain(`OUT ${number}`)
  }

  async function callIn(carrier: KamailioCarrier): Promise<void> {
    const call = await caller.call(`sip:${did}@${carrier.hostPort}`, {
      from: 'sip:+4989123456@carrier.test',
    })
    await call.answered()
    await hears(call, 440)
    await hears(await anna.nextCall(), 880)
    await call.hangUp()
    expect(carrier.seen).toContain(`IN ${did}`)
  }

  test('is registered at, carries calls out, and brings calls in by the number in To', async () => {
    await registersAt(first)
    await isGood()
    await callOut(first, '+493055501')
    await callIn(first)
  })

  test('that moves to another address is followed there, by calls out and in', async () => {
    await knot.replaceZone('carrier.test', zone(2, '127.0.0.32', second.port))
    await registersAt(second)
    await first.stop()
    await callOut(second, '+493055502')
    await callIn(second)
  })

  test('that goes away and comes back is registered at again', async () => {
    await second.stop()
    await eventually(60_000, 'the trunk to fail', async () => {
      const { trunks } = await box.ask<{ trunks: { state: { state: string } }[] }>('/api/status')
      return trunks[0]?.state.state === 'failed'
    })
    await second.start()
    await registersAt(second)
    await isGood()
    await callIn(second)
  })
})

describe('a carrier that is dead', () => {
  const parts: { stop(): Promise<void> }[] = []
  let anna: SipPhone
  let box: TestBox
  let alive: SippRun

  beforeAll(async () => {
    const alivePort = await freePort()
    alive = new SippRun({ scenario: 'callee', port: alivePort, ignoresUnexpected: true })
    await alive.start()
    const knot = new KnotServer({ zones: { 'carrier.test': zone(1, '127.0.0.33', 5060) } })
    parts.push({ stop: () => alive.end() }, knot)
    await knot.start()
    const base = siteConfig('201')
    const dead = { optionsIntervalSeconds: 0, maxCalls: 100 }
    box = new TestBox({
      config: {
        ...base,
        numbering: { country: 'DE', areaCode: '30' },
        dns: { servers: [knot.serverText] },
        trunks: [
          { name: 'unresolvable', server: 'gone.carrier.test', ...dead },
          { name: 'refuses-udp', server: `127.0.0.1:${await freePort()}`, ...dead, costPerMinute: 1 },
          {
            name: 'refuses-tcp',
            server: `127.0.0.1:${await freePort()}`,
            transport: 'tcp',
            ...dead,
            costPerMinute: 2,
          },
          { name: 'alive', server: `127.0.0.1:${alivePort}`, costPerMinute: 3 },
        ],
      },
    })
    parts.push(box)
    await box.start()
    anna = new SipPhone({ aor: `201@${site}`, password: 'secret-201', server: box.server, algorithm: 'MD5' })
    parts.push(anna)
    await anna.start()
  })

  afterAll(async () => {
    for (const part of parts.reverse()) await part.stop()
  })

  test('gives way to the next in less than 500 ms, whether its name is unknown or its host refuses', async () => {
    const call = await anna.call('03055503')
    await call.answered()
    await call.hangUp()
    let record: CallRecord | undefined
    await eventually(10_000, 'the record of the call', async () => {
      const { recent } = await box.ask<{ recent: CallRecord[] }>('/api/calls')
      record = recent[0]
      return record?.endedAt !== undefined
    })
    const attempts = record?.attempts ?? []
    expect(attempts.map(({ target, status }) => `${target} ${status}`)).toEqual([
      'unresolvable 503',
      'refuses-udp 503',
      'refuses-tcp 503',
      'alive 200',
    ])
    // It is their failure, so that they rest after some.
    expect(attempts.some(({ byBox }) => byBox)).toBe(false)
    // The issue's own bound, for each of the dead ones.
    for (const { tookMs } of attempts.slice(0, 3)) expect(tookMs).toBeLessThan(500)
  })
})
