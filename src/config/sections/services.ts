import { z } from 'zod'

const host = String.raw`(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?`
const mostServers = 8

export const servicesSection = z
  .strictObject({
    stun: z
      .array(z.string().regex(new RegExp(`^stuns?:${host}$`, 'i'), 'expected stun:host:port (RFC 7064)'))
      .max(mostServers)
      .default([])
      .describe('STUN servers, such as "stun:stun.example.org:3478".'),
    turn: z
      .array(
        z
          .string()
          .regex(
            new RegExp(String.raw`^turns?:${host}(\?transport=(udp|tcp))?$`, 'i'),
            'expected turn:host:port?transport=udp (RFC 7065)',
          ),
      )
      .max(mostServers)
      .default([])
      .describe('TURN servers, such as "turn:turn.example.org:3478?transport=udp".'),
    turnSessions: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(100)
      .describe('How many sessions these TURN servers carry at most.'),
    ownLinesUpTo: z
      .number()
      .min(1)
      .max(1_000)
      .default(2)
      .describe(
        "A trunk of this box is tried before another box's unless it costs more than so many times as much.",
      ),
  })
  .prefault({})
  .describe(
    'What the boxes of your overlays do for each other: servers (such as coturn) that you run, and lines.',
  )

export type ServicesSection = z.output<typeof servicesSection>
