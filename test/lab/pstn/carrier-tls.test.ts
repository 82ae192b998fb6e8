import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../support/free-port.ts'
import { KamailioCarrier } from '../../support/kamailio-carrier.ts'
import { KnotServer } from '../../support/knot-server.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { SippRun } from '../../support/sipp-run.ts'
import { site, siteConfig } from '../../support/site.ts'
import { TestBox } from '../../support/test-box.ts'
import { certificateFile, keyFile } from '../../support/test-certificate.ts'
import { eventually } from '../../support/within.ts'

// What the certificate of the provider is for.
const domain = 'other.example.net'
const account = { username: 'site-a', password: 'trunk-secret' }
const did = '+49301234501'
const providerAddress = '127.0.0.34'

const [tlsPort, sipPort, networkPort, ownTlsPort] = [
  await freePort(providerAddress),
  await freePort(),
  await freePort(),
  await freePort(),
]
const caller = new SipPhone({ aor: `pstn@${domain}` })
const network = new SippRun({ scenario: 'callee', port: networkPort, ignoresUnexpected: true })
const knot = new KnotServer({ zones: { [domain]: zoneOf(domain), 'imposter.test': zoneOf('imposter.test') } })
let carrier: KamailioCarrier
let box: TestBox
let anna: SipPhone

/** Both names lead to the same server. */
function zoneOf(name: string): string {
  return `
${name}. 60 SOA ns.${name}. root.${name}. 1 3600 600 86400 30
${name}. 60 NS ns.${name}.
ns.${name}. 60 A 127.0.0.1
${name}. 60 NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.${name}.
_sips._tcp.${name}. 60 SRV 10 5 ${tlsPort} sbc.${name}.
sbc.${name}. 60 A ${providerAddress}
`
}

beforeAll(async () => {
  await Promise.all([caller.start(), network.start(), knot.start()])
  carrier = new KamailioCarrier({
    address: providerAddress,
    domain,
    account,
    network: `127.0.0.1:${networkPort}`,
    callersAt: caller.endpoint.hostPort,
    tls: { port: tlsPort, certFile: certificateFile('other'), keyFile: keyFile('other') },
  })
  await carrier.start()
  const trunk = { transport: 'tls', register: true, ...account, optionsIntervalSeconds: 1 } as const
  const base = siteConfig('201')
  box = new TestBox({
    sipPort,
    config: {
      ...base,
      sip: {
        domains: [site],
        listen: [`sip:127.0.0.1:${sipPort};transport=udp,tcp`, `sips:127.0.0.1:${ownTlsPort}`],
        tls: { certFile: certificateFile('box'), keyFile: keyFile('box'), caFile: certificateFile('ca') },
      },
      users: [{ aor: `201@${site}`, password: 'secret-201', numbers: [did] }],
      numbering: { country: 'DE', areaCode: '30' },
      dns: { servers: [knot.serverText] },
      trunks: [
        { name: 'carrier', server: domain, ...trunk },
        { name: 'imposter', server: 'imposter.test', ...trunk },
      ],
    },
  })
  await box.start()
  anna = new SipPhone({ aor: `201@${site}`, password: 'secret-201', server: box.server, algorithm: 'MD5' })
  await anna.start()
  await anna.register()
})

afterAll(async () => {
  await Promise.all([anna?.stop(), caller.stop(), network.end()])
  await Promise.all([box?.stop(), knot.stop()])
  await carrier?.remove()
})

async function stateOf(name: string): Promise<{ readonly state: string; readonly text: string } | undefined> {
  type Trunk = { readonly name: string; readonly state: { readonly state: string; readonly text: string } }
  const { trunks } = await box.ask<{ readonly trunks: readonly Trunk[] }>('/api/status')
  return trunks.find((trunk) => trunk.name === name)?.state
}

test('a provider on TLS is registered at by its address, and its certificate is checked for its name', async () => {
  await eventually(30_000, 'the registration', async () => (await stateOf('carrier'))?.state === 'good')
  expect((await stateOf('carrier'))?.text).toContain(`registered at ${providerAddress}:${tlsPort}`)
  const out = await anna.call('03055501')
  await out.answered()
  await out.hangUp()
  expect(carrier.seen).toContain('OUT +493055501')
  const incoming = await caller.call(`sip:${did}@${carrier.hostPort}`, { from: `sip:+4989123456@${domain}` })
  await incoming.answered()
  await incoming.hangUp()
})

test('another name for the same server is not believed', async () => {
  await eventually(30_000, 'the refusal', async () => (await stateOf('imposter'))?.state === 'failed')
  expect(carrier.seen.filter((line) => line.startsWith('REGISTER'))).not.toHaveLength(0)
  expect((await stateOf('imposter'))?.text).toContain('not registered')
})
