import { afterEach, expect, test } from 'vitest'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { CallRefused } from '../../support/sip/phone-call.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { site, users } from '../../support/site.ts'

const started: { stop(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of started.splice(0).reverse()) await each.stop()
})

async function box(config: Record<string, unknown>): Promise<RunningBox> {
  const running = await runBox({ users: users('201', '202'), ...config })
  started.push(running)
  return running
}

async function phone(user: string, { server }: RunningBox): Promise<SipPhone> {
  const made = new SipPhone({ aor: `${user}@${site}`, password: `secret-${user}`, server })
  started.push(made)
  await made.start()
  return made
}

test('a redirector tells the caller where the phone is, and has no part in the call', async () => {
  const redirector = await box({ sip: { domains: [site], callHandling: 'redirect' } })
  const anna = await phone('201', redirector)
  const bert = await phone('202', redirector)
  await anna.register()
  await bert.register()
  const refusal = await anna.call('202').then(
    (call) =>
      call.answered().then(
        () => undefined,
        (error: unknown) => error,
      ),
    (error: unknown) => error,
  )
  expect(refusal).toBeInstanceOf(CallRefused)
  const { status, response } = refusal as CallRefused
  expect(status).toBe(302)
  expect(response?.get('contact')).toBe(`${bert.contact};q=1.0`)
})

test('without a registrar phones hear that they cannot register here', async () => {
  const noRegistrar = await box({ sip: { domains: [site] }, registrar: { enabled: false } })
  const anna = await phone('201', noRegistrar)
  const refusal = await anna.register().catch((error: unknown) => error)
  expect(refusal).toMatchObject({ status: 405 })
  expect((refusal as CallRefused).response?.get('allow')).not.toContain('REGISTER')
})
