import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Baresip } from '../support/baresip.ts'
import { freePort } from '../support/free-port.ts'
import { Kamailio } from '../support/kamailio.ts'
import { KnotServer } from '../support/knot-server.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { callerFields } from '../support/sipp-fields.ts'
import { SippRun } from '../support/sipp-run.ts'
import { Stunnel } from '../support/stunnel.ts'
import { TemporaryFolder } from '../support/temporary-folder.ts'
import { TestBox } from '../support/test-box.ts'
import { certificateFile, keyFile, testCa } from '../support/test-certificate.ts'
import { eventually } from '../support/within.ts'

const execute = promisify(execFile)

// What the certificates are for. The box has its loopback address in its certificate, too.
const domain = 'example.org'
const publicDomain = 'other.example.net'
// Of its own: test/lab/public-domain may run beside it, and two name servers would share a port.
const nameServer = '127.0.0.154'
const kamailioAddress = '127.0.0.4'
const caFile = certificateFile('ca')

const sipPort = await freePort()
const tlsPort = await freePort()
const kamailioTlsPort = await freePort(kamailioAddress)

const certificates = new TemporaryFolder('certificates')
const certFile = certificates.file('box.pem')
const ownKeyFile = certificates.file('box.key')

const box = new TestBox({
  sipPort,
  config: {
    sip: {
      listen: [`sip:127.0.0.1:${sipPort};transport=udp,tcp`, `sips:127.0.0.1:${tlsPort}`],
      tls: { certFile, keyFile: ownKeyFile, caFile },
      domains: [domain],
    },
    // What baresip, sipsak and SIPp can do.
    registrar: { algorithms: ['MD5'] },
    users: ['201', '202', '203'].map((user) => ({ aor: `${user}@${domain}`, password: `secret-${user}` })),
    dns: { servers: [nameServer] },
  },
})
const phone = new SipPhone({ aor: `203@${domain}`, password: 'secret-203', server: box.server, tone: 880 })
const bob = new SipPhone({ aor: `bob@${publicDomain}` })
const knot = new KnotServer({
  address: nameServer,
  port: 53,
  zones: {
    [publicDomain]: zoneOf(publicDomain, kamailioAddress, kamailioTlsPort),
    [domain]: zoneOf(domain, '127.0.0.1', tlsPort),
  },
})
let kamailio: Kamailio

beforeAll(async () => {
  useCertificate('box')
  await Promise.all([knot.start(), box.start(), phone.start(), bob.start()])
  kamailio = new Kamailio({
    domain: publicDomain,
    address: kamailioAddress,
    users: { bob: bob.contact.slice(1, -1) },
    nameServer,
    tls: {
      port: kamailioTlsPort,
      certFile: certificateFile('other'),
      keyFile: keyFile('other'),
      caFile,
    },
  })
  await Promise.all([kamailio.start(), phone.register()])
})
afterAll(async () => {
  await Promise.all([phone.stop(), bob.stop()])
  await Promise.all([box.stop(), kamailio?.stop(), knot.stop()])
  certificates.remove()
})

test('baresip registers, calls a phone on UDP and is called by it', async () => {
  await withBaresip(async (baresip) => {
    baresip.call(`sip:203@${domain}`)
    await baresip.event('CALL_ESTABLISHED')
    const answered = await phone.nextCall()
    await eventually(5_000, 'the tone of baresip', () => answered.heard(440).share > 0.9)
    baresip.hangUp()
    expect(await answered.ended()).toBe('far-end')
    const call = await phone.call('201')
    await call.answered()
    await baresip.event('CALL_ESTABLISHED')
    await call.hangUp()
    await baresip.event('CALL_CLOSED')
  })
})

test('a renewed certificate is used from then on, and the call that is up ends on its old connection', async () => {
  await withBaresip(async (baresip) => {
    const call = await phone.call('201')
    await call.answered()
    await baresip.event('CALL_ESTABLISHED')
    const before = { serial: await serialShown(), connections: await connectionsToBox() }
    useCertificate('renewed')
    process.kill(box.pid, 'SIGHUP')
    await eventually(10_000, 'the new certificate', async () => (await serialShown()) !== before.serial)
    await call.hangUp()
    await baresip.event('CALL_CLOSED')
    expect(await connectionsToBox()).toEqual(before.connections)
  })
})

test('sipsak is answered, and registers', async () => {
  // Of a name with a port in it it says that no certificate fits; of TLS 1.3 it takes the first ticket for the answer.
  const settings = certificates.file('gnutls.conf')
  writeFileSync(settings, '[overrides]\ndisabled-version = tls1.3\n')
  const env = { ...process.env, GNUTLS_SYSTEM_PRIORITY_FILE: settings }
  const sipsak = (...words: readonly string[]) =>
    execute('sipsak', ['-E', 'tls', `--tls-ca-cert=${caFile}`, '--tls-ignore-cert-failure', ...words], {
      timeout: 20_000,
      env,
    })
  await sipsak('-s', `sip:127.0.0.1:${tlsPort}`)
  const account = ['-u', '202', '-a', 'secret-202', '-x', '60', '-s', `sip:202@${domain}`]
  await sipsak('-U', '-C', 'sip:202@127.0.0.1:5999', '-p', `127.0.0.1:${tlsPort}`, ...account)
  const { bindings } = await box.ask<{ bindings: { aor: string; source: { transport: string } }[] }>(
    '/api/registrations',
  )
  expect(bindings.find(({ aor }) => aor === `sip:202@${domain}`)?.source.transport).toBe('tls')
})

test('SIPp behind stunnel calls through the box', async () => {
  const accept = await freePort()
  const stunnel = new Stunnel({ client: { accept, connect: tlsPort, caFile } })
  await stunnel.start()
  try {
    const caller = new SippRun({
      scenario: 'caller',
      target: `127.0.0.1:${accept}`,
      port: await freePort(),
      transport: 'tcp',
      calls: 5,
      fields: [callerFields('202', 'secret-202', domain, '203')],
      holdMs: 200,
    })
    expect(await caller.run()).toMatchObject({ successful: 5, failed: 0 })
  } finally {
    await stunnel.stop()
  }
})

test('the box calls SIPp behind stunnel, which it finds by its name', async () => {
  const [accept, port] = [await freePort(kamailioAddress), await freePort()]
  const stunnel = new Stunnel({
    server: {
      address: kamailioAddress,
      accept,
      connect: port,
      certFile: certificateFile('other'),
      keyFile: keyFile('other'),
    },
  })
  const callee = new SippRun({
    scenario: 'callee-over-tls',
    port,
    transport: 'tcp',
    calls: 1,
    keys: { tls_contact: `sip:carol@${publicDomain}:${accept};transport=tls` },
  })
  await stunnel.start()
  await callee.start()
  try {
    const call = await phone.call(`sip:carol@${publicDomain}:${accept};transport=tls`)
    await call.answered()
    await call.hangUp()
    expect(await callee.finished()).toMatchObject({ successful: 1, failed: 0 })
  } finally {
    await callee.end()
    await stunnel.stop()
  }
})

test('a public domain is found by NAPTR and SRV, and its certificate checked', async () => {
  const call = await phone.call(`sip:bob@${publicDomain}`)
  await call.answered()
  const answered = await bob.nextCall()
  await answered.acknowledged()
  expect(answered.invite.values('via')[0]).toContain(`SIP/2.0/UDP ${kamailioAddress}`)
  expect((await call.reInvite('sendonly')).status).toBe(200)
  await answered.hangUp()
  expect(await call.ended()).toBe('far-end')
})

test('a public domain finds the box by NAPTR and SRV, and checks its certificate', async () => {
  const server = { host: kamailio.address, port: kamailio.port }
  const caller = new SipPhone({ aor: `bob@${publicDomain}`, server })
  await caller.start()
  try {
    const call = await caller.call(`sip:203@${domain}`)
    await call.answered()
    const answered = await phone.nextCall()
    await answered.acknowledged()
    await call.hangUp()
    expect(await answered.ended()).toBe('far-end')
  } finally {
    await caller.stop()
  }
})

async function withBaresip(use: (baresip: Baresip) => Promise<void>): Promise<void> {
  const server = { host: '127.0.0.1', port: tlsPort }
  const options = { aor: `201@${domain}`, password: 'secret-201', server, transport: 'tls', caFile } as const
  const baresip = new Baresip({ ...options, tone: 440 })
  try {
    await baresip.start()
    await use(baresip)
  } finally {
    await baresip.stop()
  }
}

function useCertificate(holder: 'box' | 'renewed'): void {
  copyFileSync(certificateFile(holder), certFile)
  copyFileSync(keyFile(holder), ownKeyFile)
}

async function serialShown(): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: tlsPort, ca: testCa })
  await once(socket, 'secureConnect')
  const { serialNumber } = socket.getPeerCertificate()
  socket.end()
  await once(socket, 'close')
  return serialNumber
}

/** The far ends' ports. */
async function connectionsToBox(): Promise<string[]> {
  const { stdout } = await execute('ss', ['-tnH', 'state', 'established', `( sport = :${tlsPort} )`])
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).at(-1) ?? '')
    .sort()
}

/** TLS is all that the domain offers. */
function zoneOf(name: string, address: string, port: number): string {
  return `
${name}. 60 SOA ns.${name}. root.${name}. 1 3600 600 86400 30
${name}. 60 NS ns.${name}.
${name}. 60 A ${address}
ns.${name}. 60 A ${nameServer}
${name}. 60 NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.${name}.
_sips._tcp.${name}. 60 SRV 10 0 ${port} sip.${name}.
sip.${name}. 60 A ${address}
`
}
