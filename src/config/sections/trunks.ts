import { z } from 'zod'

const e164Prefix = z.string().regex(/^\+\d{0,15}$/)

export const trunkEntry = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/)
      .describe('Name in pages and records.'),
    server: z
      .string()
      .describe('The provider\'s host, "sip.provider.example" or "192.0.2.20:5060"; found by RFC 3263.'),
    transport: z.enum(['udp', 'tcp', 'tls']).optional().describe('Default: what the DNS says, else UDP.'),
    domain: z.string().optional().describe('Domain in To and Request-URI. Default: the server.'),
    register: z.boolean().default(false).describe('Whether the provider wants a registration.'),
    username: z.string().optional().describe('User part of our AoR at the provider.'),
    authUsername: z.string().optional().describe('Name for digest, if it differs from username.'),
    password: z.string().optional().describe('Password for digest.'),
    registerExpiresSeconds: z
      .number()
      .int()
      .min(30)
      .default(300)
      .describe('How long a registration is asked for.'),
    prefixes: z
      .array(e164Prefix)
      .default(['+'])
      .describe('E.164 prefixes this trunk serves; "+" is the world.'),
    numberFormat: z
      .enum(['+e164', 'e164', 'national', 'international'])
      .default('+e164')
      .describe('How called numbers are written: "+4930…", "4930…", "030…", "004930…".'),
    callerId: z
      .string()
      .regex(/^\+\d{4,15}$/)
      .optional()
      .describe('Caller ID for users without a number of their own.'),
    overlayCallerId: z
      .string()
      .regex(/^\+\d{4,15}$/)
      .optional()
      .describe('Caller ID for calls of other boxes through this trunk. Default: callerId.'),
    asterisk: z
      .string()
      .optional()
      .describe('Name of the entry in "asterisks" that this trunk is: calls by SIP, its state by AMI.'),
    maxCalls: z.number().int().min(1).default(30).describe('Calls at the same time.'),
    costPerMinute: z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe('Thousandths of your currency unit; cheaper trunks go first.'),
    acceptFrom: z
      .array(z.string())
      .default([])
      .describe("Addresses or names calls may come from. Default: the server's own addresses."),
    dids: z
      .record(z.string().regex(/^\+\d{4,15}$/), z.string())
      .default({})
      .describe('Numbers to users: "+49301234567": "201@site-a.example". Numbers of users need no entry.'),
    offerToOverlay: z
      .boolean()
      .default(false)
      .describe('Let other boxes of the overlay call through this trunk.'),
    optionsIntervalSeconds: z
      .number()
      .int()
      .min(1)
      .default(30)
      .describe('How often its health is asked by OPTIONS.'),
  })
  .describe('One way into the telephone network.')

export const trunksSection = z
  .array(trunkEntry)
  .default([])
  .describe('SIP trunks, in order of preference at equal cost.')

export type TrunkEntry = z.output<typeof trunkEntry>
