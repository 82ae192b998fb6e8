import { z } from 'zod'

const ownNumber = z.string().regex(/^\+\d{4,15}$/)

/** Which number those who are called see, and where the provider wants it. */
export const trunkCallerId = {
  callerId: ownNumber.optional().describe('Caller ID for users without a number of their own.'),
  overlayCallerId: ownNumber
    .optional()
    .describe('Caller ID for calls of other boxes through this trunk. Default: callerId.'),
  fromUser: z
    .enum(['number', 'account'])
    .default('number')
    .describe('What stands in From: the caller ID, or "account": the username, as some providers want it.'),
  identityHeader: z
    .enum(['pai', 'ppi', 'rpid', 'none'])
    .default('pai')
    .describe(
      'Where the caller ID stands besides From: P-Asserted-Identity, P-Preferred-Identity, Remote-Party-ID, nowhere.',
    ),
  withheldFrom: z
    .enum(['anonymous', 'number'])
    .default('anonymous')
    .describe(
      'From of a caller who withholds the number: "anonymous", or as ever with only "Privacy: id" beside it.',
    ),
}
