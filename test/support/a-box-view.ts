import type { BoxView } from '../../src/admin/box-view.ts'
import { nothingOutside } from '../../src/admin/outside-view.ts'
import { noSurvival } from '../../src/admin/survival-view.ts'
import { emptyArchive } from '../../src/records/empty-archive.ts'

/** A box with one call, one phone and one peer, for tests of the admin pages. */
export function aBoxView(overrides: Partial<BoxView> = {}): BoxView {
  return {
    status: () => ({
      name: 'box-a',
      version: '0.0.0',
      startedAt: Date.now(),
      domains: ['site-a.example'],
      listening: ['udp 127.0.0.1:5060'],
      callsNow: 1,
      bindings: 1,
      parts: [{ name: 'sip', state: 'good', text: 'listening' }],
    }),
    callsNow: () => [
      {
        id: '2',
        callId: 'one',
        from: 'sip:alice@site-a.example',
        to: 'sip:bob@site-a.example',
        path: 'phone',
        state: 'talking',
        startedAt: Date.now(),
        answeredAt: Date.now(),
      },
    ],
    recentCalls: () => [
      {
        id: '1',
        callId: 'zero',
        from: 'sip:alice@site-a.example',
        to: 'sip:bob@site-a.example',
        source: 'phone',
        path: 'phone',
        target: 'sip:bob@192.0.2.1',
        startedAt: Date.now() - 10_000,
        answeredAt: Date.now() - 8_000,
        endedAt: Date.now(),
        status: 200,
        endedBy: 'caller',
        cause: 'normal',
        attempts: [],
      },
    ],
    decision: async () => undefined,
    ladder: async () => [],
    penalties: async () => [],
    bindings: () => [
      {
        aor: 'sip:bob@site-a.example',
        contact: 'sip:bob@192.0.2.1',
        q: 1,
        expiresAt: Date.now() + 60_000,
        callId: 'r',
        cseq: 1,
        path: [],
        source: { transport: 'udp', address: '192.0.2.1', port: 5060 },
        instance: undefined,
        userAgent: '<script>alert(1)</script>',
        origin: 'box',
        registeredAt: Date.now(),
      },
    ],
    overlays: () => [],
    askOverlay: {
      lookUp: async () => [],
      trace: async () => [],
      ping: async (peerName) => ({ peerName, roundTripsMs: [], paths: [] }),
      topology: async () => [],
      services: async () => [],
    },
    outside: nothingOutside,
    survival: noSurvival,
    archive: emptyArchive,
    trunks: () => [],
    pbxs: () => [],
    bans: () => [],
    releaseBan: () => true,
    explainRoute: async () => ({
      plan: { kind: 'refuse', status: 404, reason: 'Not Found', why: 'nobody' },
      steps: [],
    }),
    notAliveBecause: async () => undefined,
    notReadyBecause: () => undefined,
    figures: async () => ({
      calls_now: 1,
      sip_messages_total: [{ labels: { direction: 'in', transport: 'udp', kind: 'INVITE' }, value: 7 }],
      sip_answer_seconds: [{ labels: {}, value: { bounds: [0.5, 2], counts: [3, 1, 1], sum: 9.5 } }],
      event_loop_lag_seconds: [
        { labels: { thread: 'engine' }, value: { bounds: [0.1], counts: [4, 0], sum: 0.2 } },
      ],
    }),
    ...overrides,
  }
}
