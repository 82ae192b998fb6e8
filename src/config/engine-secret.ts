/** What applications of the engine alone must know when no option says it: like drachtio-server, from the environment. */
export function engineSecret(): string {
  return process.env.DRACHTIO_SECRET ?? 'cymru'
}
