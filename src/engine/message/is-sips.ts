/** Whether a URI asks for TLS on every hop (RFC 3261 §26.2.2). */
export function isSips(uri: string): boolean {
  return uri.length > 5 && uri.slice(0, 5).toLowerCase() === 'sips:'
}
