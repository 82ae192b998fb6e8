import type { KnownExtension } from '../../src/domain/known-extension.ts'

/** An extension that a PBX has told of, with nothing but its name unless more is given. */
export function anExtension(user: string, more: Partial<KnownExtension> = {}): KnownExtension {
  const nothing = { displayName: undefined, voicemail: undefined, mayDial: undefined }
  return { user, aliases: [], numbers: [], digests: [], ...nothing, ...more }
}
