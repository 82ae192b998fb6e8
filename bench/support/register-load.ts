import { freePort } from '../../test/support/free-port.ts'
import { registerFields } from '../../test/support/sipp-fields.ts'
import { SippRun } from '../../test/support/sipp-run.ts'
import { cpuSeconds } from './cpu-time.ts'
import { type RegistrarSystem, registrarDomain } from './registrar-system.ts'

/** What one rate did. */
export interface RegisterResult {
  readonly perSecond: number
  /** Of the registrations, 0 to 1. */
  readonly successShare: number
  /** CPU milliseconds for a challenge and the authorised REGISTER after it. */
  readonly cpuMs: number
  readonly retransmissions: number
  /** False when SIPp itself, or its waiting for answers, took longer than the rate asks for. */
  readonly isOffered: boolean
}

export interface RegisterLoad {
  /** They register in turn. */
  readonly users: readonly string[]
  readonly registrations: number
  readonly perSecond: number
  /** Of the phone of each user; nobody calls them here. */
  readonly contactPort?: number
}

const expiresSeconds = 3_600
const graceSeconds = 60

/** Registrations one after the other, each a challenge, a digest and a 200. */
export async function register(
  { target, pid }: Pick<RegistrarSystem, 'target' | 'pid'>,
  { users, registrations, perSecond, contactPort = 40_000 }: RegisterLoad,
): Promise<RegisterResult> {
  const seconds = registrations / perSecond
  const run = new SippRun({
    scenario: 'register',
    target,
    port: await freePort(),
    calls: registrations,
    rate: perSecond,
    limit: 50_000,
    fields: users.map((user) => registerFields(user, `secret-${user}`, registrarDomain, expiresSeconds)),
    keys: { contact_port: String(contactPort), contact_transport: 'udp' },
    timeoutSeconds: Math.ceil(seconds) + graceSeconds,
    toleratesFailures: true,
  })
  const cpuBefore = cpuSeconds(pid)
  const begin = performance.now()
  const { successful, retransmissions } = await run.run()
  const took = (performance.now() - begin) / 1_000
  return {
    perSecond,
    successShare: successful / registrations,
    cpuMs: ((cpuSeconds(pid) - cpuBefore) / registrations) * 1_000,
    retransmissions,
    isOffered: took < seconds * 1.25 + 2,
  }
}

export const holds = ({ successShare, isOffered }: RegisterResult): boolean =>
  successShare >= 0.999 && isOffered
