import type { Note, Options } from './options.ts'
import { graceRefusal } from './permission.ts'

/** What remains of the ways for somebody who was let in without a password: the phones of this site. */
export function onGrace({ groups, notes, otherwise }: Options): Options {
  const phones = groups
    .map((group) => group.filter(({ path }) => path === 'phone'))
    .filter((group) => group.length > 0)
  const leftOut = groups.flat().length - phones.flat().length
  // Nobody elsewhere is asked for him: it is not known whether somebody has that name.
  const refused = phones.length === 0 && otherwise.status === 404 ? graceRefusal : otherwise
  if (leftOut === 0) return { groups, notes, otherwise: refused }
  const { why, status, reason } = graceRefusal
  const note: Note = { step: 'rights', asked: 'other ways', answer: `${leftOut} left out`, why }
  return {
    groups: phones,
    notes: [...notes, note],
    otherwise: phones.length > 0 ? otherwise : { ...otherwise, status, reason, why },
  }
}
