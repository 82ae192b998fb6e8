import { dialRights } from '../../../domain/dial-right.ts'
import type {
  KnownDigest,
  KnownExtension,
  KnownGroup,
  PbxKnowledge,
} from '../../../domain/known-extension.ts'
import { isE164 } from '../../../domain/phone-number.ts'
import type { MakeDigests } from '../asterisk/told-phones.ts'
import { ImportInvalid } from '../import-invalid.ts'
import { type CsvRow, readCsvRows } from './csv-rows.ts'

/** In the first line of the file, in any order; `user` is the only one that must be there. */
export const csvColumns = [
  'kind',
  'user',
  'name',
  'aliases',
  'numbers',
  'username',
  'password',
  'realm',
  'ha1_md5',
  'ha1_sha256',
  'voicemail',
  'rights',
  'members',
  'ring',
  'ring_seconds',
] as const

type Column = (typeof csvColumns)[number]

const mostProblems = 50
const mostMembers = 40

/** Reads extensions and groups with their direct numbers. Throws `ImportInvalid` with every wrong line. */
export function csvKnowledge(text: string, makeDigests: MakeDigests, usualRealm: string): PbxKnowledge {
  const rows = readCsvRows(text)
  if (!Array.isArray(rows)) throw new ImportInvalid([`line ${rows.unendedSince}: a quoted field has no end`])
  const [head, ...body] = rows
  const reader = new CsvReader(columnsOf(head), makeDigests, usualRealm)
  for (const row of body) reader.read(row)
  return reader.knowledge()
}

function columnsOf(head: CsvRow | undefined): readonly Column[] {
  const names = (head?.fields ?? []).map((name) => name.toLowerCase())
  const strange = names.filter((name) => !csvColumns.includes(name as Column))
  if (strange.length > 0)
    throw new ImportInvalid([
      `line 1: no such column: ${strange.join(', ')}; there are ${csvColumns.join(', ')}`,
    ])
  if (!names.includes('user'))
    throw new ImportInvalid(['line 1: names the columns; "user" is not among them'])
  return names as Column[]
}

type Cells = {
  value(column: Column): string | undefined
  words(column: Column): readonly string[]
}

/** Why one line cannot be taken. */
class LineWrong extends Error {}

class CsvReader {
  readonly #columns: readonly Column[]
  readonly #makeDigests: MakeDigests
  readonly #usualRealm: string
  readonly #extensions: KnownExtension[] = []
  readonly #groups: KnownGroup[] = []
  readonly #dids = new Map<string, { number: string; to: string; why: string }>()
  readonly #names = new Map<string, number>()
  readonly #problems: string[] = []

  constructor(columns: readonly Column[], makeDigests: MakeDigests, usualRealm: string) {
    this.#columns = columns
    this.#makeDigests = makeDigests
    this.#usualRealm = usualRealm
  }

  knowledge(): PbxKnowledge {
    if (this.#problems.length > 0) throw new ImportInvalid(this.#problems.slice(0, mostProblems))
    const dids = [...this.#dids.values()]
    return { extensions: this.#extensions, groups: this.#groups, dids, unread: [] }
  }

  read(row: CsvRow): void {
    try {
      this.#read(row)
    } catch (error) {
      if (!(error instanceof LineWrong)) throw error
      this.#problems.push(`line ${row.line}: ${error.message}`)
    }
  }

  #read({ line, fields }: CsvRow): void {
    const columns = this.#columns
    if (fields.length > columns.length)
      throw new LineWrong(`${fields.length} fields for ${columns.length} columns`)
    const value = (column: Column) => fields[columns.indexOf(column)] || undefined
    const cells: Cells = { value, words: (column) => value(column)?.split(/\s+/) ?? [] }
    const user = this.#claimNames(cells, line)
    this.#claimNumbers(user, cells, line)
    const kind = value('kind') ?? 'user'
    if (kind === 'user') this.#extensions.push(this.#extension(user, cells))
    else if (kind === 'group') this.#groups.push(readGroup(user, cells))
    else throw new LineWrong(`the kind "${kind}" is neither user nor group`)
  }

  #claimNames({ value, words }: Cells, line: number): string {
    const user = value('user')
    if (user === undefined) throw new LineWrong('no "user"')
    for (const name of [user, ...words('aliases')]) {
      if (/[@\s<>;?"]/.test(name)) throw new LineWrong(`"${name}" is no user part such as 201`)
      const other = this.#names.get(name)
      if (other !== undefined) throw new LineWrong(`${name} is already a name on line ${other}`)
      this.#names.set(name, line)
    }
    return user
  }

  #claimNumbers(user: string, { words }: Cells, line: number): void {
    for (const number of words('numbers')) {
      if (!isE164(number)) throw new LineWrong(`"${number}" is no number such as +4930123450`)
      const other = this.#dids.get(number)
      if (other) throw new LineWrong(`${number} belongs to ${other.to} already`)
      this.#dids.set(number, { number, to: user, why: `line ${line}` })
    }
  }

  #extension(user: string, cells: Cells): KnownExtension {
    const { value, words } = cells
    const rights = words('rights')
    const strange = rights.find((word) => !dialRights.some((right) => right === word))
    if (strange !== undefined)
      throw new LineWrong(`no such right: ${strange}; there are ${dialRights.join(', ')}`)
    return {
      user,
      displayName: value('name'),
      aliases: words('aliases'),
      numbers: words('numbers'),
      digests: this.#digests(user, cells),
      voicemail: value('voicemail'),
      mayDial: rights.length > 0 ? dialRights.filter((right) => rights.includes(right)) : undefined,
    }
  }

  #digests(user: string, { value }: Cells): readonly KnownDigest[] {
    const username = value('username') ?? user
    const realm = value('realm') ?? this.#usualRealm
    const password = value('password')
    const ready = [
      { algorithm: 'MD5', length: 32, ha1: value('ha1_md5')?.toLowerCase() },
      { algorithm: 'SHA-256', length: 64, ha1: value('ha1_sha256')?.toLowerCase() },
    ] as const
    if (password !== undefined && ready.some(({ ha1 }) => ha1 !== undefined))
      throw new LineWrong('"password" or "ha1_…", not both: one of them could be old')
    const digests = ready.flatMap(({ algorithm, length, ha1 }) => {
      if (ha1 === undefined) return []
      if (ha1.length !== length || !/^[0-9a-f]+$/.test(ha1))
        throw new LineWrong(`no ${algorithm} digest of ${length} hex digits`)
      return [{ username, realm, algorithm, ha1 }]
    })
    return password === undefined ? digests : [...digests, ...this.#makeDigests(username, password, realm)]
  }
}

function readGroup(user: string, { value, words }: Cells): KnownGroup {
  const ring = value('ring') ?? 'all'
  const seconds = value('ring_seconds')
  if (ring !== 'all' && ring !== 'in-turn') throw new LineWrong(`ring is "all" or "in-turn", not "${ring}"`)
  if (seconds !== undefined && !/^[1-9]\d{0,2}$/.test(seconds))
    throw new LineWrong('ring_seconds is no number of seconds')
  const members = [...new Set(words('members'))]
  if (members.length === 0 || members.length > mostMembers)
    throw new LineWrong(`a group has 1 to ${mostMembers} members`)
  const ringSeconds = seconds === undefined ? undefined : Number(seconds)
  return { user, aliases: words('aliases'), members, ring, ringSeconds }
}
