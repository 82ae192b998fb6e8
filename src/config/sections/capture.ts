import { z } from 'zod'

export const captureSection = z
  .strictObject({
    homer: z
      .string()
      .regex(/^(\[[0-9a-f:.]+\]|[^\s:[\]]+):\d{1,5}$/i, 'expected host:port, IPv6 in brackets')
      .refine((value) => isPort(Number(value.slice(value.lastIndexOf(':') + 1))), 'the port is 1 to 65535')
      .optional()
      .describe('host:port of a Homer (heplify-server) that every SIP message is copied to, over UDP.'),
    captureId: z
      .number()
      .int()
      .min(1)
      .max(0xffff_ffff)
      .default(2001)
      .describe('Tells this box from others in Homer.'),
    password: z.string().min(1).optional().describe('What Homer wants to see in each packet.'),
  })
  .prefault({})
  .describe('Copies of all SIP messages for Homer (HEP version 3), as they are: trust who can see them.')

export type CaptureSection = z.output<typeof captureSection>

function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535
}
