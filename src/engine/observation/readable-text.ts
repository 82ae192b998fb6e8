const credentials = /^((?:proxy-)?authorization|authentication-info)([ \t]*:).*(?:\r?\n[ \t].*)*/gim
const mediaKeys = /^(a=crypto:\S+[ \t]+\S+[ \t]+).*|^(a=ice-pwd:).*|^(k=).*/gim
const sdp = /^(?:content-type|c)[ \t]*:[ \t]*application\/sdp/im

/**
 * A message for people to look at: credentials and media keys masked, and no body but SDP (an INFO may carry the digits
 * of somebody's PIN).
 */
export function readableText(data: Buffer): string {
  const text = data.toString('utf8')
  const headEnd = endOfHead(text)
  const head = text.slice(0, headEnd).replace(credentials, '$1$2 …')
  const body = text.slice(headEnd)
  if (body === '') return head
  if (sdp.test(head)) return head + body.replace(mediaKeys, '$1$2$3…')
  return `${head}[${Buffer.byteLength(body)} bytes not shown]`
}

/** Behind the blank line. */
function endOfHead(text: string): number {
  const blank = /\r?\n\r?\n/.exec(text)
  return blank ? blank.index + blank[0].length : text.length
}
