import type { OutageReport } from '../../src/survival/outages/outage-report.ts'
import type { OpenOutage, OutageStore } from '../../src/survival/outages/outage-store.ts'
import type { RollEntry } from '../../src/survival/outages/phone-roll.ts'

interface Kept {
  report: OutageReport
  savedAt: number
  roll: readonly RollEntry[]
}

/** Keeps reports as the disk does: a copy of what was given. */
export class MemoryOutageStore implements OutageStore {
  failWith: Error | undefined
  saves = 0
  readonly #kept = new Map<string, Kept>()

  async open(): Promise<OpenOutage[]> {
    return this.#newestFirst()
      .filter(({ report }) => report.stage !== 'closed')
      .reverse()
  }

  async save(report: OutageReport, savedAt: number): Promise<void> {
    if (this.failWith) throw this.failWith
    this.saves++
    const roll = report.stage === 'closed' ? [] : (this.#kept.get(report.id)?.roll ?? [])
    this.#kept.set(report.id, { report: structuredClone(report), savedAt, roll })
  }

  async saveRoll(id: string, roll: readonly RollEntry[]): Promise<void> {
    const kept = this.#kept.get(id)
    if (kept && kept.report.stage !== 'closed') kept.roll = structuredClone(roll)
  }

  async list(most: number): Promise<OutageReport[]> {
    return this.#newestFirst()
      .slice(0, most)
      .map(({ report }) => report)
  }

  async find(id: string): Promise<OutageReport | undefined> {
    return this.#kept.get(id)?.report
  }

  async trim(before: number, most: number): Promise<void> {
    for (const [place, { report }] of this.#newestFirst().entries()) {
      const isOld = report.detectedAt < before || place >= most
      if (report.stage === 'closed' && isOld) this.#kept.delete(report.id)
    }
  }

  #newestFirst(): Kept[] {
    return [...this.#kept.values()].sort((a, b) => b.report.detectedAt - a.report.detectedAt)
  }
}
