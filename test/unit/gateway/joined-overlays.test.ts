import { beforeEach, describe, expect, it } from 'vitest'
import { usualServiceOrder } from '../../../src/domain/service-order.ts'
import { type JoinedOverlay, JoinedOverlays } from '../../../src/gateway/joined-overlays.ts'
import type { HomeBox } from '../../../src/overlay/records/aor-directory.ts'

const soon = new AbortController().signal
const at = (peerName: string, contacts = 1): HomeBox => ({ peerName, contacts, expiresAt: Infinity })

/** An overlay that says what the test says, and notes what it is told. */
function overlay(domain: string, users: Readonly<Record<string, readonly HomeBox[] | Error>>) {
  const asked: string[] = []
  const told: string[] = []
  const joined = {
    overlay: { domain },
    services: {},
    users: {
      find: async (aor: string) => {
        asked.push(aor)
        const answer = users[aor] ?? []
        if (answer instanceof Error) throw answer
        return answer
      },
      publish: (aor: string, _seconds: number, contacts: number) => told.push(`${aor} ${contacts}`),
      withdraw: (aor: string) => told.push(`${aor} gone`),
    },
  } as unknown as JoinedOverlay
  return { joined, asked, told }
}

describe('a box in several overlays', () => {
  const anna = 'sip:anna@school.town.example'
  let school: ReturnType<typeof overlay>
  let town: ReturnType<typeof overlay>
  let county: ReturnType<typeof overlay>
  let all: JoinedOverlays

  const join = (...answers: readonly (readonly HomeBox[] | Error)[]) => {
    const [first = [], second = [], third = []] = answers
    school = overlay('school.town.example', { [anna]: first })
    town = overlay('town.example', { [anna]: second, 'sip:bert@town.example': [at('b')] })
    county = overlay('county.example', { [anna]: third, 'sip:carl@elsewhere.example': [at('c')] })
    all = new JoinedOverlays([school.joined, town.joined, county.joined], usualServiceOrder)
  }
  const homes = async (aor: string) =>
    (await all.findAor(aor, soon)).map(({ peerName, contacts }) => `${peerName} ${contacts}`)

  beforeEach(() => join())

  it('looks for a user in the overlays that cover his domain, in the order of the config', async () => {
    join([at('a')], [at('b')], [at('c')])
    expect(await homes(anna)).toEqual(['a 1'])
    expect(county.asked).toEqual([])
    expect(await homes('sip:bert@town.example')).toEqual(['b 1'])
    expect(school.asked).toEqual([anna])
  })

  it('takes a later overlay when the first does not know him, has no phone of him, or cannot say', async () => {
    for (const first of [[], [at('a', 0)], new Error('isolated')]) {
      join(first, [at('b')])
      expect(await homes(anna)).toEqual(['b 1'])
    }
    join([at('a', 0)], [])
    expect(await homes(anna)).toEqual(['a 0'])
  })

  it('does not take silence for absence', async () => {
    join([], new Error('isolated'))
    await expect(homes(anna)).rejects.toThrow('isolated')
  })

  it('several domains live in one overlay; a domain that no overlay covers is looked for in all', async () => {
    expect(await homes('sip:carl@elsewhere.example')).toEqual(['c 1'])
    expect([school, town, county].map(({ asked }) => asked.length)).toEqual([1, 1, 1])
  })

  it('tells of a user where he would be looked for', () => {
    all.publishUser(anna, 2, 'now')
    all.withdrawUser('sip:carl@elsewhere.example')
    expect(school.told).toEqual([`${anna} 2`, 'sip:carl@elsewhere.example gone'])
    expect(town.told).toEqual(school.told)
    expect(county.told).toEqual(['sip:carl@elsewhere.example gone'])
  })
})
