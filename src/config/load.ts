import { dirname, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { defaultConfigPaths, findConfigFile, readConfigFile } from './config-file.ts'
import { ConfigInvalid, type ConfigProblem } from './config-invalid.ts'
import { describeKey, knownKeys } from './known-keys.ts'
import { nearestWord } from './nearest-word.ts'
import { type Config, configSchema } from './schema.ts'
import { resolveReferences } from './secret-references.ts'
import { profileFolders, withTrunkProfiles } from './trunk-profiles.ts'

export interface LoadedConfig {
  readonly config: Config
  /** Absolute path of the file; undefined when the box runs on defaults. */
  readonly path: string | undefined
  /** What paths in the config are relative to. */
  readonly folder: string
  /** `box.dataDir` as an absolute path. */
  readonly dataDir: string
  /** What was chosen for the operator, to be said at the start. */
  readonly notes: readonly string[]
}

/**
 * Reads, resolves and checks a config file. Without a path the default places are tried, and without any file the
 * defaults are used. Throws `ConfigInvalid`.
 */
export function loadConfig(path?: string, environment: NodeJS.ProcessEnv = process.env): LoadedConfig {
  const file = findConfigFile(path)
  if (file === undefined) return onDefaults()
  const absolute = resolve(file)
  const config = parseConfig(readConfigFile(file), file, dirname(absolute), environment)
  return {
    config,
    path: absolute,
    folder: dirname(absolute),
    dataDir: resolve(dirname(absolute), config.box.dataDir),
    notes: [`config from ${file}`],
  }
}

/** Checks the text of a config file. `folder` is what `${file:…}` is relative to. Throws `ConfigInvalid`. */
export function parseConfig(
  text: string,
  file: string,
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true })
  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as
        | { range?: [number, number, number] }
        | undefined
      if (node?.range) return lines.linePos(node.range[0]).line
    }
    return undefined
  }
  const fail = (problems: readonly ConfigProblem[]): never => {
    throw new ConfigInvalid(file, problems)
  }

  if (document.errors.length > 0)
    return fail(
      document.errors.map((error) => ({
        key: '',
        line: error.linePos?.[0].line,
        problem: `not valid YAML: ${error.message.split('\n')[0]}`,
        hint: undefined,
      })),
    )

  const profiled = withTrunkProfiles(document.toJS() ?? {}, profileFolders(folder))
  if (profiled.problems.length > 0)
    return fail(
      profiled.problems.map(({ path, problem, hint }) => ({
        key: printKey(path),
        line: lineOf(path),
        problem,
        hint,
      })),
    )

  const { tree, problems } = resolveReferences(profiled.tree, folder, environment)
  if (problems.length > 0)
    return fail(
      problems.map(({ path, problem }) => ({
        key: printKey(path),
        line: lineOf(path),
        problem,
        hint: undefined,
      })),
    )

  const parsed = configSchema.safeParse(tree)
  if (parsed.success) return parsed.data
  return fail(parsed.error.issues.flatMap((issue) => describeIssue(issue, lineOf)))
}

function onDefaults(): LoadedConfig {
  const config = configSchema.parse({})
  return {
    config,
    path: undefined,
    folder: resolve('.'),
    dataDir: resolve(config.box.dataDir),
    notes: [
      `no config file (${defaultConfigPaths.join(', ')}): working with defaults`,
      `SIP on ${config.sip.listen.join(', ')} for the domain ${config.sip.domains[0]}`,
      'no users yet: add them under "users:" (gateway-config/causeway.sample.yaml shows how)',
    ],
  }
}

function describeIssue(
  issue: z.core.$ZodIssue,
  lineOf: (path: readonly PropertyKey[]) => number | undefined,
): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(configSchema, issue.path)
    return issue.keys.map((key) => {
      const nearest = nearestWord(key, known)
      return {
        key: printKey([...issue.path, key]),
        line: lineOf([...issue.path, key]),
        problem: 'no such key',
        hint: nearest ? `Did you mean "${nearest}"?` : `Known here: ${known.join(', ')}`,
      }
    })
  }
  const description = issue.message.replace(/^Invalid input: /, '')
  return [
    {
      key: printKey(issue.path),
      line: lineOf(issue.path),
      problem: description,
      hint: describeKey(configSchema, issue.path),
    },
  ]
}

function printKey(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`,
    '',
  )
}
