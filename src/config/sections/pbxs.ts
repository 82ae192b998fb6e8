import { z } from 'zod'
import { phoneGroupEntry, phoneWay } from './phone-groups.ts'

export const pbxEntry = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/)
      .describe('Name in pages and records.')
      .meta({ examples: ['office'] }),
    server: z
      .string()
      .describe('Host or address of the IP-PBX, with port if not 5060.')
      .meta({ examples: ['192.0.2.30'] }),
    transport: z.enum(['udp', 'tcp', 'tls']).default('udp').describe('Transport towards the PBX.'),
    domain: z
      .string()
      .toLowerCase()
      .describe('SIP domain that the PBX serves; the phones use it as theirs.')
      .meta({ examples: ['office.example'] }),
    asterisk: z
      .string()
      .optional()
      .describe('Name of the entry in "asterisks" that this PBX is: its phones are then known by AMI.'),
    way: phoneWay
      .default('front')
      .describe(
        'How the phones stand to the box and the PBX: "front", they register and call through the box; "backup", they have both as servers; "mirror", they know the PBX only, and the box learns of them by "asterisk".',
      ),
    phoneGroups: z
      .array(phoneGroupEntry)
      .max(100)
      .default([])
      .describe('Groups of phones, for those that stand to the PBX in another way, and to rehearse with.'),
    registrationsPerSecond: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .describe(
        'REGISTERs a second that this PBX gets through the box, at most. Those that only repeat what the PBX has granted for long enough are then answered by the box. Default: no limit.',
      ),
    realm: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Digest realm by which the PBX asks its phones. In its place the box asks by the same. Default: as the PBX was heard to ask while it lived.',
      ),
    voicemail: z
      .strictObject({
        numbers: z
          .array(z.string().regex(/^[\d*#]{1,20}$/, 'digits, * and # only'))
          .max(20)
          .default([])
          .describe('What the phones dial to hear their messages.')
          .meta({ examples: [['*97']] }),
        forwardTo: z
          .string()
          .regex(
            /^(?:[^@\s]+@[^@\s]+|\+[1-9]\d{3,14})$/,
            'a user ("201@site-a.example") or a number ("+4930123456")',
          )
          .optional()
          .describe(
            'Who takes calls in place of the voicemail while the PBX is gone: a user, a group or a number in E.164. Default: callers hear that there is none.',
          ),
      })
      .optional()
      .describe('Voicemail of the PBX: it is away when the PBX is.'),
    outsideLinePrefix: z
      .string()
      .regex(/^\d*$/)
      .optional()
      .describe(
        'Digits before numbers outside in calls from the PBX; "" when it removes them. Default: as in "numbering".',
      ),
    optionsIntervalMs: z
      .number()
      .int()
      .min(200)
      .default(1_000)
      .describe('How often the PBX is asked by OPTIONS.'),
    optionsTimeoutMs: z
      .number()
      .int()
      .min(100)
      .default(1_000)
      .describe(
        'When an OPTIONS counts as lost. One that is answered later still says that the PBX is overloaded.',
      ),
    failuresToSurvival: z
      .number()
      .int()
      .min(1)
      .default(3)
      .describe(
        'Failures in a row before the box stands in: silence and 503 count once, a refusal by the network twice. Twice as many when only calls fail and OPTIONS are answered.',
      ),
    patienceMs: z
      .number()
      .int()
      .min(0)
      .default(2_500)
      .describe('How long failures must go on before the box stands in, so that a PBX may reload.'),
    successesToReturn: z
      .number()
      .int()
      .min(1)
      .default(3)
      .describe('Answers in a row, at least, before calls go to the PBX again.'),
    holdDownMs: z
      .number()
      .int()
      .min(0)
      .default(30_000)
      .describe(
        'How long the PBX must answer without a break before calls go to it again, so that one which comes and goes makes one change. Doubled each time it fails again soon after, up to five minutes.',
      ),
  })
  .describe('One IP-PBX that the box stands in front of.')

export const pbxsSection = z
  .array(pbxEntry)
  .default([])
  .describe('IP-PBXs. Their phones register and call through the box, which takes over when the PBX is gone.')

export type PbxEntry = z.output<typeof pbxEntry>
