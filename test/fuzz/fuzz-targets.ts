import { engineTarget } from './engine-target.ts'
import { frameTarget } from './frame-target.ts'
import { framingTarget } from './framing-target.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { parserTarget } from './parser-target.ts'

/** All that is fuzzed; each target reads only the cases it made. */
export const fuzzTargets: readonly FuzzTarget<unknown>[] = [
  parserTarget,
  framingTarget,
  frameTarget,
  engineTarget,
] as readonly FuzzTarget<unknown>[]
