import type { Config } from '../config/schema.ts'
import { parseAor } from '../domain/aor.ts'
import { callingCodeOf } from './country.ts'
import { type CompiledRule, compileRules } from './dialled-rules.ts'
import type { NumberFinding } from './number-finding.ts'
import { serviceClassOf } from './service-numbers.ts'

type Names = Pick<Config, 'users' | 'groups' | 'numbering'>

/** Names that stand in the way of a number: users and groups come before rules and numbers. */
export function lintNames({ users, groups, numbering }: Names): readonly NumberFinding[] {
  const rules = compileRules(numbering)
  const names = [...named('users', users), ...named('groups', groups)]
  return [
    ...countryFinding(numbering),
    ...names.flatMap(({ key, name }) => {
      const text = serviceHidden(name, numbering.country) ?? ruleHidden(name, rules)
      return text === undefined ? [] : [{ severity: 'warning' as const, key, text }]
    }),
  ]
}

function named(section: string, entries: readonly { aor: string; aliases: readonly string[] }[]) {
  return entries.flatMap(({ aor, aliases }, index) => [
    { key: `${section}[${index}].aor`, name: parseAor(aor)?.user ?? aor },
    ...aliases.map((name) => ({ key: `${section}[${index}].aliases`, name })),
  ])
}

function serviceHidden(name: string, country: string): string | undefined {
  if (serviceClassOf(name, country) === undefined) return undefined
  return `${name} is a service number of ${country} too: it rings the user, the service is +${callingCodeOf(country)}${name}`
}

function ruleHidden(name: string, rules: readonly CompiledRule[]): string | undefined {
  const rule = rules.find(({ pattern }) => pattern.fits(name))
  return rule && `names come before rules: ${rule.key} ("${rule.pattern.text}") never gets ${name}`
}

function countryFinding({ country }: Names['numbering']): NumberFinding[] {
  if (callingCodeOf(country) !== undefined) return []
  const text = `no numbering plan is known for "${country}": only numbers that begin with + can be dialled`
  return [{ severity: 'error', key: 'numbering.country', text }]
}
