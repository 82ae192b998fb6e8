/** G.711 A-law, 13 significant bits of a 16 bit sample. */
export function alawOfLinear(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0
  const magnitude = Math.min(Math.abs(sample), 32_767) >> 4
  let exponent = 0
  for (let rest = magnitude >> 5; rest > 0 && exponent < 7; rest >>= 1) exponent++
  const mantissa = exponent === 0 ? magnitude >> 1 : (magnitude >> exponent) & 0x0f
  return (sign | (exponent << 4) | mantissa) ^ 0x55
}

export function linearOfAlaw(code: number): number {
  const value = code ^ 0x55
  const exponent = (value >> 4) & 0x07
  const mantissa = value & 0x0f
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1)
  return value & 0x80 ? magnitude : -magnitude
}
