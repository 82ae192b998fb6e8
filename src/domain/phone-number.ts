import type { Aor } from './aor.ts'

/** A telephone number in E.164 with its plus sign: `+49301234567`. */
export type E164 = string

// ITU-T E.164: at most 15 digits, no country code begins with 0.
const e164Pattern = /^\+[1-9]\d{2,14}$/

export function isE164(text: string): boolean {
  return e164Pattern.test(text)
}

/** What dialled digits mean at this site; `user` and `refused` come from the operator's own rules. */
export type Dialled =
  | { readonly kind: 'emergency'; readonly number: string; readonly isTest: boolean }
  | { readonly kind: 'extension'; readonly digits: string }
  | { readonly kind: 'e164'; readonly number: E164 }
  | { readonly kind: 'user'; readonly user: Aor; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }
