import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aUser } from '../../support/a-user.ts'
import { freePort } from '../../support/free-port.ts'
import { RegistrarBox } from '../../support/registrar-box.ts'
import { CallRefused } from '../../support/sip/phone-call.ts'
import { SipPhone, type SipPhoneOptions } from '../../support/sip-phone.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

const realm = 'site-a.example'
const users = [aUser('201@site-a.example'), aUser('202@site-a.example')]

let folder: TemporaryFolder
let port: number
let box: RegistrarBox
const phones: SipPhone[] = []

beforeEach(async () => {
  folder = new TemporaryFolder('registrar')
  port = await freePort()
  box = await started()
})
afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()))
  await box.stop()
  folder.remove()
})

async function started(neverBan?: readonly string[]): Promise<RegistrarBox> {
  const made = new RegistrarBox({ dataDir: folder.path, users, realm, port, ...(neverBan && { neverBan }) })
  await made.start()
  return made
}

async function aPhone(options: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
  const phone = new SipPhone({
    aor: '201@site-a.example',
    password: 'secret',
    server: box.server,
    ...options,
  })
  phones.push(phone)
  await phone.start()
  return phone
}

const ofTheRequest = new Set(['via', 'from', 'to', 'call-id'])

/** What a phone is told that may not register, without what differs from request to request anyway. */
async function heardBy(phone: SipPhone): Promise<string[]> {
  const refusal = await phone.register().then(
    () => undefined,
    (error: unknown) => (error instanceof CallRefused ? error.response : undefined),
  )
  if (!refusal) throw new Error('it was not refused')
  const lines = refusal.headerLines().filter(({ key }) => !ofTheRequest.has(key))
  return [
    `${refusal.status} ${refusal.reason}`,
    ...lines.map(({ name, value }) => `${name}: ${value.replace(/nonce="[^"]*"/, 'nonce')}`),
  ]
}

const bindings = (): number => box.location.lookup('sip:201@site-a.example').length

describe('phones register', () => {
  it.each([
    ['udp', 'MD5'],
    ['tcp', 'SHA-256'],
  ] as const)('over %s with %s, refresh, ask, and leave', async (transport, algorithm) => {
    const phone = await aPhone({ transport, algorithm })
    await phone.register({ expires: 120 })
    expect(phone.bindings).toEqual([`${phone.contact};expires=120`])
    const source = box.location.lookup('sip:201@site-a.example')[0]?.source
    expect(source).toMatchObject({ transport, address: '127.0.0.1' })
    if (transport === 'udp') expect(source?.port).toBe(phone.port)
    await phone.register({ expires: 300 })
    expect(phone.bindings).toEqual([`${phone.contact};expires=300`])
    await phone.unregister()
    expect(phone.bindings).toEqual([])
    expect(bindings()).toBe(0)
  })

  it('and are still there when the box was restarted', async () => {
    const phone = await aPhone()
    await phone.register()
    const second = await aPhone({ transport: 'tcp' })
    await second.register()
    await box.stop()
    box = await started()
    expect(
      box.location
        .lookup('sip:201@site-a.example')
        .map(({ contact }) => `<${contact}>`)
        .sort(),
    ).toEqual([phone.contact, second.contact].sort())
  })

  it('only with the right password, and guessing ends in silence', async () => {
    await box.stop()
    box = await started([])
    const guesser = await aPhone({ password: 'guess' })
    for (let i = 0; i < 3; i++) await expect(guesser.register()).rejects.toMatchObject({ status: 401 })
    const unheard = guesser.request('REGISTER', `sip:${realm}`, { timeoutMs: 300 })
    await expect(unheard).rejects.toMatchObject({ status: 408 })
    expect(bindings()).toBe(0)
  })

  it('and strangers hear the same as users', async () => {
    const stranger = await aPhone({ aor: '999@site-a.example' })
    const user = await aPhone({ password: 'guess' })
    expect(await heardBy(stranger)).toEqual(await heardBy(user))
  })

  it('for themselves only', async () => {
    const phone = await aPhone()
    const response = await phone.request('REGISTER', `sip:${realm}`, { to: 'sip:202@site-a.example' })
    expect(response.status).toBe(403)
  })
})
