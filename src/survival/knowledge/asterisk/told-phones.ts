import type { KnownDigest } from '../../../domain/known-extension.ts'

/** A phone in the config of an Asterisk. */
export interface ToldPhone {
  /** As the dialplan calls it: `PJSIP/201`. */
  readonly device: string
  /** User part under which it registers. */
  readonly user: string
  readonly displayName: string | undefined
  readonly digests: readonly KnownDigest[]
  readonly voicemail: string | undefined
  /** Where its calls begin in the dialplan. */
  readonly context: string
}

export interface ToldPhones {
  readonly phones: readonly ToldPhone[]
  /** Contexts in which calls from lines outside begin. */
  readonly trunkContexts: readonly string[]
  readonly unread: readonly string[]
}

/** Digests of a password in this realm and whatever others the box may ask in; the password is not kept. */
export type MakeDigests = (username: string, password: string, realm: string) => readonly KnownDigest[]

/** `"Anna Meier" <201>` */
export function nameOfCallerId(text: string | undefined): string | undefined {
  const name = text
    ?.replace(/<[^>]*>\s*$/, '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
  return name === undefined || name === '' || /^[\d+]+$/.test(name) ? undefined : name
}
