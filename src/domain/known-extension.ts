import type { DialRight } from './dial-right.ts'
import type { E164 } from './phone-number.ts'
import type { GroupRinging } from './route.ts'

/** One `H(username:realm:password)` of a phone (RFC 7616 §3.4.2): enough to check it, and no password. */
export interface KnownDigest {
  readonly username: string
  readonly realm: string
  readonly algorithm: 'MD5' | 'SHA-256'
  /** Lower-case hex. */
  readonly ha1: string
}

/** An extension of a PBX, as the box knows it without asking the PBX. Names are user parts in the PBX's domain. */
export interface KnownExtension {
  readonly user: string
  readonly displayName: string | undefined
  /** Other user parts for the same person, such as a short number. */
  readonly aliases: readonly string[]
  /** Direct numbers, the caller ID first. */
  readonly numbers: readonly E164[]
  readonly digests: readonly KnownDigest[]
  /** Mailbox at the PBX: `201@default`. */
  readonly voicemail: string | undefined
  /** Undefined: what users may dial by default. */
  readonly mayDial: readonly DialRight[] | undefined
}

export interface KnownGroup {
  readonly user: string
  readonly aliases: readonly string[]
  /** User parts in the PBX's domain, or whole names of others: `301@site-b.example`. */
  readonly members: readonly string[]
  readonly ring: GroupRinging
  readonly ringSeconds: number | undefined
}

/** A direct number of a PBX. */
export interface KnownDid {
  readonly number: E164
  /** User part of the extension or group that it rings; undefined when the PBX does what the box cannot. */
  readonly to: string | undefined
  /** Where it was read, or what could not be. */
  readonly why: string
}

/** All that is known of one PBX beforehand. */
export interface PbxKnowledge {
  readonly extensions: readonly KnownExtension[]
  readonly groups: readonly KnownGroup[]
  readonly dids: readonly KnownDid[]
  /** What its source said and the box could not take over, a sentence each. */
  readonly unread: readonly string[]
}
