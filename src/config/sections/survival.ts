import { z } from 'zod'
import { dialRights } from '../../domain/dial-right.ts'
import { rehearsalEntry } from './rehearsals.ts'

export const survivalSection = z
  .strictObject({
    expirySeconds: z
      .number()
      .int()
      .min(30)
      .max(3_600)
      .default(60)
      .describe('Longest registration that the box grants in place of a PBX: how soon phones come home.'),
    returnPerSecond: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(20)
      .describe('Registrations a second that a PBX gets, at most, when it has come back.'),
    graceMinutes: z
      .number()
      .min(0)
      .max(10_080)
      .default(60)
      .describe(
        'How long after the loss of a PBX its phones whose passwords the box does not know are let in, from where the PBX had accepted them: for calls among the phones of this site and calls for help, never for a trunk. 0: not at all.',
      ),
    defaultRights: z
      .array(z.enum(dialRights))
      .default(['internal', 'overlay', 'national'])
      .describe(
        'What imported and learned users of a PBX may call while it is gone, where the import does not say.',
      ),
    rehearsals: z
      .array(rehearsalEntry)
      .max(100)
      .default([])
      .describe(
        'Rehearsals of the absence of a PBX that come again; each ends with a pass sheet and a notice.',
      ),
    mostRehearsed: z.number().int().min(1).max(500).default(50).describe('Users at most in one rehearsal.'),
    farUser: z
      .string()
      .regex(/^[^@\s]+@[^@\s]+$/)
      .optional()
      .describe(
        'A user of another site whose phone rehearsals ask whether it is there: "301@site-b.example".',
      ),
    keyFile: z
      .string()
      .optional()
      .describe(
        'File with the key that seals what was imported of the PBXs; it is made when it is missing. Relative to the config file. Default: "pbx-knowledge.key" in box.dataDir. A backup of the database is of no use without it.',
      ),
  })
  .prefault({})
  .describe('What the box does for the phones of a PBX that is gone, and when it is back.')

export type SurvivalSection = z.output<typeof survivalSection>
