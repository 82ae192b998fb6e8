import { printAor } from '../domain/aor.ts'
import type { Member } from './knowledge.ts'
import type { Note, Option, Options } from './options.ts'
import type { CallGroup } from './site.ts'
import { waysTo } from './user-ways.ts'

/** The members of a group, together or in turn; each at his best phones, here and at other boxes. */
export function groupOptions(group: CallGroup, members: readonly Member[]): Options {
  const name = printAor(group.aor)
  const reachable = members.flatMap((member) => {
    const [best] = waysTo(member.aor, member)
    return best ? [best.map((option) => ofMember(option, member, group))] : []
  })
  const how =
    group.ring === 'all'
      ? 'the members ring together'
      : `the members ring one after the other, ${group.ringSeconds} s each`
  const note: Note = {
    step: 'group',
    asked: name,
    answer: `${reachable.length} of ${group.members.length} members have a phone to ring`,
    why: members.length < group.members.length ? `${how}, but not the one who calls` : how,
  }
  return {
    groups: group.ring === 'all' && reachable.length > 0 ? [reachable.flat()] : reachable,
    notes: [note, ...members.flatMap(silenceNote)],
    otherwise: {
      status: 480,
      reason: 'Temporarily Unavailable',
      why: `no member of ${name} has a phone registered anywhere`,
    },
  }
}

function ofMember(option: Option, member: Member, { ring, ringSeconds }: CallGroup): Option {
  return {
    ...option,
    ...(ringSeconds !== undefined && { ringSeconds }),
    memberOf: ring,
    why: `${printAor(member.aor)} is a member of the group; ${option.why}`,
  }
}

function silenceNote({ aor, homeBoxes }: Member): Note[] {
  if (homeBoxes !== 'no answer') return []
  const why = 'no answer within its time box: phones at other boxes are left out'
  return [{ step: 'overlay', asked: printAor(aor), answer: 'passed over', why }]
}
