import { z } from 'zod'

export const mediaSection = z
  .strictObject({
    rtpengine: z
      .strictObject({
        host: z.string().default('127.0.0.1').describe('Address of the ng control port of rtpengine.'),
        port: z.number().int().min(1).max(65535).default(22222).describe('Its UDP port.'),
        timeoutMs: z.number().int().min(50).max(10_000).default(1_000).describe('Bound for one command.'),
      })
      .optional()
      .describe('Leave out to let media flow directly between the phones.'),
    relay: z
      .enum(['always', 'when-needed', 'never'])
      .default('when-needed')
      .describe(
        '"when-needed": calls that leave the site, or whose phone is behind NAT. Always for what only it can do: ' +
          'encryption that a trunk wants and the phone has not.',
      ),
    whenRelayFails: z
      .enum(['direct', 'refuse'])
      .default('direct')
      .describe('What to do with a call when rtpengine does not answer in time.'),
  })
  .prefault({})
  .describe('Media relay.')

export type MediaSection = z.output<typeof mediaSection>
