import { z } from 'zod'

export const numberingSection = z
  .strictObject({
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .default('DE')
      .describe('Country of the site (ISO 3166), for national numbers.'),
    areaCode: z
      .string()
      .regex(/^\d*$/)
      .default('')
      .describe('Area code without the national prefix, for local numbers.'),
    extensionPattern: z
      .string()
      .default('^[1-9]\\d{1,4}$')
      .describe('What counts as an extension (regular expression).'),
    outsideLinePrefix: z
      .string()
      .regex(/^\d*$/)
      .default('')
      .describe('Digits dialled first for an outside line, such as "0" or "9".'),
    emergencyNumbers: z
      .array(z.string().regex(/^\d{2,6}$/))
      .default(['112', '110'])
      .describe('Recognised before any other rule, whoever calls.'),
    emergencyTestNumber: z
      .string()
      .optional()
      .describe('A number that is handled like an emergency but reaches nobody in need.'),
  })
  .prefault({})
  .describe('How dialled digits are read.')

export type NumberingSection = z.output<typeof numberingSection>
