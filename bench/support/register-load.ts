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

const expiresSeconds = 3_600
/** Where all phones are: nobody calls them here. */
const contactPort = 40_000

/** Each of the users registers once: challenge, digest, 200. */
export async function registerAll(
  system: RegistrarSystem,
  users: readonly string[],
  perSecond: number,
): Promise<RegisterResult> {
  const seconds = users.length / perSecond
  const run = new SippRun({
    scenario: 'register',
    target: system.target,
    port: await freePort(),
    calls: users.length,
    rate: perSecond,
    limit: 50_000,
    fields: users.map((user) => registerFields(user, `secret-${user}`, registrarDomain, expiresSeconds)),
    keys: { contact_port: String(contactPort), contact_transport: 'udp' },
    timeoutSeconds: Math.ceil(seconds) + 20,
    toleratesFailures: true,
  })
  const cpuBefore = cpuSeconds(system.pid)
  const begin = performance.now()
  const { successful, retransmissions } = await run.run()
  const took = (performance.now() - begin) / 1_000
  return {
    perSecond,
    successShare: successful / users.length,
    cpuMs: ((cpuSeconds(system.pid) - cpuBefore) / users.length) * 1_000,
    retransmissions,
    isOffered: took < seconds * 1.25 + 2,
  }
}

export const holds = ({ successShare, isOffered }: RegisterResult): boolean =>
  successShare >= 0.999 && isOffered
