import { z } from 'zod'
import { dialRights } from '../../domain/dial-right.ts'

export const userEntry = z
  .strictObject({
    aor: z
      .string()
      .regex(/^[^@\s]+@[^@\s]+$/)
      .describe('Name of the user: "201@site-a.example".')
      .meta({ examples: ['201@site-a.example'] }),
    password: z
      .string()
      .min(1)
      .optional()
      .describe('SIP password. Use ${file:…} or ${env:…} to keep it out of this file.'),
    ha1: z
      .strictObject({
        realm: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Realm that the digests were made for. Default: pbxs[].realm for the users of a PBX that has one, else registrar.realm.',
          ),
        md5: z
          .string()
          .regex(/^[0-9a-f]{32}$/)
          .optional()
          .describe('MD5 of user:realm:password, hex.'),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional()
          .describe('SHA-256 of user:realm:password, hex.'),
      })
      .optional()
      .describe('Instead of a password: its digests for one realm (RFC 8760).'),
    displayName: z.string().optional().describe('Name shown to those called.'),
    aliases: z
      .array(z.string())
      .default([])
      .describe('Other user parts for the same person, such as a short number.'),
    numbers: z
      .array(z.string().regex(/^\+[1-9]\d{3,14}$/))
      .default([])
      .describe('Direct dial-in numbers in E.164 ("+49301234567"). The first is the caller ID on trunks.'),
    callerId: z
      .string()
      .regex(/^\+[1-9]\d{3,14}$/)
      .optional()
      .describe('Which of these numbers is shown on trunks. Default: the first.'),
    withholdNumber: z
      .boolean()
      .default(false)
      .describe(
        'Whether the number is hidden from those who are called (CLIR), unless the user asks otherwise.',
      ),
    mayDial: z
      .array(z.enum(dialRights))
      .default(['internal', 'overlay', 'domains', 'pstn'])
      .describe(
        'What this user may call: "pstn" is every number outside but premium ones, "national" those of the country, ' +
          '"international" those abroad, "premium" the rest. Emergency numbers are always allowed.',
      ),
  })
  .describe('One user of this box.')

export const usersSection = z
  .array(userEntry)
  .default([])
  .describe('Users whose phones register at this box.')

export type UserEntry = z.output<typeof userEntry>
