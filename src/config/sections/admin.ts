import { z } from 'zod'

export const adminSection = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Serve the pages and the API.'),
    host: z
      .string()
      .default('127.0.0.1')
      .describe('Address to listen on. Anything but loopback needs a token.'),
    port: z.number().int().min(0).max(65535).default(8160).describe('Port; 0 takes a free one and logs it.'),
    token: z.string().min(16).optional().describe('Bearer token for the API and password for the pages.'),
  })
  .prefault({})
  .describe('Pages and API for the person who looks after the telephones.')

export type AdminSection = z.output<typeof adminSection>
