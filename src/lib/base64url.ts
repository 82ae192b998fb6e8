/** Bytes as text for files, words and keys of maps (RFC 4648 §5, without padding). */
export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
