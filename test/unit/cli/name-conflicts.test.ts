import { expect, it } from 'vitest'
import { nameConflict } from '../../../src/cli/name-conflicts.ts'
import { configSchema } from '../../../src/config/schema.ts'

const conflictOf = (config: Parameters<typeof configSchema.parse>[0]) =>
  nameConflict(configSchema.parse(config))
const anna = { aor: '201@a.example', password: 'x', aliases: ['700'] }

it('a name has one owner: a user, or a group', () => {
  expect(
    conflictOf({ users: [anna], groups: [{ aor: '600@a.example', members: ['201@a.example'] }] }),
  ).toBeUndefined()
  expect(conflictOf({ users: [anna], groups: [{ aor: '700@a.example', members: ['201@a.example'] }] })).toBe(
    'groups: sip:700@a.example is taken by the user sip:201@a.example',
  )
  expect(conflictOf({ users: [anna, { aor: '700@a.example', password: 'x' }] })).toBe(
    'users: sip:700@a.example is claimed by both sip:201@a.example and sip:700@a.example',
  )
})
