import { describe, expect, it } from 'vitest'
import { pbxEntry } from '../../../../src/config/sections/pbxs.ts'
import type { Aor, AorText } from '../../../../src/domain/aor.ts'
import { type Binding, bindingKey } from '../../../../src/domain/binding.ts'
import { type Fault, GatewayError } from '../../../../src/domain/gateway-error.ts'
import { phoneToken } from '../../../../src/domain/phone-token.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import { PbxWatch } from '../../../../src/survival/health/pbx-watch.ts'
import type { FrontVerdict } from '../../../../src/survival/phones/front-gate.ts'
import { FrontRegistration } from '../../../../src/survival/phones/front-registration.ts'
import { PhoneGroups } from '../../../../src/survival/phones/phone-groups.ts'
import { FakeNetwork, response, settle } from '../../../support/fake-network.ts'
import { FakeRequest } from '../../../support/fake-request.ts'

const phone = 'sip:101@192.0.2.101:5060'
const token = phoneToken(phone)
const atPbx = `sip:101@192.0.2.1:5060;transport=udp;phone=${token}`
const name = 'sip:101@pbx.example'

class Kept {
  rows: Binding[] = []
  isFull = false

  all(): Iterable<Binding> {
    return this.rows
  }

  lookup(aor: AorText): Binding[] {
    return this.rows.filter((binding) => binding.aor === aor)
  }

  async save(_aor: AorText, changes: { put: readonly Binding[]; remove: readonly Binding[] }): Promise<void> {
    if (this.isFull) throw new Full('full')
    const gone = new Set([...changes.put, ...changes.remove].map(bindingKey))
    this.rows = [...this.rows.filter((binding) => !gone.has(bindingKey(binding))), ...changes.put]
  }
}

class Full extends GatewayError {
  readonly sipStatus = 503
  readonly fault: Fault = 'box'
  readonly tryNextTarget = false
}

async function box() {
  const clock = new FakeClock(1_000_000)
  const network = new FakeNetwork()
  const phoneGroups = [{ name: 'both', users: ['3XX'], way: 'backup' }]
  const entry = pbxEntry.parse({
    name: 'main',
    server: '192.0.2.50',
    domain: 'pbx.example',
    phoneGroups,
    patienceMs: 0,
  })
  const pbxs = new PbxWatch({ entries: [entry], stack: network, clock, log: silentLog })
  const kept = new Kept()
  const local: FakeRequest[] = []
  const gate = { verdict: { kind: 'pbx' } as FrontVerdict, challenged: 0 }
  const heard: string[] = []
  const front = new FrontRegistration({
    stack: network,
    pbxs,
    ways: new PhoneGroups([entry]),
    gate: { admit: async () => gate.verdict, wasChallenged: () => gate.challenged++ },
    retry: { next: () => 17 },
    heard: (domain, method) => heard.push(`${domain} ${method}`),
    bindings: kept,
    names: {
      resolve: (aor: Aor) => {
        if (aor.domain === '192.0.2.50') return { ...aor, domain: 'pbx.example' }
        return aor.user === 'desk' ? { ...aor, user: '101' } : undefined
      },
    },
    registrar: {
      handle: async (request) => {
        local.push(request as FakeRequest)
        await request.respond(401)
      },
    },
    clock,
    log: silentLog,
  })
  await pbxs.start()
  await settle()
  network.sent.length = 0
  return { clock, network, pbxs, kept, local, front, gate, heard }
}

function register(headers: Record<string, string | string[]> = {}, uri = 'sip:pbx.example'): FakeRequest {
  return new FakeRequest('REGISTER', {
    uri,
    callId: 'phone-call-id',
    source: { transport: 'udp', address: '192.0.2.101', port: 5060 },
    headers: {
      From: '"Desk" <sip:101@pbx.example>;tag=abc',
      To: '<sip:101@pbx.example>',
      CSeq: '7 REGISTER',
      Contact: `<${phone}>;q=0.5;+sip.instance="<urn:uuid:1>"`,
      Expires: '600',
      ...headers,
    },
  })
}

describe('a registration through the box', () => {
  it('is that of a user of the PBX when it has an address in place of the domain, which the PBX sees', async () => {
    const { front, network, kept } = await box()
    network.answer = () => response(200, { contact: `<${atPbx}>;expires=300` })
    const to = '<sip:101@192.0.2.50>'
    await front.handle(register({ To: to, From: `${to};tag=abc` }, 'sip:192.0.2.50'))
    expect(network.sent[0]).toMatchObject({
      uri: 'sip:192.0.2.50',
      options: { headers: { To: to, From: to } },
    })
    expect(kept.rows).toMatchObject([{ aor: name, contact: phone, origin: 'pbx' }])
  })

  it('goes to the PBX as the phone sent it, but with the box as contact', async () => {
    const { front, network } = await box()
    await front.handle(register({ Authorization: 'Digest username="101", response="x"' }))
    expect(network.sent[0]).toMatchObject({
      method: 'REGISTER',
      uri: 'sip:pbx.example',
      options: {
        proxy: 'sip:192.0.2.50;transport=udp',
        headers: {
          From: '"Desk" <sip:101@pbx.example>',
          To: '<sip:101@pbx.example>',
          'Call-ID': 'phone-call-id',
          CSeq: '7 REGISTER',
          Contact: `<${atPbx}>;q=0.5`,
          Expires: ['600'],
          Authorization: ['Digest username="101", response="x"'],
        },
      },
    })
  })

  it.each([
    [401, 'WWW-Authenticate', 'Digest realm="pbx", nonce="n"'],
    [407, 'Proxy-Authenticate', 'Digest realm="pbx", nonce="n"'],
    [423, 'Min-Expires', '900'],
    [403, 'Warning', '399 pbx "no"'],
    [503, 'Retry-After', '30'],
  ])('brings the answer %i of the PBX back unchanged', async (status, header, value) => {
    const { front, network, kept, local } = await box()
    network.answer = () => response(status, { [header.toLowerCase()]: value })
    const request = register()
    await front.handle(request)
    expect(request.response).toMatchObject({ status, headers: { [header]: [value] } })
    expect(kept.rows).toEqual([])
    expect(local).toEqual([])
  })

  it('is kept for as long as the PBX granted, before the phone is told in its own contact', async () => {
    const { front, network, kept } = await box()
    const others = '<sip:101@192.0.2.77>;expires=30'
    network.answer = () => response(200, { contact: `${others}, <${atPbx}>;q=0.5;expires=300` })
    const request = register()
    await front.handle(request)
    expect(kept.rows).toMatchObject([
      {
        aor: name,
        contact: phone,
        q: 0.5,
        expiresAt: 1_300_000,
        origin: 'pbx',
        cseq: 7,
        instance: '<urn:uuid:1>',
      },
    ])
    expect(request.response.headers).toEqual({ Contact: [others, `<${phone}>;expires=300;q=0.5`] })
  })

  it('is kept under the name that an alias stands for', async () => {
    const { front, kept } = await box()
    await front.handle(register({ To: '<sip:desk@pbx.example>' }))
    expect(kept.rows).toMatchObject([{ aor: name }])
  })

  it.each([
    ['Expires: 0', { Expires: '0' }],
    ['expires=0', { Contact: `<${phone}>;expires=0` }],
    ['Contact: *', { Contact: '*', Expires: '0' }],
  ])('is taken back by %s', async (_how, headers) => {
    const { front, kept } = await box()
    await front.handle(register())
    expect(kept.rows).toHaveLength(1)
    const request = register(headers)
    await front.handle(request)
    expect(request.response.status).toBe(200)
    expect(kept.rows).toEqual([])
  })

  it('changes nothing when it only asks', async () => {
    const { front, network, kept } = await box()
    await front.handle(register())
    network.answer = () => response(200, { contact: `<${atPbx}>;expires=250` })
    const request = register({ Contact: [] })
    await front.handle(request)
    expect(network.sent.at(-1)?.header('Contact')).toBe('')
    expect(request.response.headers).toEqual({ Contact: [`<${phone}>;expires=250`] })
    expect(kept.rows).toHaveLength(1)
  })

  it('is not promised when it could not be kept', async () => {
    const { front, kept } = await box()
    kept.isFull = true
    const request = register()
    await front.handle(request)
    expect(request.response.status).toBe(503)
  })

  it('is answered by the box at once when the PBX cannot be reached, which is a witness against it', async () => {
    const { front, network, local, pbxs } = await box()
    network.answer = () => response(503, {}, true)
    await front.handle(register())
    expect(local).toHaveLength(1)
    expect(pbxs.stateOf('pbx.example')?.state).toBe('suspect')
    for (let again = 0; again < 3; again++) await front.handle(register())
    expect(pbxs.stateOf('pbx.example')?.state).toBe('survival')
  })

  it('is answered by the box within four seconds when the PBX is silent', async () => {
    const { front, network, local, clock } = await box()
    network.answer = ({ method }) => (method === 'REGISTER' ? 'silence' : response(200))
    const handled = front.handle(register())
    await settle()
    expect(local).toHaveLength(0)
    clock.advance(4_000)
    await handled
    expect(local).toHaveLength(1)
  })

  it('waits no longer once the PBX is known to be gone', async () => {
    const { front, network, local } = await box()
    network.answer = () => 'silence'
    const handled = front.handle(register())
    await settle()
    front.pbxIsGone('main')
    await handled
    expect(local).toHaveLength(1)
  })

  it('is answered by the box alone in survival, and for domains without a PBX', async () => {
    const { front, network, local, pbxs } = await box()
    await front.handle(register({ To: '<sip:ann@site-a.example>' }))
    pbxs.switchTo('main', 'survival', 'test')
    await front.handle(register())
    expect(local).toHaveLength(2)
    expect(network.methods()).not.toContain('REGISTER')
  })

  it('stays with the box when the phone is registered at both, and is no witness', async () => {
    const { front, network, local } = await box()
    await front.handle(register({ To: '<sip:301@pbx.example>' }))
    expect(local).toHaveLength(1)
    expect(network.sent).toEqual([])
  })

  it('is answered from what the PBX has granted when it only repeats it', async () => {
    const { front, network, kept, gate } = await box()
    await front.handle(register())
    network.sent.length = 0
    const [binding] = kept.rows
    if (!binding) throw new Error('no binding')
    gate.verdict = { kind: 'kept', registration: { binding, seconds: 250 } }
    const request = register()
    await front.handle(request)
    expect(request.response).toMatchObject({ status: 200, headers: { Contact: [`<${phone}>;expires=250`] } })
    expect(network.sent).toEqual([])
  })

  it('is asked to come later when too many wait', async () => {
    const { front, gate } = await box()
    gate.verdict = { kind: 'later' }
    const request = register()
    await front.handle(request)
    expect(request.response).toMatchObject({ status: 503, headers: { 'Retry-After': '17' } })
  })

  it('is heard with the challenge of the PBX, which its phone will answer', async () => {
    const { front, network, gate, heard } = await box()
    network.answer = () => response(401, { 'www-authenticate': 'Digest realm="pbx", nonce="n"' })
    await front.handle(register())
    expect(heard).toEqual(['pbx.example REGISTER'])
    expect(gate.challenged).toBe(1)
  })
})
