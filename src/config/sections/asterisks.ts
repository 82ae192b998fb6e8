import { z } from 'zod'

export const asteriskEntry = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/)
      .describe('Name in pages and records.')
      .meta({ examples: ['pstn'] }),
    host: z.string().default('127.0.0.1').describe('Address of the manager interface (AMI).'),
    port: z.number().int().min(1).max(65535).default(5038).describe('Its TCP port.'),
    username: z
      .string()
      .describe('Name of the manager account in manager.conf.')
      .meta({ examples: ['causeway'] }),
    secret: z.string().describe('Its secret. Use ${file:…} or ${env:…} to keep it out of this file.'),
  })
  .describe('One Asterisk that is steered and watched over AMI.')

export const asterisksSection = z
  .array(asteriskEntry)
  .max(32)
  .default([])
  .refine((entries) => new Set(entries.map(({ name }) => name)).size === entries.length, {
    message: 'two Asterisks have the same name',
  })
  .describe('Asterisks that are watched. A trunk or a PBX that is one names it by "asterisk".')

export type AsteriskEntry = z.output<typeof asteriskEntry>
