import { z } from 'zod'
import { readOpeningSpan } from '../../domain/opening-hours.ts'
import { isNetworkText } from './network-text.ts'
import { trunkCallerId } from './trunk-caller-id.ts'
import { trunkMedia } from './trunk-media.ts'
import { numberFormats, trunkNumbers } from './trunk-numbers.ts'
import { trunkRates } from './trunk-rates.ts'

const e164Prefix = z.string().regex(/^\+\d{0,15}$/)

const source = z
  .string()
  .regex(/^[^\s@;]+$/)
  .refine((text) => !text.includes('/') || isNetworkText(text), 'not a network such as "203.0.113.0/24"')
  .refine((text) => !/\/0*$/.test(text), 'is the whole Internet')

const openingSpan = z
  .string()
  .refine((text) => readOpeningSpan(text) !== undefined, 'not like "mon-fri 08:00-18:00"')

export const trunkEntry = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/)
      .describe('Name in pages and records.')
      .meta({ examples: ['carrier'] }),
    profile: z
      .string()
      .optional()
      .describe('File in profiles/trunks whose values count where this entry has none: "register-account".'),
    server: z
      .string()
      .describe('The provider\'s host, "sip.provider.example" or "192.0.2.20:5060"; found by RFC 3263.')
      .meta({ examples: ['sip.provider.example'] }),
    outboundProxy: z
      .string()
      .optional()
      .describe(
        'Host that everything is sent to instead of the server, such as a session border controller.',
      ),
    transport: z.enum(['udp', 'tcp', 'tls']).optional().describe('Default: what the DNS says, else UDP.'),
    domain: z.string().optional().describe('Domain in To and Request-URI. Default: the server.'),
    register: z.boolean().default(false).describe('Whether the provider wants a registration.'),
    bulkRegistration: z
      .boolean()
      .default(false)
      .describe('One registration for all numbers (RFC 6140), as SIPconnect 2.0 has it.'),
    username: z.string().optional().describe('User part of our AoR at the provider.'),
    authUsername: z.string().optional().describe('Name for digest, if it differs from username.'),
    password: z.string().optional().describe('Password for digest.'),
    contactUser: z.string().optional().describe('User part of our Contact. Default: username.'),
    registerExpiresSeconds: z
      .number()
      .int()
      .min(30)
      .max(86_400)
      .default(300)
      .describe('How long a registration is asked for.'),
    prefixes: z
      .array(e164Prefix)
      .default(['+'])
      .describe('E.164 prefixes this trunk serves; "+" is the world.'),
    excludedPrefixes: z
      .array(e164Prefix)
      .default([])
      .describe('Prefixes among them that it does not serve; of several that fit, the longest counts.'),
    hours: z
      .array(openingSpan)
      .max(32)
      .default([])
      .describe('When calls go out by it, in the time of the site: ["mon-fri 08:00-18:00"]. Empty: always.'),
    numberFormat: z
      .enum(numberFormats)
      .default('+e164')
      .describe(
        'How called numbers are written: "+4930…", "4930…", "030…", "004930…", or without the own area code.',
      ),
    numbers: trunkNumbers,
    ...trunkCallerId,
    asterisk: z
      .string()
      .optional()
      .describe('Name of the entry in "asterisks" that this trunk is: calls by SIP, its state by AMI.'),
    line: z
      .string()
      .optional()
      .describe(
        'Its line there, as the Asterisk names it: "PJSIP/provider", "DAHDI". Default: it is not watched.',
      ),
    maxCalls: z.number().int().min(1).default(30).describe('Calls at the same time, in and out together.'),
    maxCallsPerSecond: z
      .number()
      .min(0.1)
      .max(1_000)
      .optional()
      .describe('Calls out that may begin in a second; more go another way. Default: no such limit.'),
    ...trunkRates,
    acceptFrom: z
      .array(source)
      .default([])
      .describe(
        'Addresses, networks ("203.0.113.0/24") or names calls may come from. Default: the server\'s own addresses.',
      ),
    dids: z
      .record(z.string().regex(/^\+\d{4,15}$/), z.string())
      .default({})
      .describe('Numbers to users: "+49301234567": "201@site-a.example". Numbers of users need no entry.'),
    didFrom: z
      .array(z.enum(['p-called-party-id', 'request-uri', 'to']))
      .min(1)
      .default(['p-called-party-id', 'request-uri', 'to'])
      .describe('Where the number that was called stands in calls from outside, the surest first.'),
    offerToOverlay: z
      .boolean()
      .default(false)
      .describe('Let other boxes of the overlay call through this trunk.'),
    optionsIntervalSeconds: z
      .number()
      .int()
      .min(0)
      .default(30)
      .describe('How often its health is asked by OPTIONS; 0: never, for one that does not answer them.'),
    emergencyLocation: z
      .enum(['none', 'pidf-lo'])
      .default('none')
      .describe(
        'Whether the place of the caller goes with calls for help, as RFC 6442 has it. Ask the provider first.',
      ),
    media: trunkMedia,
  })
  .superRefine(({ register, username }, context) => {
    if (!register || username !== undefined) return
    context.addIssue({ code: 'custom', path: ['username'], message: 'a registration needs one' })
  })
  .describe('One way into the telephone network.')

export const trunksSection = z
  .array(trunkEntry)
  .superRefine((trunks, context) => {
    for (const [index, { name }] of trunks.entries()) {
      if (trunks.findIndex((other) => other.name === name) === index) continue
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `there are two trunks named ${name}`,
      })
    }
  })
  .default([])
  .describe('SIP trunks, in order of preference at equal cost.')

export type TrunkEntry = z.output<typeof trunkEntry>
