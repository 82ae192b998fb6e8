import type { Part } from '../../src/lib/part.ts'
import { TestBox } from '../../test/support/test-box.ts'
import { KamailioRegistrar } from './kamailio-registrar.ts'

/** Something that phones register at. */
export interface RegistrarSystem extends Part {
  readonly target: string
  /** Root of its processes. */
  readonly pid: number
}

export const registrarDomain = 'site-a.test'

/** Users `100000`, `100001`, …; the password of each is `secret-<user>`. */
export function manyUsers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(100_000 + index))
}

/** A box without limits that a bench would run into. SIPp answers MD5 only. */
export function registrarBox(users: readonly string[]): TestBox {
  return new TestBox({
    config: {
      box: { logLevel: 'warn' },
      sip: { domains: [registrarDomain], maxCalls: 100_000 },
      registrar: { algorithms: ['MD5'] },
      guard: { requestsPerSecond: 100_000, requestBurst: 100_000 },
      users: users.map((user) => ({ aor: `${user}@${registrarDomain}`, password: `secret-${user}` })),
    },
  })
}

export function registrarSystems(
  users: readonly string[],
): readonly { name: string; make(): RegistrarSystem }[] {
  return [
    { name: 'box', make: () => boxRegistrar(users) },
    { name: kamailioName, make: () => new KamailioRegistrar(registrarDomain) },
  ]
}

export const kamailioName = 'Kamailio, usrloc in memory'

function boxRegistrar(users: readonly string[]): RegistrarSystem {
  const box = registrarBox(users)
  return {
    name: 'box',
    get target() {
      return box.hostPort
    },
    get pid() {
      return box.pid
    },
    start: () => box.start(),
    stop: () => box.stop(),
  }
}
