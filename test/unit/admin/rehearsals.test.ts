import { describe, expect, it } from 'vitest'
import { createAdminApp } from '../../../src/admin/app.ts'
import { noRehearsals, type RehearsalsView } from '../../../src/admin/rehearsals-view.ts'
import { noSurvival } from '../../../src/admin/survival-view.ts'
import type { RehearsalOrder } from '../../../src/survival/rehearsal/rehearsal-order.ts'
import { aBoxView } from '../../support/a-box-view.ts'

const path = 'http://localhost/api/survival/rehearsals'

function app(rehearsals: Partial<RehearsalsView>) {
  const survival = { ...noSurvival, rehearsals: { ...noRehearsals, ...rehearsals } }
  return createAdminApp(aBoxView({ survival }), { token: undefined, refreshMs: 10 })
}

function post(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

describe('the API of rehearsals', () => {
  it('begins one, for five minutes when nothing is said', async () => {
    const orders: RehearsalOrder[] = []
    const begin: RehearsalsView['begin'] = async (order) => {
      orders.push(order)
      return { kind: 'begun', id: '7' }
    }
    const response = await app({ begin }).request(path, post({ group: 'sales' }))
    expect([response.status, await response.json()]).toEqual([201, { id: '7' }])
    expect(orders).toEqual([{ group: 'sales', forMs: 300_000, ring: false, by: 'the API' }])
  })

  it('says why there is none now', async () => {
    const begin: RehearsalsView['begin'] = async () => ({
      kind: 'refused',
      why: 'somebody is calling for help',
    })
    const response = await app({ begin }).request(path, post({}))
    expect(response.status).toBe(409)
    expect(await response.json()).toEqual({ error: 'no rehearsal now: somebody is calling for help' })
  })

  it.each([[{ seconds: 1 }], [{ group: 'sales', users: ['201'] }], [{ user: '201' }], ['5m']])(
    'refuses %j',
    async (body) => {
      expect((await app({}).request(path, post(body))).status).toBe(400)
    },
  )

  it('stops the one that is under way', async () => {
    const stopped: string[] = []
    const stopNow = (by: string) => stopped.push(by) === 1
    const running = app({ stopNow })
    expect((await running.request(`${path}/current?by=anna`, { method: 'DELETE' })).status).toBe(200)
    expect((await running.request(`${path}/current?by=anna`, { method: 'DELETE' })).status).toBe(409)
    expect(stopped).toEqual(['anna', 'anna'])
  })

  it('has no sheet of a number that is not there', async () => {
    expect((await app({}).request(`${path}/9`)).status).toBe(404)
  })
})
