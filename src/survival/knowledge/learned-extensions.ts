import { type AorText, parseAor } from '../../domain/aor.ts'
import type { KnownExtension, PbxKnowledge } from '../../domain/known-extension.ts'
import type { Sighting } from './phone-sightings.ts'

export interface SeenUsers {
  users(): Iterable<AorText>
  of(aor: AorText): Sighting | undefined
}

/** With those whom the PBX has accepted through the box, and of whom nobody has told more than that. */
export function withLearned(domain: string, knowledge: PbxKnowledge, seen: SeenUsers): PbxKnowledge {
  const names = new Set([
    ...knowledge.extensions.flatMap(({ user, aliases }) => [user, ...aliases]),
    ...knowledge.groups.flatMap(({ user, aliases }) => [user, ...aliases]),
  ])
  const learned = [...seen.users()].flatMap((text): KnownExtension[] => {
    const name = parseAor(text)
    if (name?.domain !== domain || names.has(name.user) || seen.of(text)?.wasVouched !== true) return []
    return [{ user: name.user, aliases: [], numbers: [], digests: [], ...nothingSaid }]
  })
  return learned.length === 0
    ? knowledge
    : { ...knowledge, extensions: [...knowledge.extensions, ...learned] }
}

const nothingSaid = { displayName: undefined, voicemail: undefined, mayDial: undefined }
