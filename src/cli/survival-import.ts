import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import type { Change, KnowledgeChange } from '../survival/knowledge/knowledge-change.ts'
import type { Imported } from '../survival/knowledge/known-pbxs.ts'
import { askBox } from './box-api.ts'
import { type Command, UsageError } from './command.ts'

const usage = 'causeway survival import [--pbx NAME] --from asterisk [FOLDER | FILE…] | --from csv FILE'
/** An Asterisk with thousands of phones takes its time to print its config. */
const withinMs = 180_000
const mostNames = 20

/** Exit code 1 when nothing was imported. */
export const survivalImportCommand: Command = {
  name: 'import',
  summary:
    "takes over a PBX's extensions, groups and numbers   [--pbx NAME] --from asterisk [FOLDER | FILE…] | " +
    '--from csv FILE   [--dry-run] [--force] [--json]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        pbx: { type: 'string' },
        from: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const { config } = loadConfig(values.config)
    const [only, ...others] = config.pbxs
    const pbx = values.pbx ?? (others.length === 0 ? only?.name : undefined)
    if (pbx === undefined)
      throw new UsageError(`${usage}\nwhich PBX? ${config.pbxs.map(({ name }) => name).join(', ')}`)
    const body = {
      pbx,
      ...sourceOf(values.from, positionals),
      dryRun: values['dry-run'],
      force: values.force,
    }
    const answer = await askBox(config.admin, '/api/survival/import', withinMs, { method: 'POST', body })
    const { imported } = answer as { readonly imported: Imported }
    console.log(values.json ? JSON.stringify(imported, undefined, 2) : describeImport(imported))
    return 0
  },
}

export function sourceOf(from: string | undefined, paths: readonly string[]) {
  const missing = paths.find((path) => !existsSync(path))
  if (missing !== undefined) throw new UsageError(`there is no ${missing}`)
  const [path, ...more] = paths
  if (from === 'csv' && path !== undefined && more.length === 0) return { from: 'csv', text: textOf(path) }
  if (from !== 'asterisk') throw new UsageError(usage)
  if (path === undefined) return { from: 'asterisk' }
  const files = paths.flatMap(filesAt)
  return { from: 'files', files: Object.fromEntries(files.map((file) => [file, textOf(file)])) }
}

function textOf(path: string): string {
  const bytes = readable(path, () => readFileSync(path))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new UsageError(`${path} is not UTF-8: spreadsheets save it as "CSV UTF-8"`)
  }
}

function readable<Value>(path: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
  }
}

/** The config files in a folder; not what lies in folders below. */
function filesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readable(path, () => readdirSync(path))
    .filter((name) => name.endsWith('.conf'))
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
}

/** What came, went and changed, in words. */
export function describeImport({ pbx, isDryRun, change, counts, leftOut }: Imported): string {
  const { extensions, groups, dids } = counts
  const known = `${extensions} extensions, ${groups} groups, ${dids} direct numbers`
  return [
    isDryRun
      ? `nothing was changed; after this import the box would know of ${pbx}: ${known}`
      : `known of ${pbx}: ${known}`,
    ...changeLines(change),
    ...(leftOut.length > 0 ? ['not taken over:', ...leftOut.map((text) => `  ${text}`)] : []),
  ].join('\n')
}

function changeLines(change: KnowledgeChange): string[] {
  const kinds = { extensions: 'extensions', groups: 'groups', dids: 'direct numbers' } as const
  return (Object.keys(kinds) as (keyof KnowledgeChange)[]).flatMap((kind) =>
    (['added', 'changed', 'removed'] satisfies (keyof Change)[]).flatMap((what) => {
      const names = change[kind][what]
      if (names.length === 0) return []
      const rest = names.length > mostNames ? ` and ${names.length - mostNames} more` : ''
      return [`  ${kinds[kind]} ${what}: ${names.slice(0, mostNames).join(', ')}${rest}`]
    }),
  )
}
