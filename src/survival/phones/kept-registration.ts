import type { Binding } from '../../domain/binding.ts'
import type { IncomingRequest, SipHeaders } from '../../domain/sip.ts'
import type { RegisterFacts } from './register-facts.ts'

export interface KeptRegistration {
  readonly binding: Binding
  /** Seconds that the phone is told: what is left, or less if it asked for less. */
  readonly seconds: number
}

/** Less is not worth the telling: the phone would be back at once. */
const leastSeconds = 15

/**
 * The binding that a REGISTER only repeats: same phone, same contact, same address. What it asks for is true already, so
 * it may be told so without changing anything. Undefined for any other REGISTER.
 */
export function keptRegistration(
  request: IncomingRequest,
  facts: RegisterFacts,
  current: readonly Binding[],
  now: number,
): KeptRegistration | undefined {
  const [value, ...others] = facts.contacts
  if (!value || others.length > 0) return undefined
  const asked = facts.expiresOf(value)
  if (asked === 0) return undefined
  const binding = current.find(({ contact }) => contact === value.uri)
  if (!binding || !isSameDevice(binding, request)) return undefined
  if (binding.instance !== value.parameters.get('+sip.instance')) return undefined
  const left = Math.floor((binding.expiresAt - now) / 1_000)
  if (left < leastSeconds) return undefined
  return { binding, seconds: Math.min(left, asked ?? left) }
}

/** Whether the PBX itself has granted it for long enough yet: it hears of the phone again in the last quarter. */
export function isGrantedLongEnough({ binding }: KeptRegistration, now: number): boolean {
  const { origin, registeredAt, expiresAt } = binding
  return origin === 'pbx' && expiresAt - now >= (expiresAt - registeredAt) / 4
}

/** Of the 200 that says so. */
export function keptHeaders({ binding, seconds }: KeptRegistration, now: number): SipHeaders {
  return { Date: new Date(now).toUTCString(), Contact: [`<${binding.contact}>;expires=${seconds}`] }
}

function isSameDevice({ source }: Binding, request: IncomingRequest): boolean {
  const { transport, address, port } = request.source
  return source.transport === transport && source.address === address && source.port === port
}
