import { resolve } from 'node:path'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { MembershipProblem } from '../identity/membership-problem.ts'
import { joinedOverlays } from '../identity/overlay-membership.ts'

/** Options of every `causeway overlay` command. */
export const overlayOptions = {
  config: { type: 'string' },
  'data-dir': { type: 'string' },
  json: { type: 'boolean' },
} as const

export interface OverlayPlace {
  readonly config: Config
  /** Absolute. */
  readonly dataDir: string
}

/** Which box the command is about. Throws `ConfigInvalid`. */
export function overlayPlace(values: {
  config?: string | undefined
  'data-dir'?: string | undefined
}): OverlayPlace {
  const { config, dataDir } = loadConfig(values.config)
  const given = values['data-dir']
  return { config, dataDir: given === undefined ? dataDir : resolve(given) }
}

/** The overlay that was named, or the only one there is. Throws `MembershipProblem`. */
export function chosenOverlay(named: string | undefined, dataDir: string): string {
  if (named !== undefined) return named.toLowerCase()
  const [only, ...others] = joinedOverlays(dataDir)
  if (only === undefined)
    throw new MembershipProblem(`no overlay in ${dataDir}: run "causeway overlay create DOMAIN" first`)
  if (others.length > 0) throw new MembershipProblem(`say which overlay: ${[only, ...others].join(', ')}`)
  return only
}
