import { z } from 'zod'

/** None is a telephone. */
const scanners = [
  'friendly-scanner',
  'friendly-request',
  'sipvicious',
  'sipcli',
  'sip-scan',
  'sundayddr',
  'siparmyknife',
  'vaxsipuseragent',
  'vaxipuseragent',
  'pplsip',
  'sipptk',
]

export const guardSection = z
  .strictObject({
    authFailuresToBan: z
      .number()
      .int()
      .min(1)
      .default(10)
      .describe('Wrong passwords from one source within the window before it is banned.'),
    authWindowSeconds: z.number().int().min(1).default(60).describe('Window for counting wrong passwords.'),
    banSeconds: z.number().int().min(1).default(300).describe('How long a banned source gets no answer.'),
    neverBan: z
      .array(z.string())
      .default(['127.0.0.1', '::1'])
      .describe(
        'Addresses and networks that are never banned and have no limits. PBXs and trunks are spared anyway.',
      ),
    requestsPerSecond: z
      .number()
      .int()
      .min(1)
      .default(200)
      .describe(
        'New requests per second from one source, an address or an IPv6 /64. Where users are registered, ten times as many.',
      ),
    requestBurst: z.number().int().min(1).default(400).describe('How many may come at once.'),
    strangersPerSecond: z
      .number()
      .int()
      .min(1)
      .default(200)
      .describe(
        'New requests per second over UDP from all sources together that no user is registered from: addresses can be forged.',
      ),
    strangerBurst: z.number().int().min(1).default(500).describe('How many of them may come at once.'),
    scanners: z
      .array(z.string().min(3))
      .default([...scanners])
      .describe(
        'Parts of User-Agent values whose requests are dropped: programs that look for open servers.',
      ),
    connections: z
      .number()
      .int()
      .min(16)
      .max(100_000)
      .default(8_192)
      .describe('Open TCP, TLS and WebSocket connections; more are refused.'),
    connectionsPerSource: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(1_024)
      .describe('Connections that one address may have open.'),
  })
  .prefault({})
  .describe('Protection against guessing and floods.')

export type GuardSection = z.output<typeof guardSection>
