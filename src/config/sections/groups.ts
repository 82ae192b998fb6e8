import { z } from 'zod'

const name = z.string().regex(/^[^@\s]+@[^@\s]+$/)

export const groupEntry = z
  .strictObject({
    aor: name.describe('Name of the group: "600@site-a.example".').meta({ examples: ['600@site-a.example'] }),
    aliases: z
      .array(z.string().regex(/^[^@\s]+$/))
      .default([])
      .describe('Other user parts for the same group, such as a short number.'),
    members: z
      .array(name)
      .min(1)
      .max(20)
      .describe(
        'Users that ring, of this box or of others: "201@site-a.example". A group cannot be a member.',
      )
      .meta({ examples: [['201@site-a.example']] }),
    ring: z
      .enum(['all', 'in-turn'])
      .default('all')
      .describe('"all" together, or one after the other in the order of the list.'),
    ringSeconds: z
      .number()
      .int()
      .min(5)
      .max(300)
      .optional()
      .describe(
        'How long each member rings in turn (default 20), or all together (default and most: sip.ringSeconds).',
      ),
    numbers: z
      .array(z.string().regex(/^\+[1-9]\d{3,14}$/))
      .default([])
      .describe('Direct dial-in numbers of the group in E.164.'),
  })
  .describe('Several users under one name.')

export const groupsSection = z
  .array(groupEntry)
  .superRefine((groups, context) => {
    const owners = new Map<string, string>()
    for (const [index, group] of groups.entries())
      for (const key of namesOf(group)) {
        const other = owners.get(key)
        if (other !== undefined) context.addIssue(issue([index], `${key} is already a name of ${other}`))
        owners.set(key, group.aor)
      }
    for (const [index, { members }] of groups.entries()) {
      const keys = members.map(keyOf)
      for (const [place, key] of keys.entries()) {
        const path = [index, 'members', place]
        if (owners.has(key)) context.addIssue(issue(path, `${key} is a group, and cannot be a member`))
        else if (keys.indexOf(key) < place) context.addIssue(issue(path, `${key} is listed twice`))
      }
    }
  })
  .default([])
  .describe('Groups of users that ring together or in turn.')

export type GroupEntry = z.output<typeof groupEntry>

function namesOf({ aor, aliases }: GroupEntry): ReadonlySet<string> {
  const domain = aor.slice(aor.indexOf('@'))
  return new Set([aor, ...aliases.map((alias) => alias + domain)].map(keyOf))
}

/** Domains are the same in any case, users are not (RFC 3261 §19.1.4). */
function keyOf(name: string): string {
  const at = name.indexOf('@')
  return name.slice(0, at) + name.slice(at).toLowerCase()
}

function issue(path: PropertyKey[], message: string) {
  return { code: 'custom' as const, path, message }
}
