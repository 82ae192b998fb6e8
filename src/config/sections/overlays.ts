import { z } from 'zod'

export const overlayEntry = z
  .strictObject({
    domain: z.string().toLowerCase().describe('DNS domain that names the overlay.'),
    driver: z
      .enum(['libp2p', 'memory'])
      .default('libp2p')
      .describe('"memory" lives in this process only, for tests.'),
    listen: z
      .array(z.string())
      .default(['/ip4/0.0.0.0/tcp/4160'])
      .describe('Multiaddresses to listen on for other boxes, such as "/ip4/0.0.0.0/tcp/4160".'),
    bootstrap: z
      .array(z.string())
      .default([])
      .describe('Multiaddresses of boxes to try first, besides remembered ones and mDNS.'),
    mdns: z.boolean().default(true).describe('Look for boxes of the overlay on the local network.'),
    copies: z.number().int().min(1).max(20).default(3).describe('How many boxes hold a record.'),
    recordLifetimeSeconds: z
      .number()
      .int()
      .min(60)
      .default(3_600)
      .describe('Lifetime of a record before it must be stored again.'),
  })
  .describe('One overlay that this box has joined by "causeway overlay create" or "causeway overlay join".')

export const overlaysSection = z
  .array(overlayEntry)
  .default([])
  .describe('Overlays this box belongs to, searched in this order.')

export type OverlayEntry = z.output<typeof overlayEntry>
