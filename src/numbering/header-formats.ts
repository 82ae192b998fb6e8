import type { NumberFormat, NumberHeader, TrunkNumbersSection } from '../config/sections/trunk-numbers.ts'

/** How numbers are written in each header of a trunk, before rewrites. */
export function headerFormats(
  numberFormat: NumberFormat,
  numbers: TrunkNumbersSection,
): Readonly<Record<NumberHeader, NumberFormat>> {
  const requestUri = numbers.requestUri ?? numberFormat
  return {
    requestUri,
    to: numbers.to ?? requestUri,
    from: numbers.from ?? numberFormat,
    identity: numbers.identity,
    diversion: numbers.diversion ?? numberFormat,
  }
}
