import { z } from 'zod'
import { dialRules, shortNumbers } from './dial-rules.ts'
import { didEntries } from './did-entries.ts'
import { digitPatternText } from './digit-rules.ts'

const digits = z.string().regex(/^\d*$/)

export const numberingSection = z
  .strictObject({
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .default('DE')
      .describe('Country of the site (ISO 3166), for national numbers.'),
    areaCode: digits.default('').describe('Area code without the national prefix, for local numbers.'),
    extensionPattern: digitPatternText
      .default('ZX{1,4}')
      .describe('What counts as an extension, a digit pattern: "2XX|6XX". X is a digit, Z is 1-9, N is 2-9.'),
    outsideLinePrefix: digits
      .default('')
      .describe('Digits dialled first for an outside line, such as "0" or "9".'),
    internationalPrefix: digits
      .optional()
      .describe('Dialled before a country code. Default: what the country uses, such as "00" or "011".'),
    nationalPrefix: digits
      .optional()
      .describe('Dialled before an area code. Default: what the country uses, such as "0" or "1".'),
    callersOnPhones: z
      .enum(['+e164', 'national', 'international', 'local'])
      .default('+e164')
      .describe(
        'How phones show callers from outside: "+4930…", "030…", "004930…", or without the own area code; behind outsideLinePrefix, so that they can be called back.',
      ),
    rules: dialRules,
    shortNumbers,
    dids: didEntries,
    premiumPrefixes: z
      .array(z.string().regex(/^\+\d{1,15}$/))
      .default(['+247', '+290', '+4470', '+870', '+878', '+881', '+882', '+883', '+888', '+979'])
      .describe(
        "Expensive numbers besides those that the country's plan calls premium: satellites, revenue share.",
      ),
    nationalPrefixes: z
      .array(z.string().regex(/^\+\d{1,15}$/))
      .default([])
      .describe('Numbers abroad that cost no more than national ones, and need no right for calls abroad.'),
    timeZone: z
      .string()
      .refine(isTimeZone, 'no time zone of that name; they look like "Europe/Berlin"')
      .optional()
      .describe('For opening hours and night rules (IANA). Default: that of the machine.'),
    withholdPrefix: z
      .string()
      .regex(/^[\d*#]*$/)
      .default('*31#')
      .describe("Dialled before a number to hide one's own for this call; empty: there is no such prefix."),
    showPrefix: z
      .string()
      .regex(/^[\d*#]*$/)
      .default('#31#')
      .describe("Dialled before a number to show one's own for this call, where it is hidden otherwise."),
    emergencyNumbers: z
      .array(z.string().regex(/^\d{2,6}$/))
      .default([])
      .describe("Besides the country's own. Recognised before any other rule, whoever calls."),
    emergencyTestNumber: z
      .string()
      .optional()
      .describe('A number that is handled like an emergency but reaches nobody in need.'),
  })
  .prefault({})
  .describe('How dialled digits are read.')

export type NumberingSection = z.output<typeof numberingSection>

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
