import { z } from 'zod'

export const groupEntry = z
  .strictObject({
    aor: z
      .string()
      .regex(/^[^@\s]+@[^@\s]+$/)
      .describe('Name of the group: "600@site-a.example".'),
    members: z.array(z.string()).min(1).max(50).describe('Users that ring: "201@site-a.example".'),
    ring: z
      .enum(['all', 'in-turn'])
      .default('all')
      .describe('"all" together, or one after the other in the order of the list.'),
    numbers: z
      .array(z.string().regex(/^\+[1-9]\d{3,14}$/))
      .default([])
      .describe('Direct dial-in numbers of the group in E.164.'),
  })
  .describe('Several users under one name.')

export const groupsSection = z
  .array(groupEntry)
  .default([])
  .describe('Groups of users that ring together or in turn.')

export type GroupEntry = z.output<typeof groupEntry>
