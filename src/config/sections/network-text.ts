import { AddressSet } from '../../lib/address-set.ts'

/** Whether the text is an address or a network: `192.0.2.1`, `203.0.113.0/24`, `2001:db8::/32`. */
export function isNetworkText(text: string): boolean {
  try {
    return new AddressSet([text]) !== undefined
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}
