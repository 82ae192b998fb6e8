import type { KnownDid, KnownExtension, KnownGroup, PbxKnowledge } from '../../domain/known-extension.ts'

export const nothingKnown: PbxKnowledge = { extensions: [], groups: [], dids: [], unread: [] }

/** What several sources say of one PBX; where two name the same, the earlier source wins and the later fills in. */
export function mergedKnowledge(sources: readonly PbxKnowledge[]): PbxKnowledge {
  const extensions = new Map<string, KnownExtension>()
  const groups = new Map<string, KnownGroup>()
  const dids = new Map<string, KnownDid>()
  for (const source of sources) {
    for (const each of source.extensions) {
      const known = extensions.get(each.user)
      extensions.set(each.user, known ? filledIn(known, each) : each)
    }
    for (const each of source.groups) if (!groups.has(each.user)) groups.set(each.user, each)
    for (const each of source.dids) if (dids.get(each.number)?.to === undefined) dids.set(each.number, each)
  }
  return {
    extensions: [...extensions.values()],
    groups: [...groups.values()],
    dids: [...dids.values()],
    unread: sources.flatMap(({ unread }) => unread),
  }
}

function filledIn(known: KnownExtension, more: KnownExtension): KnownExtension {
  const digestKey = ({ username, realm, algorithm }: KnownExtension['digests'][number]) =>
    `${algorithm} ${realm} ${username}`
  const has = new Set(known.digests.map(digestKey))
  return {
    user: known.user,
    displayName: known.displayName ?? more.displayName,
    aliases: [...new Set([...known.aliases, ...more.aliases])],
    numbers: [...new Set([...known.numbers, ...more.numbers])],
    digests: [...known.digests, ...more.digests.filter((digest) => !has.has(digestKey(digest)))],
    voicemail: known.voicemail ?? more.voicemail,
    mayDial: known.mayDial ?? more.mayDial,
  }
}
