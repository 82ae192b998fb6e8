import type { Part } from '../../src/lib/part.ts'
import { Kamailio } from '../../test/support/kamailio.ts'
import { registerFields } from '../../test/support/sipp-fields.ts'
import { SippRun } from '../../test/support/sipp-run.ts'
import { site, siteConfig } from '../../test/support/site.ts'
import { TestBox } from '../../test/support/test-box.ts'

/** Something that takes calls to `called` and passes them on to the callee's port. */
export interface SipSystem extends Part {
  readonly target: string
  readonly called: string
  /** Root of its processes. */
  readonly pid: number
}

/** The box; the callee is a phone that has registered, the caller a stranger from another domain. */
export function boxSystem(name: string, callHandling: 'b2bua' | 'proxy', calleePort: number): SipSystem {
  const base = siteConfig('202')
  const box = new TestBox({
    config: {
      ...base,
      box: { logLevel: 'warn' },
      sip: { ...base.sip, callHandling, maxCalls: 100_000 },
      guard: { requestsPerSecond: 100_000, requestBurst: 100_000 },
    },
  })
  return {
    name,
    called: `202@${site}`,
    get target() {
      return box.hostPort
    },
    get pid() {
      return box.pid
    },
    async start() {
      await box.start()
      await new SippRun({
        scenario: 'register',
        target: box.hostPort,
        port: calleePort,
        calls: 1,
        fields: [registerFields('202', 'secret-202', site, 3_600)],
        keys: { contact_port: String(calleePort), contact_transport: 'udp' },
      }).run()
    },
    stop: () => box.stop(),
  }
}

/**
 * Debian's Kamailio, stateful and record-routing, with one UDP worker: two of them pass a 200 before its 180 now and
 * then, which SIPp takes for a failed call.
 */
export function kamailioSystem(name: string, calleePort: number): SipSystem {
  const kamailio = new Kamailio({
    domain: site,
    users: { 202: `sip:202@127.0.0.1:${calleePort}` },
    workers: 1,
    sharedMemoryMiB: 512,
  })
  return {
    name,
    called: `202@${site}`,
    get target() {
      return `127.0.0.1:${kamailio.port}`
    },
    get pid() {
      return kamailio.pid
    },
    start: () => kamailio.start(),
    stop: () => kamailio.stop(),
  }
}
