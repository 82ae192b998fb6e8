import { eventually } from '../support/within.ts'

/** One reading of the metrics page, by sample: `causeway_sip_sent{kind="INVITE"}`. */
export class Figures {
  readonly #values = new Map<string, number>()

  /** `adminUrl` is `http://host:port`. A box under load may not have its figures at once: it is asked again, but not long. */
  static read(adminUrl: string): Promise<Figures> {
    return eventually(30_000, 'the metrics page', () => readOnce(adminUrl), 1_000)
  }

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const sample = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line)
      if (sample) this.#values.set(sample[1] ?? '', Number(sample[2]))
    }
  }

  /** Over all labels. Throws when the box does not have the metric. */
  sum(metric: string): number {
    const values = [...this.#of(metric)].map(([, value]) => value)
    if (values.length === 0) throw new Error(`the metrics page does not have ${metric}`)
    return values.reduce((sum, value) => sum + value, 0)
  }

  /** By the first label's value, such as `main` and `engine` for threads. */
  byLabel(metric: string): ReadonlyMap<string, number> {
    return new Map([...this.#of(metric)].map(([sample, value]) => [/"(.*?)"/.exec(sample)?.[1] ?? '', value]))
  }

  #of(metric: string): [sample: string, value: number][] {
    return [...this.#values].filter(([sample]) => sample === metric || sample.startsWith(`${metric}{`))
  }
}

async function readOnce(adminUrl: string): Promise<Figures | undefined> {
  const response = await fetch(`${adminUrl}/metrics`, { signal: AbortSignal.timeout(10_000) })
  const text = await response.text()
  return response.ok ? new Figures(text) : undefined
}
