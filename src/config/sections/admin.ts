import { z } from 'zod'
import { usualAdminPlace } from '../admin-place.ts'
import { shortestAdminToken } from '../shortest-admin-token.ts'

export const adminSection = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Serve the pages and the API.'),
    host: z
      .string()
      .default(usualAdminPlace.host)
      .describe('Address to listen on. Anything but loopback needs a token.'),
    port: z
      .number()
      .int()
      .min(0)
      .max(65535)
      .default(usualAdminPlace.port)
      .describe('Port; 0 takes a free one and logs it.'),
    token: z
      .string()
      .min(shortestAdminToken)
      .optional()
      .describe(
        'Bearer token for the API and password for the pages. From a file as ${file:PATH} a changed one works at once.',
      ),
  })
  .prefault({})
  .describe('Pages and API for the person who looks after the telephones.')

export type AdminSection = z.output<typeof adminSection>
