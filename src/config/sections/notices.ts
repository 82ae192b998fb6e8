import { z } from 'zod'
import { noticeEvents } from '../../domain/notice.ts'

const usualEvents = ['emergency', 'toll-fraud', 'trunk', 'asterisk', 'outage', 'rehearsal'] as const

const webhookEntry = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Where the notice is sent as JSON, by POST.')
    .meta({ examples: ['https://desk.example/causeway'] }),
  secret: z
    .string()
    .min(16)
    .optional()
    .describe('Signs what is sent (HMAC-SHA256, header Causeway-Signature), so that the receiver can tell.'),
  events: z
    .array(z.enum(noticeEvents))
    .min(1)
    .default([...usualEvents])
    .describe('Which notices. "call": every call that is over, with its whole record.'),
})

const mailEntry = z
  .strictObject({
    server: z.string().min(1).describe('Mail server that takes mail from this box.'),
    port: z.number().int().min(1).max(65535).optional().describe('Default: 587, with "tls" 465.'),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe('"starttls" and "tls": never without an encrypted connection and a valid certificate.'),
    username: z.string().optional().describe('Name at the mail server.'),
    password: z.string().optional().describe('Password at the mail server.'),
    from: z.email().describe('Sender.'),
    to: z.array(z.email()).min(1).max(20).describe('Receivers.'),
    events: z
      .array(z.enum(usualEvents))
      .min(1)
      .default([...usualEvents])
      .describe('Which notices.'),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'username and password go together',
    path: ['username'],
  })
  .refine(({ security, password }) => security !== 'none' || password === undefined, {
    error: 'a password is never sent without encryption',
    path: ['security'],
  })

export const noticesSection = z
  .strictObject({
    webhooks: z.array(webhookEntry).max(16).default([]).describe('Programs that are told.'),
    mail: mailEntry.optional().describe('People who are told by e-mail.'),
    mostWaiting: z
      .number()
      .int()
      .min(10)
      .max(100_000)
      .default(1_000)
      .describe('How many notices may wait for one receiver; then calls that are over are dropped first.'),
    retryHours: z
      .number()
      .int()
      .min(1)
      .max(168)
      .default(24)
      .describe('How long a receiver that cannot be reached is tried again.'),
  })
  .prefault({})
  .describe('Who hears of emergencies, toll fraud, trunks in trouble, outages of a PBX, and calls.')

export type NoticesSection = z.output<typeof noticesSection>
export type WebhookEntry = z.output<typeof webhookEntry>
export type MailEntry = z.output<typeof mailEntry>
