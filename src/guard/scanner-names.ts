/** Whether a User-Agent value is that of a program which looks for open or badly guarded servers. */
export function isScannerName(userAgent: string | undefined, scanners: readonly string[]): boolean {
  if (userAgent === undefined) return false
  const name = userAgent.toLowerCase()
  return scanners.some((scanner) => name.includes(scanner.toLowerCase()))
}
