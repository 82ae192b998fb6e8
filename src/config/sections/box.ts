import { z } from 'zod'

export const boxSection = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
      .default('causeway')
      .describe('Name of this box in logs, pages and records; letters, digits and hyphens.'),
    dataDir: z
      .string()
      .default('data')
      .describe('Folder for the database and the identity of the box. Relative to the config file.'),
    logLevel: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('Least important log line to print.'),
  })
  .prefault({})
  .describe('The box itself.')

export type BoxSection = z.output<typeof boxSection>
