import { z } from 'zod'
import { noticeEvents } from '../../domain/notice.ts'

export const noticesSection = z
  .strictObject({
    webhooks: z
      .array(
        z.strictObject({
          url: z.url().describe('Where the notice is sent as JSON, by POST.'),
          events: z
            .array(z.enum(noticeEvents))
            .min(1)
            .default(['emergency', 'toll-fraud', 'trunk', 'asterisk'])
            .describe('Which notices.'),
        }),
      )
      .max(16)
      .default([])
      .describe('Programs that are told.'),
  })
  .prefault({})
  .describe('Who hears of emergencies, toll fraud, trunks in trouble, and calls.')

export type NoticesSection = z.output<typeof noticesSection>
