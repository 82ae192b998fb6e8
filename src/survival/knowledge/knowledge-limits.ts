import type { PbxKnowledge } from '../../domain/known-extension.ts'
import { ImportInvalid } from './import-invalid.ts'

/** Of one PBX. */
export const knowledgeLimits = { extensions: 20_000, groups: 1_000, dids: 50_000, unread: 200 } as const

/** The same, bounded. Throws `ImportInvalid` for a PBX that is larger than the box can stand in for. */
export function withinLimits(knowledge: PbxKnowledge): PbxKnowledge {
  const problems = (['extensions', 'groups', 'dids'] as const).flatMap((kind) => {
    const [count, most] = [knowledge[kind].length, knowledgeLimits[kind]]
    return count > most ? [`${count} ${kind}; the box knows at most ${most} of one PBX`] : []
  })
  if (problems.length > 0) throw new ImportInvalid(problems)
  const { unread } = knowledge
  const left = unread.length - knowledgeLimits.unread
  if (left <= 0) return knowledge
  return { ...knowledge, unread: [...unread.slice(0, knowledgeLimits.unread), `and ${left} more`] }
}
