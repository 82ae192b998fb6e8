import { z } from 'zod'

export const registrarSection = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('false: phones cannot register here (405); what is for a PBX goes to it as ever.'),
    realm: z.string().optional().describe('Digest realm. Default: the first of sip.domains.'),
    minExpiresSeconds: z
      .number()
      .int()
      .min(1)
      .default(60)
      .describe('A shorter registration is answered 423.'),
    maxExpiresSeconds: z
      .number()
      .int()
      .min(60)
      .default(3_600)
      .describe('A longer registration is shortened to this.'),
    defaultExpiresSeconds: z.number().int().min(30).default(600).describe('When the phone names no time.'),
    maxContactsPerUser: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(10)
      .describe('Phones at the same time for one user.'),
    algorithms: z
      .array(z.enum(['SHA-256', 'MD5']))
      .min(1)
      .default(['SHA-256', 'MD5'])
      .describe('Digest algorithms offered, best first (RFC 8760).'),
  })
  .prefault({})
  .describe('How phones register.')

export type RegistrarSection = z.output<typeof registrarSection>
