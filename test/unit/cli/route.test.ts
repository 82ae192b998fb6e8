import { describe, expect, it } from 'vitest'
import { describeRoute, routeCommand } from '../../../src/cli/route.ts'
import { aor } from '../../../src/domain/aor.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { Router } from '../../../src/routing/router.ts'
import { fakeSite, question } from '../routing/fake-site.ts'

const users = [{ aor: 'bob@site-a.example' }]
const caller = aor('bob', 'site-a.example')

async function explained(requestUri: string): Promise<string> {
  const site = fakeSite({ users, trunks: [{ name: 'carrier' }, { name: 'full', free: 0 }], overlays: [] })
  const route = await new Router(site, new FakeClock()).route(question({ caller, requestUri }))
  return describeRoute('bob', '0301234567', route)
}

describe('causeway route', () => {
  it('shows every step in columns, and the order of the targets', async () => {
    const lines = (await explained('sip:0301234567@site-a.example')).split('\n')
    const [title, , header = '', ...rest] = lines
    expect(title).toBe('bob calls 0301234567')
    const answers = header.indexOf('answer')
    expect(rest.slice(0, 4).map((line) => line.slice(answers).split(/ {2,}/)[0])).toEqual([
      'number +49301234567',
      'national',
      'full',
      'tel:+49301234567 in group 1',
    ])
    expect(rest.slice(5)).toEqual([
      'would try in this order:',
      '1. trunk carrier, 0 a minute (for callers the box has authenticated)',
    ])
  })

  it('says why a call would be refused', async () => {
    expect(await explained('sip:nobody@site-a.example')).toContain(
      'refused with 404 Not Found: nobody is called sip:nobody@site-a.example',
    )
  })

  it('says what is wrong with digits that are no number', async () => {
    const [, , , destination = ''] = (await explained('sip:+4144333@site-a.example')).split('\n')
    expect(destination).toMatch(/user \+4144333@site-a\.example .*short/i)
  })

  it('says how to call it', async () => {
    await expect(routeCommand.run(['201'])).rejects.toThrow('causeway route FROM TO')
  })
})
