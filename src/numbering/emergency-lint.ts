import type { Config } from '../config/schema.ts'
import { DigitPattern } from '../domain/digit-pattern.ts'
import { compileRules } from './dialled-rules.ts'
import { type EmergencyPlan, emergencyNumberIn, emergencySpellings } from './emergency-numbers.ts'
import type { NumberFinding } from './number-finding.ts'

export type EmergencyLintConfig = Pick<
  Config,
  'sip' | 'numbering' | 'users' | 'groups' | 'trunks' | 'pbxs' | 'overlays' | 'emergency'
>

/**
 * What could keep a call for help from its way, in a plan of numbers: names and rules that mean an emergency number. The
 * box reads emergency numbers before all of them; whoever wrote them did not mean that, so it does not start with them.
 */
export function lintEmergency(config: EmergencyLintConfig): readonly NumberFinding[] {
  return [
    ...nameFindings(config),
    ...ruleFindings(config),
    ...prefixFindings(config),
    ...trunkFindings(config),
    ...testFindings(config.numbering),
    ...deskFindings(config),
    ...wayFindings(config),
  ]
}

function nameFindings({ users, groups, numbering, trunks }: EmergencyLintConfig): NumberFinding[] {
  const named = [
    ...users.map((entry, index) => ({ key: `users[${index}]`, entry })),
    ...groups.map((entry, index) => ({ key: `groups[${index}]`, entry })),
  ]
  const names = named.flatMap(({ key, entry }) => [
    { key: `${key}.aor`, name: entry.aor.slice(0, entry.aor.indexOf('@')) },
    ...entry.aliases.map((name) => ({ key: `${key}.aliases`, name })),
    ...entry.numbers.map((name) => ({ key: `${key}.numbers`, name })),
  ])
  const dids = [
    ...trunks.flatMap(({ name, dids: each }) =>
      Object.keys(each).map((number) => ({ key: `trunks.${name}.dids`, name: number })),
    ),
    ...numbering.dids.flatMap(({ numbers }, index) =>
      numbers.map((name) => ({ key: `numbering.dids[${index}].numbers`, name })),
    ),
  ]
  return [...names, ...dids].flatMap(({ key, name }) => {
    const kind = kindOf(name, numbering)
    return kind ? [error(key, `"${name}" is ${kind}: whoever dials it is put through to that`)] : []
  })
}

function ruleFindings({ numbering }: EmergencyLintConfig): NumberFinding[] {
  return compileRules(numbering).flatMap(({ key, pattern }) => {
    const hit = plainForms(numbering).find((form) => pattern.fits(form))
    return hit === undefined ? [] : [error(key, takes(hit, numbering))]
  })
}

/** What is dialled before a number must not be the beginning of one. */
function prefixFindings({ numbering }: EmergencyLintConfig): NumberFinding[] {
  return (['withholdPrefix', 'showPrefix'] as const).flatMap((key) => {
    const prefix = numbering[key]
    const hit = prefix && numbersOf(numbering).find((number) => number.startsWith(prefix))
    return hit ? [error(`numbering.${key}`, takes(hit, numbering))] : []
  })
}

/** Of rewrites only those that numbers go out through. */
function trunkFindings({ trunks, numbering }: EmergencyLintConfig): NumberFinding[] {
  return trunks.flatMap(({ name, numbers }) =>
    numbers.out.flatMap(({ match }, index) => {
      const hit = numbersOf(numbering).find((number) => new DigitPattern(match).fits(number))
      return hit === undefined ? [] : [error(`trunks.${name}.numbers.out[${index}]`, takes(hit, numbering))]
    }),
  )
}

function testFindings(plan: EmergencyPlan): NumberFinding[] {
  const { emergencyTestNumber: test, ...real } = plan
  const means = test === undefined ? undefined : emergencyNumberIn(test, real)
  if (!means) return []
  return [
    error(
      'numbering.emergencyTestNumber',
      `"${test}" means ${means.number}: a test would alarm the rescuers`,
    ),
  ]
}

function deskFindings({ emergency, sip, users, groups }: EmergencyLintConfig): NumberFinding[] {
  const known = new Set([...users, ...groups].map(({ aor }) => aor.toLowerCase()))
  return emergency.desk.flatMap((name, index) => {
    const isOurs = sip.domains.includes(name.slice(name.indexOf('@') + 1).toLowerCase())
    if (!isOurs || known.has(name.toLowerCase())) return []
    return [error(`emergency.desk[${index}]`, `there is no user "${name}"`)]
  })
}

function wayFindings({ trunks, pbxs, overlays, emergency }: EmergencyLintConfig): NumberFinding[] {
  const findings: NumberFinding[] = []
  if (trunks.length + pbxs.length + overlays.length === 0) {
    findings.push(
      warning('trunks', 'there is no trunk, no PBX and no other box: calls for help reach nobody'),
    )
  } else if (emergency.location === '' && emergency.places.length === 0) {
    findings.push(
      warning('emergency.location', 'is empty: nobody can be told where a call for help comes from'),
    )
  }
  for (const [index, network] of emergency.networks.entries()) {
    if (!/\/0+$/.test(network)) continue
    findings.push(
      error(`emergency.networks[${index}]`, `"${network}" lets the whole Internet call over your lines`),
    )
  }
  return findings
}

/** As they are dialled: by themselves, and behind the prefix for an outside line. */
function plainForms(plan: EmergencyPlan): readonly string[] {
  const numbers = numbersOf(plan)
  return [...numbers, ...numbers.map((number) => plan.outsideLinePrefix + number)]
}

function numbersOf(plan: EmergencyPlan): readonly string[] {
  return [...new Set([...emergencySpellings(plan).values()].map(({ number }) => number))]
}

function kindOf(name: string, plan: EmergencyPlan): string | undefined {
  const means = emergencyNumberIn(name, plan)
  if (!means) return undefined
  return means.isTest ? 'the test number' : `the emergency number ${means.number}`
}

function takes(form: string, plan: EmergencyPlan): string {
  return `takes "${form}", which is ${kindOf(form, plan)}; let it begin with other digits, or list the digits`
}

function error(key: string, text: string): NumberFinding {
  return { severity: 'error', key, text }
}

function warning(key: string, text: string): NumberFinding {
  return { severity: 'warning', key, text }
}
