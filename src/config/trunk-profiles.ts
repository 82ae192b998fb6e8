import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { nearestWord } from './nearest-word.ts'

/** What is wrong with a profile that an entry names. */
export interface ProfileProblem {
  readonly path: readonly PropertyKey[]
  readonly problem: string
  readonly hint: string
}

type Mapping = Readonly<Record<string, unknown>>

const shippedFolder = fileURLToPath(new URL('../../gateway-config/profiles/trunks', import.meta.url))

/** Folders that profiles are looked for in: the operator's own, beside the config file, come first. */
export function profileFolders(configFolder: string): readonly string[] {
  return [...new Set([join(configFolder, 'profiles/trunks'), shippedFolder])]
}

/** The config as it was written, with the values of their profiles in trunk entries that have none of their own. */
export function withTrunkProfiles(
  tree: unknown,
  folders: readonly string[],
): { readonly tree: unknown; readonly problems: readonly ProfileProblem[] } {
  if (!isMapping(tree) || !Array.isArray(tree.trunks)) return { tree, problems: [] }
  const problems: ProfileProblem[] = []
  const trunks = tree.trunks.map((entry: unknown, index) => {
    if (!isMapping(entry) || typeof entry.profile !== 'string') return entry
    const found = readProfile(entry.profile, folders)
    if (found.kind === 'profile') return merged(found.values, entry)
    problems.push({ path: ['trunks', index, 'profile'], ...found })
    return entry
  })
  return { tree: { ...tree, trunks }, problems }
}

/** Names of all profiles in these folders. */
export function profileNames(folders: readonly string[]): readonly string[] {
  const files = folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
  const names = files.filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length))
  return [...new Set(names)].sort()
}

function readProfile(
  name: string,
  folders: readonly string[],
): { kind: 'profile'; values: Mapping } | { kind: 'problem'; problem: string; hint: string } {
  const names = profileNames(folders)
  if (!names.includes(name)) {
    const nearest = nearestWord(name, names)
    const hint = nearest === undefined ? `There are: ${names.join(', ')}` : `Did you mean "${nearest}"?`
    return { kind: 'problem', problem: `there is no profile "${name}"`, hint }
  }
  const file = folders.map((folder) => join(folder, `${name}.yaml`)).find((path) => existsSync(path)) ?? ''
  try {
    const values: unknown = parse(readFileSync(file, 'utf8'))
    if (isMapping(values)) return { kind: 'profile', values }
  } catch (error) {
    return { kind: 'problem', problem: `the profile ${file} cannot be read`, hint: (error as Error).message }
  }
  return {
    kind: 'problem',
    problem: `the profile ${file} holds no values`,
    hint: 'It is a mapping of trunk keys',
  }
}

/** Blocks are merged key by key; lists are taken whole. */
function merged(profile: Mapping, own: Mapping): Mapping {
  const result: Record<string, unknown> = { ...profile }
  for (const [key, value] of Object.entries(own)) {
    const inherited = result[key]
    result[key] = isMapping(inherited) && isMapping(value) ? merged(inherited, value) : value
  }
  return result
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
