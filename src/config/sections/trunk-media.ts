import { z } from 'zod'

/** How the trunk's leg of a call is to be: sound, ringing, refreshing. */
export const trunkMedia = z
  .strictObject({
    codecs: z
      .array(z.string().regex(/^[A-Za-z0-9.-]{1,32}$/))
      .max(16)
      .default([])
      .describe(
        'Audio codecs to offer, best first, as in SDP: ["PCMA", "G722"]. Empty: what the phones speak.',
      ),
    dtmf: z
      .enum(['events', 'other'])
      .default('events')
      .describe('Digits as RTP events (RFC 4733), or "other": as INFO or tones.'),
    srtp: z
      .enum(['as-offered', 'never', 'required'])
      .default('as-offered')
      .describe('Encryption of sound: as the phone offers it, never, or always.'),
    earlyMedia: z
      .enum(['pass', 'hold-back'])
      .default('pass')
      .describe(
        'Sound before the answer: announcements pass, or "hold-back": callers hear their own ringing.',
      ),
    reliableProvisionals: z
      .enum(['supported', 'required', 'never'])
      .default('supported')
      .describe('Ringing that is acknowledged (100rel, RFC 3262).'),
    sessionTimer: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether calls are refreshed, so that dead ones end.'),
        expiresSeconds: z.number().int().min(90).default(1_800).describe('A call without refresh ends then.'),
        minSeconds: z.number().int().min(90).default(90).describe('The shortest time that is accepted.'),
        refresher: z
          .enum(['box', 'far-end', 'any'])
          .default('any')
          .describe('Who refreshes: this box, the provider, or as the provider likes.'),
      })
      .prefault({})
      .describe('Session timers (RFC 4028).'),
  })
  .prefault({})
  .describe('Sound and signalling of calls on this trunk.')

export type TrunkMedia = z.output<typeof trunkMedia>
