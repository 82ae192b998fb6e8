import { randomUUID } from 'node:crypto'
import { type Aor, type AorText, parseAor } from '../domain/aor.ts'
import { numbersOf, readDidNumbers } from '../domain/did-numbers.ts'
import { EmergencyRouter } from '../emergency/emergency-router.ts'
import { configuredDids } from '../numbering/configured-dids.ts'
import { hypotheticalCall } from '../routing/hypothetical-call.ts'
import type { DirectNumber } from '../survival/rehearsal/did-check.ts'
import type { ExaminedBox } from '../survival/rehearsal/examination.ts'
import { RehearsalProbe } from './rehearsal-probe.ts'
import type { RehearsalServiceParts } from './rehearsal-service.ts'

/** Of all rows of the config together. */
const mostNumbers = 2_000

/** The running box as a rehearsal examines it. */
export function rehearsedBox(parts: RehearsalServiceParts): ExaminedBox {
  const { config, accounts, overlays, outside, site, router, clock } = parts
  // Nobody is told of a test that is only looked at.
  const tests = new EmergencyRouter({
    router,
    calls: { began: () => undefined },
    callbacks: { callerAt: () => undefined },
    testAnswer: config.emergency.testAnswer,
  })
  return {
    question: (from, to) => ({
      ...hypotheticalCall({ from, to, at: clock.now() }, site),
      callId: `rehearsal-${randomUUID()}`,
    }),
    route: (question) => router.route(question),
    routeTest: (question) => tests.route(question),
    probe: new RehearsalProbe(parts),
    shortNumberOf: (user) => shortNumberOf(user, parts),
    groups: () => site.groups.names.flatMap((name) => groupOf(name, parts) ?? []),
    directNumbersIn: (domain) => directNumbers(parts).filter(({ to }) => to.domain === domain),
    faultsIn: (domain) => faultsIn(domain, parts),
    resolve: (name) => accounts.byAor(name)?.aor ?? site.groups.resolve(name)?.aor,
    lines: () => outside.trunks.all(),
    overlays: () =>
      Promise.all(
        overlays.all.map(async ({ overlay }) => ({ domain: overlay.domain, ...(await overlay.proveNow()) })),
      ),
    emergencyTestNumber: config.numbering.emergencyTestNumber,
    emergencyTestIsAnswered: config.emergency.testAnswer !== undefined,
    farUser: config.survival.farUser,
  }
}

function shortNumberOf(user: AorText, { accounts }: RehearsalServiceParts): string {
  const name = parseAor(user)
  return (name && accounts.byAor(name)?.aliases[0]) ?? name?.user ?? user
}

function faultsIn(domain: string, { config, knowledge }: RehearsalServiceParts): readonly string[] {
  const names = config.pbxs.filter((pbx) => pbx.domain === domain).map(({ name }) => name)
  return knowledge.readiness().flatMap(({ pbx, faults }) => (names.includes(pbx) ? faults : []))
}

function groupOf(name: AorText, { site }: RehearsalServiceParts) {
  const group = parseAor(name)
  return group && site.groups.resolve(group)
}

/** What the config and the PBXs give to somebody; not what patterns stand for, which may be any number of digits. */
function directNumbers({ config, outside }: RehearsalServiceParts): readonly DirectNumber[] {
  const { numbers } = outside
  const listed = configuredDids(config)
    .flatMap((row) => row.numbers)
    .flatMap((text) => numbersOf(readDidNumbers(text), mostNumbers))
  const all = new Set([...listed, ...numbers.importedDids])
  return [...all].slice(0, mostNumbers).flatMap((number) => {
    const to: Aor | undefined = numbers.didOf(number)
    return to ? [{ number, to }] : []
  })
}
