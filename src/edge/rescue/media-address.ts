const audioLine = /^m=audio (\d+)/m
const connectionLine = /^c=IN IP[46] ([^\s/]+)/m
/** RFC 3264 §8.4: a stream that is held the old way. */
const nowhere = new Set(['0.0.0.0', '::'])

/** Where the audio of a session description is to be sent, `host:port`; undefined when nowhere. */
export function mediaAddress(sdp: string): string | undefined {
  const port = audioLine.exec(sdp)?.[1]
  if (port === undefined || port === '0') return undefined
  const [session = '', ...media] = sdp.split(/^(?=m=)/m)
  const audio = media.find((each) => each.startsWith('m=audio')) ?? ''
  const host = (connectionLine.exec(audio) ?? connectionLine.exec(session))?.[1]?.toLowerCase()
  return host === undefined || nowhere.has(host) ? undefined : `${host}:${port}`
}
