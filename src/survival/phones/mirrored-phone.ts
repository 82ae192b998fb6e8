import type { AorText } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'
import type { SipTransport } from '../../domain/sip.ts'
import { parseDialledUri } from '../../domain/sip-uri.ts'

/** A phone as its PBX told of it. */
export interface MirroredPhone {
  readonly pbx: string
  readonly domain: string
  readonly uri: string
  readonly userAgent: string | undefined
  /** When it was first, and last, seen registered at the PBX with this contact. Milliseconds since the Unix epoch. */
  readonly since: number
  readonly seenAt: number
}

/** Addresses last about a day. */
const usableMs = 24 * 3_600_000
const transports: readonly string[] = ['udp', 'tcp', 'tls', 'ws', 'wss'] satisfies SipTransport[]

/** `host:port` of a contact, without brackets. */
export function placeOf(uri: string): string {
  const { host, port } = hostPortOf(uri)
  return `${host}:${port}`
}

/** Until when it is believed to be there. Milliseconds since the Unix epoch. */
export function usableUntil({ seenAt }: MirroredPhone): number {
  return seenAt + usableMs
}

/** The phone as if it had registered here. */
export function mirroredBinding(user: AorText, phone: MirroredPhone): Binding {
  const { uri, userAgent, since } = phone
  const { host, port, transport } = hostPortOf(uri)
  return {
    aor: user,
    contact: uri,
    q: 1,
    expiresAt: usableUntil(phone),
    callId: '',
    cseq: 0,
    path: [],
    source: { transport, address: host, port },
    instance: undefined,
    userAgent,
    origin: 'mirror',
    registeredAt: since,
  }
}

function hostPortOf(uri: string): { host: string; port: number; transport: SipTransport } {
  const parsed = parseDialledUri(uri)
  if (!parsed || parsed.scheme === 'tel') return { host: '', port: 0, transport: 'udp' }
  const named = parsed.parameters.get('transport')?.toLowerCase() ?? ''
  const transport = isTransport(named) ? named : 'udp'
  const port = parsed.port ?? (transport === 'tls' ? 5061 : 5060)
  return { host: parsed.host.replace(/^\[|\]$/g, ''), port, transport }
}

function isTransport(text: string): text is SipTransport {
  return transports.includes(text)
}
