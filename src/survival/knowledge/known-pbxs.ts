import type { PbxKnowledge } from '../../domain/known-extension.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { ImportInvalid } from './import-invalid.ts'
import { isNoChange, type KnowledgeChange, knowledgeChange, suspicionOf } from './knowledge-change.ts'
import { withinLimits } from './knowledge-limits.ts'
import {
  KeyUnusable,
  type KnowledgeBySource,
  type KnowledgeSource,
  type LoadedKnowledge,
} from './knowledge-store.ts'
import { mergedKnowledge, nothingKnown } from './merged-knowledge.ts'

export interface KnownPbxsParts {
  readonly pbxs: readonly { readonly name: string; readonly domain: string }[]
  readonly store: {
    load(pbx: string): Promise<LoadedKnowledge>
    save(pbx: string, sources: KnowledgeBySource): Promise<void>
  }
  /** Makes it true: users, groups and numbers. Returns what was left out, a sentence each. */
  take(domain: string, knowledge: PbxKnowledge): readonly string[]
  readonly clock: Clock
  readonly log: Log
}

export interface ImportOrder {
  readonly pbx: string
  readonly source: KnowledgeSource
  readonly knowledge: PbxKnowledge
  readonly isDryRun: boolean
  /** Also when far fewer extensions, passwords, groups or direct numbers are left than before. */
  readonly isForced: boolean
  /** Nobody has asked for it: what cannot be read now, for want of the key, is left as it is. */
  readonly isByItself: boolean
}

export interface Imported {
  readonly pbx: string
  readonly isDryRun: boolean
  readonly change: KnowledgeChange
  /** What is known of the PBX now, or would be. */
  readonly counts: Readonly<Record<'extensions' | 'groups' | 'dids', number>>
  /** What was not taken over, and why. */
  readonly leftOut: readonly string[]
}

interface Known {
  readonly domain: string
  sources: KnowledgeBySource
  merged: PbxKnowledge
  leftOut: readonly string[]
  /** In words for the operator: why something is not known that should be. */
  locked: string | undefined
  doubt: string | undefined
}

/** What is known of each PBX beforehand: there at the start of the box, whether the PBX lives or not. */
export class KnownPbxs implements Part {
  readonly name = 'knowledge of the PBXs'
  readonly #parts: KnownPbxsParts
  readonly #known: ReadonlyMap<string, Known>
  readonly #listeners: (() => void)[] = []
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: KnownPbxsParts) {
    this.#parts = parts
    this.#known = new Map(parts.pbxs.map(({ name, domain }) => [name, nothingOf(domain)]))
  }

  /** Loads what was kept. A key that is lost does not keep the box from starting. */
  async start(): Promise<void> {
    for (const [pbx, known] of this.#known) {
      const loaded = await this.#parts.store.load(pbx)
      if (loaded.kind === 'known') this.#use(known, loaded.sources)
      else {
        known.locked = loaded.why
        this.#parts.log.error({ pbx, why: loaded.why }, 'knowledge of the PBX cannot be read')
      }
    }
  }

  async stop(): Promise<void> {
    await this.#turn
  }

  /** Called after each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Hands over what is known once more: it may be put together otherwise now. */
  takeAgain(): void {
    for (const known of this.#known.values()) this.#use(known, known.sources)
  }

  /** Undefined for a PBX that is not in the config. */
  of(pbx: string): PbxKnowledge | undefined {
    return this.#known.get(pbx)?.merged
  }

  /** When a source last told of the PBX, milliseconds since the Unix epoch. */
  toldAt(pbx: string): number | undefined {
    const { csv, asterisk } = this.#known.get(pbx)?.sources ?? {}
    return csv || asterisk ? Math.max(csv?.at ?? 0, asterisk?.at ?? 0) : undefined
  }

  /** What the operator has to be told about a PBX, a sentence each. */
  troubles(pbx: string): readonly string[] {
    const known = this.#known.get(pbx)
    if (!known) return []
    return [known.locked, known.doubt, ...known.leftOut].filter((text) => text !== undefined)
  }

  /** One at a time, in the order in which they were asked for. Rejects with `ImportInvalid`; then nothing has changed. */
  async import(order: ImportOrder): Promise<Imported> {
    const turn = this.#turn.then(() => this.#import(order))
    this.#turn = turn.catch(() => undefined)
    return await turn
  }

  async #import(order: ImportOrder): Promise<Imported> {
    const { pbx, source, isDryRun, isForced, isByItself } = order
    const { clock, log, store } = this.#parts
    const known = this.#known.get(pbx)
    if (!known) throw new ImportInvalid([`there is no PBX "${pbx}" in the config`])
    const knowledge = withinLimits(order.knowledge)
    const before = known.sources[source]?.knowledge ?? nothingKnown
    const doubt = isForced ? undefined : suspicionOf(before, knowledge)
    if (doubt !== undefined) {
      if (!isDryRun) known.doubt = `${source} was read, and ${doubt}`
      throw new ImportInvalid([doubt])
    }
    const sources = { ...known.sources, [source]: { at: clock.now(), knowledge } }
    const after = mergedOf(sources)
    const change = knowledgeChange(known.merged, after)
    const imported = { pbx, isDryRun, change, counts: countsOf(after), leftOut: knowledge.unread }
    if (isDryRun) return imported
    const isLeft = isByItself && (known.locked !== undefined || isNoChange(change))
    if (!isLeft) {
      await store.save(pbx, sources).catch(inWords)
      known.locked = undefined
    }
    known.doubt = undefined
    // At 20,000 extensions to take them over anew costs what a call would notice.
    if (isNoChange(change)) known.sources = sources
    else {
      this.#use(known, sources)
      log.info({ pbx, source, ...imported.counts }, 'a PBX has told of its users')
    }
    return { ...imported, leftOut: [...knowledge.unread, ...known.leftOut] }
  }

  #use(known: Known, sources: KnowledgeBySource): void {
    known.sources = sources
    known.merged = mergedOf(sources)
    known.leftOut = this.#parts.take(known.domain, known.merged)
    for (const listener of this.#listeners) listener()
  }
}

function nothingOf(domain: string): Known {
  const nothing = { locked: undefined, doubt: undefined, leftOut: [] }
  return { domain, sources: {}, merged: nothingKnown, ...nothing }
}

/** What an operator has written comes before what a program told. */
function mergedOf({ csv, asterisk }: KnowledgeBySource): PbxKnowledge {
  return mergedKnowledge([csv, asterisk].flatMap((source) => (source ? [source.knowledge] : [])))
}

function countsOf({ extensions, groups, dids }: PbxKnowledge): Imported['counts'] {
  return { extensions: extensions.length, groups: groups.length, dids: dids.length }
}

function inWords(error: unknown): never {
  if (error instanceof KeyUnusable) throw new ImportInvalid([`nothing was kept: ${error.message}`])
  throw error
}
