import { ConfigInvalid } from '../config/config-invalid.ts'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { lintMedia } from '../media/media-lint.ts'
import { lintEmergency } from '../numbering/emergency-lint.ts'
import { nameConflict } from './name-conflicts.ts'

/**
 * A config that a box may be started with: each entry is right by itself, and none keeps a call for help from its way.
 * What is doubtful is among the notes. Throws `ConfigInvalid`.
 */
export function loadCheckedConfig(path?: string): LoadedConfig {
  const loaded = loadConfig(path)
  if (!loaded.config.sip.enabled) return loaded
  const conflict = nameConflict(loaded.config)
  if (conflict !== undefined) {
    const problem = { key: '', line: undefined, problem: conflict, hint: undefined }
    throw new ConfigInvalid(loaded.path ?? 'the defaults', [problem])
  }
  const findings = lintEmergency(loaded.config)
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    const problems = errors.map(({ key, text }) => ({ key, line: undefined, problem: text, hint: undefined }))
    throw new ConfigInvalid(loaded.path ?? 'the defaults', problems)
  }
  const doubts = [...findings, ...lintMedia(loaded.config)]
  return { ...loaded, notes: [...loaded.notes, ...doubts.map(({ key, text }) => `${key}: ${text}`)] }
}
