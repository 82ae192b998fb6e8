import { describe, expect, it } from 'vitest'
import { pbxRoutes } from '../../../src/admin/api/pbx-routes.ts'
import { noPbxs, type PbxControl } from '../../../src/admin/pbx-control.ts'

function api(more: Partial<PbxControl> = {}) {
  const orders: unknown[][] = []
  const note =
    (what: string) =>
    (...order: unknown[]) => {
      orders.push([what, ...order])
      return 'done' as const
    }
  const control = { ...noPbxs, switchTo: note('switch'), lock: note('lock'), unlock: note('unlock'), ...more }
  const routes = pbxRoutes(control)
  const order = (method: string, path: string, body?: unknown) =>
    routes.request(path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) })
  return { orders, order, routes }
}

describe('the API of the PBXs', () => {
  it('says how they are and what is wrong', async () => {
    const { routes } = api({ faults: () => [{ kind: 'names', about: '', text: 'name server down' }] })
    expect(await (await routes.request('/')).json()).toEqual({
      pbxs: [],
      faults: [{ kind: 'names', about: '', text: 'name server down' }],
    })
  })

  it('takes the word of a person, and who it was', async () => {
    const { orders, order } = api()
    expect((await order('POST', '/main/switch', { to: 'survival', by: 'anna' })).status).toBe(200)
    expect((await order('PUT', '/main/lock', { to: 'normal', seconds: 60 })).status).toBe(200)
    expect((await order('PUT', '/main/lock', { to: 'survival' })).status).toBe(200)
    expect((await order('DELETE', '/main/lock')).status).toBe(200)
    expect(orders).toEqual([
      ['switch', 'main', 'survival', 'anna'],
      ['lock', 'main', 'normal', 60_000, 'the API'],
      ['lock', 'main', 'survival', 604_800_000, 'the API'],
      ['unlock', 'main', 'the API'],
    ])
  })

  it.each([
    ['POST', '/main/switch', undefined],
    ['POST', '/main/switch', { to: 'off' }],
    ['PUT', '/main/lock', { to: 'normal', seconds: 0 }],
    ['PUT', '/main/lock', { to: 'normal', seconds: 604_801 }],
    ['DELETE', '/main/lock', []],
  ])('refuses what is no order: %s %s %o', async (method, path, body) => {
    const { orders, order } = api()
    expect((await order(method, path, body)).status).toBe(400)
    expect(orders).toEqual([])
  })

  it.each([
    ['unknown', 404],
    ['locked', 409],
  ] as const)('says why an order was not carried out: %s', async (answer, status) => {
    const { order } = api({ switchTo: () => answer })
    expect((await order('POST', '/main/switch', { to: 'normal' })).status).toBe(status)
  })
})
