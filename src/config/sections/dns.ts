import { z } from 'zod'

export const dnsSection = z
  .strictObject({
    servers: z
      .array(z.string())
      .default([])
      .describe(
        'Name servers as "address" or "address:port". Default: those of the system (/etc/resolv.conf).',
      ),
    timeoutMs: z
      .number()
      .int()
      .min(50)
      .max(10_000)
      .default(1_500)
      .describe('Bound for one query to one server.'),
    serveStaleSeconds: z
      .number()
      .int()
      .min(0)
      .default(86_400)
      .describe('How long an expired answer may still be used when no server answers (RFC 8767).'),
  })
  .prefault({})
  .describe('How domains of the public SIP world are found (RFC 3263).')

export type DnsSection = z.output<typeof dnsSection>
