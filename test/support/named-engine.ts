import { TestRunner } from 'vitest'

/** A SIP engine that runs already and speaks drachtio's control protocol: a drachtio-server, or `causeway engine`. */
export interface NamedEngine {
  readonly control: { readonly host: string; readonly port: number; readonly secret: string }
  /** Where it hears SIP, over UDP and TCP. */
  readonly sip: { readonly host: string; readonly port: number }
}

/**
 * Those of `CAUSEWAY_TEST_ENGINE`, `drachtio://host:port?secret=…&sip=host:port`, several with commas between; none when
 * our own engine is to be tested.
 */
export const namedEngines: readonly NamedEngine[] = readNamed(process.env.CAUSEWAY_TEST_ENGINE ?? '')

const taken = new Set<NamedEngine>()

/** For one box, which gives it back by `giveBack`. The test is left out when each has its box. */
export function takeEngine(): NamedEngine {
  const free = namedEngines.find((engine) => !taken.has(engine)) ?? leaveOut('it needs one engine more')
  taken.add(free)
  return free
}

export function giveBack(engine: NamedEngine): void {
  taken.delete(engine)
}

/** What a box over it has under `sip` in its config. */
export function sipOver({ control, sip }: NamedEngine) {
  return {
    engine: 'drachtio' as const,
    drachtio: control,
    listen: [`sip:${sip.host}:${sip.port};transport=udp,tcp`],
  }
}

/** For a test that asks more of an engine than every one has. */
export function needsOurEngine(why: string): void {
  if (namedEngines.length > 0) leaveOut(why)
}

/** The running test counts as skipped; the reader of the run hears which and why. Outside a test it fails instead. */
export function leaveOut(why: string): never {
  const test = TestRunner.getCurrentTest()
  console.warn(`left out over the named engine: ${test?.name ?? 'a file'}: ${why}`)
  test?.context.skip(why)
  throw new Error(`cannot be asked of the named engine: ${why}`)
}

function readNamed(text: string): NamedEngine[] {
  return text
    .split(',')
    .filter((each) => each !== '')
    .map((each) => readEngine(new URL(each)))
}

function readEngine(url: URL): NamedEngine {
  const [host = '127.0.0.1', port = '5060'] = (url.searchParams.get('sip') ?? '127.0.0.1:5060').split(':')
  const secret = url.searchParams.get('secret') ?? 'cymru'
  return {
    control: { host: url.hostname, port: Number(url.port || 9022), secret },
    sip: { host, port: Number(port) },
  }
}
