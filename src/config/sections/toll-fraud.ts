import { z } from 'zod'
import { callClasses } from '../../domain/call-class.ts'
import { tollLimit } from './toll-limits.ts'

const numberKinds = z.array(z.enum(callClasses))

export const tollFraudSection = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether the limits below are enforced. Rights of users and classes are, in any case.'),
    pbx: numberKinds
      .default(['toll-free', 'national', 'mobile', 'international'])
      .describe('Kinds of numbers that PBXs may call through this box; their own rules come first.'),
    peers: numberKinds
      .default(['toll-free', 'national', 'mobile', 'international'])
      .describe('Kinds of numbers that other boxes may call through trunks offered to the overlay.'),
    outsideTransfers: z
      .enum(['by-right', 'never'])
      .default('by-right')
      .describe(
        'Whether a user may connect two parties outside with each other and leave: "by-right": who may call both ' +
          'numbers himself, and pays for the calls on.',
      ),
    usualLimits: z
      .boolean()
      .default(true)
      .describe('The limits that come with the box, see docs/operate/toll-fraud.md.'),
    limits: z
      .array(tollLimit)
      .max(100)
      .default([])
      .refine((limits) => new Set(limits.map(({ name }) => name)).size === limits.length, {
        message: 'two limits have the same name',
      })
      .describe(
        'Limits of your own, in order; the first that is crossed decides. One with the name of a usual limit takes its ' +
          'place. Emergency calls and calls inside are never counted.',
      ),
  })
  .prefault({})
  .describe('Limits for calls that cost money.')

export type TollFraudSection = z.output<typeof tollFraudSection>
