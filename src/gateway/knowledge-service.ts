import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ExtensionsView, ImportAnswer, ImportRequest } from '../admin/extensions-view.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { PbxEntry } from '../config/sections/pbxs.ts'
import type { PbxKnowledge } from '../domain/known-extension.ts'
import { AmiTrouble } from '../drivers/asterisk/ami-trouble.ts'
import type { SettingTable } from '../drivers/sqlite/setting-table.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { asteriskKnowledge } from '../survival/knowledge/asterisk/asterisk-knowledge.ts'
import { configOfFiles } from '../survival/knowledge/asterisk/config-files.ts'
import { csvKnowledge } from '../survival/knowledge/csv/csv-knowledge.ts'
import { ImportInvalid } from '../survival/knowledge/import-invalid.ts'
import { KnowledgeRefresh } from '../survival/knowledge/knowledge-refresh.ts'
import { KnowledgeStore } from '../survival/knowledge/knowledge-store.ts'
import { KnownPbxs } from '../survival/knowledge/known-pbxs.ts'
import { withLearned } from '../survival/knowledge/learned-extensions.ts'
import { PhoneSightings, type PhoneSightingsParts } from '../survival/knowledge/phone-sightings.ts'
import type { Readiness } from '../survival/knowledge/readiness.ts'
import type { Asterisks } from './asterisks.ts'
import { type KnowledgeSinksParts, knowledgeSinks } from './knowledge-sinks.ts'
import { digestMaker, realmsAskedIn } from './pbx-digests.ts'
import { pbxReadiness, type ReadinessParts } from './pbx-readiness.ts'

export interface KnowledgeServiceParts
  extends KnowledgeSinksParts,
    Omit<ReadinessParts, 'known' | 'sightings' | 'realmsOf'> {
  readonly location: PhoneSightingsParts['location']
  readonly loaded: Pick<LoadedConfig, 'dataDir' | 'folder'>
  /** The box's own realm. */
  readonly realm: string
  /** By which a PBX was heard to ask, the one to ask by first. */
  heardRealms(domain: string): readonly string[]
  readonly asterisks: Asterisks
  readonly settings: SettingTable
  readonly clock: Clock
  readonly log: Log
}

const learnWithinMs = 5_000

/** What the box knows of its PBXs before they are gone: loaded, imported, refreshed, and looked through. */
export class KnowledgeService implements ExtensionsView {
  readonly known: KnownPbxs
  readonly sightings: PhoneSightings
  readonly refresh: KnowledgeRefresh
  readonly #parts: KnowledgeServiceParts
  #learning: Timer | undefined

  constructor(parts: KnowledgeServiceParts) {
    const { config, loaded, settings, clock, log } = parts
    const { keyFile } = config.survival
    const file =
      keyFile === undefined ? join(loaded.dataDir, 'pbx-knowledge.key') : resolve(loaded.folder, keyFile)
    this.#parts = parts
    const take = knowledgeSinks(parts)
    this.known = new KnownPbxs({
      pbxs: config.pbxs,
      store: new KnowledgeStore(settings, file),
      take: (domain, knowledge) => take(domain, withLearned(domain, knowledge, this.sightings)),
      clock,
      log,
    })
    const domains = new Set(config.pbxs.map(({ domain }) => domain))
    this.sightings = new PhoneSightings({
      isWatched: (domain) => domains.has(domain),
      ...{ location: parts.location, settings, clock, log },
    })
    this.sightings.onNewUser(() => this.#learnSoon())
    this.refresh = new KnowledgeRefresh({ pbxs: this.#tellingPbxs(), known: this.known, clock, log })
  }

  /** Loaded before calls are taken. */
  get earlyParts(): readonly Part[] {
    return [this.sightings, this.known]
  }

  get parts(): readonly Part[] {
    return [this.refresh]
  }

  /** Called after each change of users, groups or numbers. */
  onChange(listener: () => Promise<void>): void {
    const { log } = this.#parts
    this.known.onChange(() => {
      listener().catch((error: unknown) => log.error({ error }, 'users of a PBX were not announced'))
    })
  }

  readiness(): readonly Readiness[] {
    const { known, sightings } = this
    const realmsOf = (domain: string) => realmsAskedIn(domain, this.#parts)
    return this.#parts.config.pbxs.map((pbx) =>
      pbxReadiness(pbx, { ...this.#parts, known, sightings, realmsOf }),
    )
  }

  async import({ pbx: name, isDryRun, isForced, from }: ImportRequest): Promise<ImportAnswer> {
    const pbx = this.#parts.config.pbxs.find((each) => each.name === name)
    if (!pbx) return { kind: 'unknown', text: `there is no PBX "${name}" in the config` }
    try {
      const knowledge = await this.#knowledge(pbx, from)
      const source = from.kind === 'csv' ? 'csv' : 'asterisk'
      const order = { pbx: name, source, knowledge, isDryRun, isForced, isByItself: false } as const
      return { kind: 'done', imported: await this.known.import(order) }
    } catch (error) {
      if (error instanceof ImportInvalid) return { kind: 'refused', problems: error.problems }
      if (error instanceof AmiTrouble) return { kind: 'away', text: error.message }
      throw error
    }
  }

  /** When a whole PBX is new, its phones come all at once. */
  #learnSoon(): void {
    this.#learning ??= this.#parts.clock.after(learnWithinMs, () => {
      this.#learning = undefined
      this.known.takeAgain()
    })
  }

  async #knowledge(pbx: PbxEntry, from: ImportRequest['from']): Promise<PbxKnowledge> {
    const makeDigests = digestMaker(pbx.domain, this.#parts)
    const [usualRealm = this.#parts.realm] = realmsAskedIn(pbx.domain, this.#parts)
    if (from.kind === 'csv') return csvKnowledge(from.text, makeDigests, usualRealm)
    const config =
      from.kind === 'files' ? configOfFiles(from.files) : await this.#asteriskOf(pbx).readConfig()
    // Of a PBX with thousands of phones either half takes long: calls have their turn between.
    await setImmediate()
    const readNumber = (digits: string) => this.#parts.numbers.readFromTrunk(digits)
    return asteriskKnowledge(config, { makeDigests, readNumber })
  }

  #asteriskOf({ name, asterisk }: PbxEntry) {
    const found = asterisk === undefined ? undefined : this.#parts.asterisks.find(asterisk)
    if (!found)
      throw new ImportInvalid([
        `the PBX ${name} names no "asterisk" that could be asked: hand its files over`,
      ])
    return found
  }

  #tellingPbxs() {
    const { config, asterisks } = this.#parts
    return config.pbxs.flatMap((pbx) => {
      const asterisk = pbx.asterisk === undefined ? undefined : asterisks.find(pbx.asterisk)
      if (!asterisk) return []
      let isThere = false
      return [
        {
          name: pbx.name,
          tell: () => this.#knowledge(pbx, { kind: 'asterisk' }),
          onThere: (listener: () => void) =>
            asterisk.onChange(() => {
              const wasThere = isThere
              isThere = asterisk.state() !== undefined
              if (isThere && !wasThere) listener()
            }),
        },
      ]
    })
  }
}
