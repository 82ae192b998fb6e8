import { z } from 'zod'

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
      .default(2_000)
      .describe('How often the PBX is asked by OPTIONS.'),
    optionsTimeoutMs: z.number().int().min(100).default(1_000).describe('When an OPTIONS counts as lost.'),
    failuresToSurvival: z
      .number()
      .int()
      .min(1)
      .default(3)
      .describe('Witnesses of failure in a row before the box stands in.'),
    successesToReturn: z
      .number()
      .int()
      .min(1)
      .default(3)
      .describe('Answers in a row before calls go to the PBX again.'),
    holdDownMs: z
      .number()
      .int()
      .min(0)
      .default(5_000)
      .describe('Least time in survival, so that a flapping PBX causes one change.'),
  })
  .describe('One IP-PBX that the box stands in front of.')

export const pbxsSection = z
  .array(pbxEntry)
  .default([])
  .describe('IP-PBXs. Their phones register and call through the box, which takes over when the PBX is gone.')

export type PbxEntry = z.output<typeof pbxEntry>
