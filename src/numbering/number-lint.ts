import type { Config } from '../config/schema.ts'
import { lintEmergency } from './emergency-lint.ts'
import { lintDids } from './lint-dids.ts'
import { lintNames } from './lint-names.ts'
import { lintRules } from './lint-rules.ts'
import type { NumberFinding } from './number-finding.ts'

/** All that does not work as somebody meant it in the numbers of a config, the gravest first. */
export function lintNumbers(config: Config): readonly NumberFinding[] {
  const findings = [...lintEmergency(config), ...lintNames(config), ...lintRules(config), ...lintDids(config)]
  return findings.sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
}
