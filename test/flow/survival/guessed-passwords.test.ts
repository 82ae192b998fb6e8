import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultOverloadSettings } from '../../../src/engine/overload/overload-settings.ts'
import { needsOurEngine } from '../../support/named-engine.ts'
import { PasswordGuesser } from '../../support/password-guesser.ts'
import type { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import { ADeadPbx, domain, passwordOf, talks } from './a-dead-pbx.ts'

/** An office behind one address, and somebody who has nothing to do with it. */
const office = '127.0.0.7'
const attacker = '127.0.0.66'
const guesses = 10_000
/** Passwords that the box looks at before it has had enough. */
const mostLooks = 10

let site: ADeadPbx
let anna: SipPhone
let bert: SipPhone

beforeAll(async () => {
  const users = ['101', '102', '103']
  site = new ADeadPbx(users)
  await site.begin(users.map((user) => ({ aor: `${user}@${domain}`, password: passwordOf(user) })))
  anna = await site.phone('101', { listen: { address: office } })
  bert = await site.phone('102', { listen: { address: office } })
  for (const phone of [anna, bert]) await phone.register()
  await site.pbxDies()
}, 40_000)

afterAll(() => site.end())

/** Each guess that is looked at gets a challenge. */
const looked = ({ answers }: PasswordGuesser): number => answers.filter((status) => status === 401).length

async function guesser(address: string, username: string): Promise<PasswordGuesser> {
  const { server } = site.box ?? {}
  if (!server) throw new Error('no box')
  return site.begun(new PasswordGuesser({ address, server, domain, username }))
}

/** Samples of the engine's lag, one after the other, without an overload: what the flood has left behind is worked off. */
const calmSamples = 5

/**
 * Resolves when the engine turns nobody away for overload (RFC 7339): on a starved machine a flood from where users are
 * is too much for it, and it asks a share of all, whoever they are, to come again. That is no ban, and ends by itself.
 */
async function calm(): Promise<void> {
  let calmSince = performance.now()
  await eventually(20_000, 'the engine to be calm', () => {
    const words = site.log.lines.map(({ sentence }) => sentence)
    if (words.lastIndexOf('overload begins') > words.lastIndexOf('overload is over'))
      calmSince = performance.now()
    return performance.now() - calmSince > calmSamples * defaultOverloadSettings.sampleMs
  })
}

it('ten thousand wrong passwords ban their source, and nobody else', async () => {
  needsOurEngine('the box tells whom to drop before it costs anything')
  const thief = await guesser(attacker, '102')
  const flood = thief.guess(guesses)
  await anna.register()
  await talks(anna, '102')
  await flood
  await calm()
  await bert.register()
  await talks(bert, '101')
  expect(looked(thief)).toBeLessThanOrEqual(mostLooks)

  const atThief = await site.phone('103', { listen: { address: attacker } })
  const silence = atThief.request('REGISTER', `sip:${domain}`, { to: atThief.aor, timeoutMs: 1_500 })
  await expect(silence).rejects.toThrow('408')
}, 40_000)

it('ten thousand from an office block the one name there, and neither its owner nor the others', async () => {
  needsOurEngine('the box tells whom to drop before it costs anything')
  const colleague = await guesser(office, '102')
  const flood = colleague.guess(guesses)
  await talks(anna, '102')
  await flood
  expect(looked(colleague)).toBeLessThanOrEqual(mostLooks)

  await calm()
  await anna.register()
  await bert.register() // the owner, by the flow that is registered
  const newcomer = await site.phone('103', { listen: { address: office } })
  await newcomer.register()
  await talks(newcomer, '102')
}, 40_000)
