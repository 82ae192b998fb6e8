import { parsePhoneNumberFromString, validatePhoneNumberLength } from 'libphonenumber-js/max'
import { type E164, isE164 } from '../domain/phone-number.ts'

/**
 * Why nobody may answer at this number, as far as the world's plans tell; undefined when they know its range. They age:
 * a doubt is for people to read, no reason to refuse a call.
 */
export function doubtAbout(number: E164): string | undefined {
  const length = validatePhoneNumberLength(number)
  switch (length) {
    case 'INVALID_COUNTRY':
      return 'there is no such country code'
    case 'NOT_A_NUMBER':
      return 'this is not a telephone number'
    case 'TOO_SHORT':
      return 'it is too short for its country'
    case 'TOO_LONG':
      return 'it is too long for its country'
    case 'INVALID_LENGTH':
      return 'numbers of its country have other lengths'
    case undefined:
      if (!isE164(number)) return 'E.164 numbers have at most 15 digits'
      return parsePhoneNumberFromString(number)?.isValid()
        ? undefined
        : 'its country has not assigned this range, as far as this box knows'
  }
}
