import type { PbxKnowledge } from '../../domain/known-extension.ts'
import { readKey, readOrMakeKey } from './knowledge-key.ts'
import { seal, unseal } from './sealed.ts'

/** Where knowledge came from: files and AMI tell the same thing. */
export type KnowledgeSource = 'csv' | 'asterisk'

export interface KeptKnowledge {
  /** When it was last confirmed by its source, milliseconds since the Unix epoch. */
  readonly at: number
  readonly knowledge: PbxKnowledge
}

export type KnowledgeBySource = Readonly<Partial<Record<KnowledgeSource, KeptKnowledge>>>

export type LoadedKnowledge =
  | { readonly kind: 'known'; readonly sources: KnowledgeBySource }
  /** There is something, and it cannot be opened. */
  | { readonly kind: 'locked'; readonly why: string }

export interface SealedShelf {
  get(key: string): Promise<Uint8Array | undefined>
  set(key: string, value: Uint8Array): Promise<void>
}

/** The key file is no key; what was sealed with the right one stays where it is. */
export class KeyUnusable extends Error {
  override readonly name = 'KeyUnusable'
}

/** Keeps what is known of the PBXs in the database, sealed with a key that is not in it. */
export class KnowledgeStore {
  readonly #shelf: SealedShelf
  readonly #keyFile: string

  constructor(shelf: SealedShelf, keyFile: string) {
    this.#shelf = shelf
    this.#keyFile = keyFile
  }

  async load(pbx: string): Promise<LoadedKnowledge> {
    const label = labelOf(pbx)
    const sealed = await this.#shelf.get(label)
    if (!sealed) return { kind: 'known', sources: {} }
    const found = readKey(this.#keyFile)
    if (found.kind === 'missing') return this.#locked(pbx, `the key file ${this.#keyFile} is missing`)
    if (found.kind === 'unusable') return this.#locked(pbx, found.why)
    const plain = unseal(sealed, found.key, label)
    if (!plain) return this.#locked(pbx, `${this.#keyFile} holds another key than the one it was sealed with`)
    return { kind: 'known', sources: JSON.parse(plain.toString('utf8')) as KnowledgeBySource }
  }

  /** Resolves when it is durable. Throws `KeyUnusable`. */
  async save(pbx: string, sources: KnowledgeBySource): Promise<void> {
    const found = readOrMakeKey(this.#keyFile)
    if (found.kind !== 'key')
      throw new KeyUnusable(found.kind === 'unusable' ? found.why : `${this.#keyFile} cannot be read`)
    const label = labelOf(pbx)
    await this.#shelf.set(label, seal(Buffer.from(JSON.stringify(sources)), found.key, label))
  }

  #locked(pbx: string, why: string): LoadedKnowledge {
    const remedy = 'put the right key file back, or import again'
    return { kind: 'locked', why: `what was imported of the PBX ${pbx} cannot be read: ${why}; ${remedy}` }
  }
}

function labelOf(pbx: string): string {
  return `knowledge of ${pbx}`
}
