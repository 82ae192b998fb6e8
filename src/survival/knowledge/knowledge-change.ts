import type { PbxKnowledge } from '../../domain/known-extension.ts'

/** Names that come, go and change. No secrets. */
export interface Change {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

/** What an import does to what is known of a PBX. */
export interface KnowledgeChange {
  readonly extensions: Change
  readonly groups: Change
  readonly dids: Change
}

export function knowledgeChange(before: PbxKnowledge, after: PbxKnowledge): KnowledgeChange {
  return {
    extensions: changeOf(before.extensions, after.extensions, ({ user }) => user),
    groups: changeOf(before.groups, after.groups, ({ user }) => user),
    dids: changeOf(before.dids, after.dids, ({ number }) => number),
  }
}

export function isNoChange({ extensions, groups, dids }: KnowledgeChange): boolean {
  return [extensions, groups, dids].every(
    ({ added, removed, changed }) => added.length + removed.length + changed.length === 0,
  )
}

/**
 * Why this looks as if the source were broken and not the PBX smaller; undefined when it does not. A PBX that is being
 * reinstalled tells of nobody, at the very time at which its users will be needed; one that is writing its files tells of
 * users and not of their passwords.
 */
export function suspicionOf(before: PbxKnowledge, after: PbxKnowledge): string | undefined {
  const [was, is] = [countsOf(before), countsOf(after)]
  const lost = kinds.find((kind) => is[kind] * 2 < was[kind])
  if (lost === undefined) return undefined
  return `it tells of ${is[lost]} ${lost}, and ${was[lost]} are known; nothing was taken over. If that is right, import with --force`
}

const kinds = ['extensions', 'extensions with a password', 'groups', 'direct numbers'] as const

function countsOf({
  extensions,
  groups,
  dids,
}: PbxKnowledge): Readonly<Record<(typeof kinds)[number], number>> {
  return {
    extensions: extensions.length,
    'extensions with a password': extensions.filter(({ digests }) => digests.length > 0).length,
    groups: groups.length,
    'direct numbers': dids.length,
  }
}

function changeOf<Item>(
  before: readonly Item[],
  after: readonly Item[],
  nameOf: (item: Item) => string,
): Change {
  const old = new Map(before.map((item) => [nameOf(item), JSON.stringify(item)]))
  const names = new Set(after.map(nameOf))
  const added: string[] = []
  const changed: string[] = []
  for (const item of after) {
    const known = old.get(nameOf(item))
    if (known === undefined) added.push(nameOf(item))
    else if (known !== JSON.stringify(item)) changed.push(nameOf(item))
  }
  return { added, changed, removed: [...old.keys()].filter((name) => !names.has(name)) }
}
