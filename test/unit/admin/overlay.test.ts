import { describe, expect, it } from 'vitest'
import { createAdminApp } from '../../../src/admin/app.ts'
import type { BoxView } from '../../../src/admin/box-view.ts'
import type {
  OverlayQuestions,
  OverlayView,
  ServiceView,
  TraceView,
} from '../../../src/admin/overlay-view.ts'
import { PeerUnknown } from '../../../src/overlay/overlay-errors.ts'
import { aBoxView } from '../../support/a-box-view.ts'

const overlay = {
  domain: 'town.example',
  peerName: 'kself.peer.town.example',
  health: { name: 'overlay town.example', state: 'failed', text: 'no other box can be reached' },
  facts: {
    ...{ state: 'isolated', connectedPeers: 0, knownPeers: 1, recordsHeld: 7, provenAt: undefined },
    ...{ why: 'no other box can be reached', role: 'client', roleReason: 'nobody can dial this box' },
  },
  bootstrap: 'remembered from earlier',
  disconnectedSince: 1,
  entrance: { addresses: [], free: 499 },
  copies: { wanted: 9, confirmed: 4 },
  credentialWarning: undefined,
  clockWarning: 'the clock of this box is 10 min ahead',
  revokedBoxes: 2,
  credentialEndsAt: Date.UTC(2027, 0, 31),
  refusedClaims: [
    { from: 'kthief', fault: 'not-yours', reason: '<b>sip:anna@town.example</b>', times: 3, at: Date.now() },
  ],
  peers: [
    {
      ...{ peerName: 'kother.peer.town.example', addresses: ['/ip4/192.0.2.9/tcp/4160'], connected: false },
      ...{ roundTripMs: 12.34, since: Date.now(), foundBy: 'mdns', role: 'client', path: undefined },
    },
  ],
} as unknown as OverlayView

const service: ServiceView = {
  ...{ peerName: 'kother', kind: 'turn', policy: 'members', free: 100, costPerMinute: 0, roundTripMs: 3 },
  ...{ isLocal: false, isReachable: true, text: 'turn:turn.example.org' },
}

const trace: TraceView = {
  ...{ overlay: 'town.example', homeBoxes: ['khome'], phoneless: ['koffice'], tookMs: 1.5 },
  ...{ trouble: undefined, resource: 'sip:anna@town.example' },
  copiesWanted: 2,
  entries: [{ signer: 'khome', storedAt: 1, expiresAt: 2, removed: false, copies: 1 }],
  boxes: [
    {
      peerName: 'kself',
      isSelf: true,
      part: 'holder',
      path: undefined,
      tookMs: 0.1,
      trouble: undefined,
      copies: [],
    },
    {
      peerName: 'kother',
      isSelf: false,
      part: 'holder',
      path: 'relayed',
      tookMs: 9,
      trouble: 'no answer',
      copies: [],
    },
  ],
}

function ask(path: string, questions: Partial<OverlayQuestions> = {}): Response | Promise<Response> {
  const usual: OverlayQuestions = {
    lookUp: async () => [],
    trace: async () => [trace],
    ping: async (peerName) => ({ peerName, roundTripsMs: [1, undefined], paths: [] }),
    topology: async () => [],
    services: async (kind) => (kind === undefined || kind === 'turn' ? [service] : []),
  }
  const box: BoxView = aBoxView({ overlays: () => [overlay], askOverlay: { ...usual, ...questions } })
  return createAdminApp(box, { token: undefined, refreshMs: 10 }).request(`http://localhost${path}`)
}

describe('the overlay on the admin port', () => {
  it('answers questions as JSON', async () => {
    expect(await (await ask('/api/overlay/trace?aor=anna@town.example')).json()).toMatchObject({
      traces: [{ homeBoxes: ['khome'], copiesWanted: 2 }],
    })
    expect(await (await ask('/api/overlay/ping?peer=kother')).json()).toMatchObject({
      roundTripsMs: [1, null],
    })
    expect(await (await ask('/api/overlay/topology')).json()).toEqual({ overlays: [] })
    expect(await (await ask('/api/overlay/services')).json()).toEqual({ services: [service] })
    expect(await (await ask('/api/overlay/services?kind=stun')).json()).toEqual({ services: [] })
  })

  it('says what is wrong with a question', async () => {
    expect((await ask('/api/overlay/trace')).status).toBe(400)
    expect((await ask('/api/overlay/services?kind=coffee')).status).toBe(400)
    const unknown = await ask('/api/overlay/ping?peer=x', {
      ping: () => Promise.reject(new PeerUnknown('x')),
    })
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toEqual({ error: 'no such peer is known: x' })
  })

  it('shows health with its reason, boxes, services and refused claims, without JavaScript', async () => {
    const page = await (await ask('/overlay')).text()
    for (const words of [
      'class="part failed"',
      'no other box can be reached',
      'remembered from earlier',
      'client: nobody can dial this box',
      '4 of 9',
      '10 min ahead',
      '2027-01-31',
      '0 of 1 connected',
      '12.3 ms',
      'turn:turn.example.org',
      'not-yours',
    ])
      expect(page).toContain(words)
    expect(page).toContain('&lt;b&gt;sip:anna')
    expect(page).not.toContain('<script')
  })

  it('looks for a user from a form on the page', async () => {
    const page = await (await ask('/overlay?aor=anna%40town.example')).text()
    expect(page).toContain('at home at khome; known without a phone at koffice')
    expect(page).toContain('1 of 2')
    expect(page).toContain('relayed')
    expect(page).toContain('no answer')
    const none = await (await ask('/overlay?aor=%3Cx%3E', { trace: async () => [] })).text()
    expect(none).toContain('That is no name of a user.')
    expect(none).toContain('value="&lt;x&gt;"')
  })
})
