import { z } from 'zod'

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
      .describe('Addresses that are never banned, such as the PBX.'),
    requestsPerSecond: z
      .number()
      .int()
      .min(1)
      .default(200)
      .describe('New requests per second from one unauthenticated source.'),
    requestBurst: z.number().int().min(1).default(400).describe('How many may come at once.'),
  })
  .prefault({})
  .describe('Protection against guessing and floods.')

export type GuardSection = z.output<typeof guardSection>
