/** An audio offer or answer: PCMA and DTMF events; `crypto` makes it SRTP. */
export function audioSdp(
  address: string,
  port: number,
  version = 1,
  direction = 'sendrecv',
  crypto?: string,
): string {
  const family = address.includes(':') ? 'IP6' : 'IP4'
  return [
    'v=0',
    `o=phone 1 ${version} IN ${family} ${address}`,
    's=-',
    `c=IN ${family} ${address}`,
    't=0 0',
    `m=audio ${port} ${crypto === undefined ? 'RTP/AVP' : 'RTP/SAVP'} 8 101`,
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    ...(crypto === undefined ? [] : [`a=crypto:${crypto}`]),
    `a=${direction}`,
    '',
  ].join('\r\n')
}

/** Where the other side wants its audio; undefined when the SDP names none. */
export function audioTarget(sdp: string): { address: string; port: number } | undefined {
  const audio = /^m=audio (\d+) [^\r\n]*(?:\r?\n(?!m=)[^\r\n]*)*/m.exec(sdp)
  if (!audio?.[1]) return undefined
  const line = /^c=IN IP[46] (\S+)/m.exec(audio[0]) ?? /^c=IN IP[46] (\S+)/m.exec(sdp)
  return line?.[1] ? { address: line[1], port: Number(audio[1]) } : undefined
}
