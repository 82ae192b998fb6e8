import type { Binding } from '../../src/domain/binding.ts'

/** A binding of 201 that lasts until the year 2100, with what matters replaced. */
export function aBinding(more: Partial<Binding> = {}): Binding {
  return {
    aor: 'sip:201@site-a.example',
    contact: 'sip:201@192.0.2.7:5062',
    q: 1,
    expiresAt: 4_102_444_800_000,
    callId: 'call-1',
    cseq: 1,
    path: [],
    source: { transport: 'udp', address: '192.0.2.7', port: 5062 },
    instance: undefined,
    regId: undefined,
    userAgent: undefined,
    origin: 'box',
    registeredAt: 1_700_000_000_000,
    ...more,
  }
}
