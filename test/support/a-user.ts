import { type UserEntry, userEntry } from '../../src/config/sections/users.ts'

/** A user of the config, with defaults as the schema gives them. */
export function aUser(aor: string, more: Omit<Partial<UserEntry>, 'aor'> = {}): UserEntry {
  return userEntry.parse({ aor, password: 'secret', ...more })
}
