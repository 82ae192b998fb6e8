import { z } from 'zod'

export const overlayEntry = z
  .strictObject({
    domain: z
      .string()
      .toLowerCase()
      .describe('DNS domain that names the overlay.')
      .meta({ examples: ['phones.example.org'] }),
    driver: z
      .enum(['libp2p', 'memory'])
      .default('libp2p')
      .describe('"memory" lives in this process only, for tests.'),
    listen: z
      .array(z.string())
      .default(['/ip4/0.0.0.0/tcp/4160'])
      .describe('Multiaddresses to listen on for other boxes, such as "/ip4/0.0.0.0/tcp/4160".'),
    announce: z
      .array(z.string())
      .default([])
      .describe(
        'Multiaddresses under which others reach this box, when it cannot know them: a port that a router forwards from another number.',
      ),
    bootstrap: z
      .array(z.string())
      .default([])
      .describe('Multiaddresses of boxes to try first, besides remembered ones and mDNS.'),
    mdns: z.boolean().default(true).describe('Look for boxes of the overlay on the local network.'),
    dns: z
      .boolean()
      .default(true)
      .describe(
        'Look for boxes in the DNS while none is connected: SRV "_causeway._tcp" and TXT "_causeway" of the domain.',
      ),
    role: z
      .enum(['auto', 'peer', 'client'])
      .default('auto')
      .describe(
        'A "peer" stores records for others, a "client" only uses the overlay. "auto" makes a client of a box that others reach only through a third one, or that is short of memory, as long as enough others are peers.',
      ),
    copies: z.number().int().min(1).max(20).default(3).describe('How many boxes hold a record.'),
    recordLifetimeSeconds: z
      .number()
      .int()
      .min(60)
      .default(3_600)
      .describe('Lifetime of a record before it must be stored again.'),
    cacheSeconds: z
      .number()
      .min(0)
      .max(30)
      .default(30)
      .describe(
        'How long the answer of a look-up is remembered. Boxes tell each other of changes, so a long time makes no call go astray.',
      ),
    negativeCacheSeconds: z
      .number()
      .min(0)
      .max(5)
      .default(5)
      .describe('How long it is remembered that the overlay does not know a user.'),
  })
  .describe('One overlay that this box has joined by "causeway overlay create" or "causeway overlay join".')

export const overlaysSection = z
  .array(overlayEntry)
  .default([])
  .describe('Overlays this box belongs to, searched in this order.')

export type OverlayEntry = z.output<typeof overlayEntry>
