import { type Figures, samplesBy } from '../admin/figures.ts'
import type { RecordKeeping } from './record-keeping.ts'

export interface CountedRecords {
  readonly records: Pick<RecordKeeping['records'], 'counts'>
  readonly journal: Pick<RecordKeeping['journal'], 'counts'>
  readonly notices: Pick<RecordKeeping['notices'], 'view'>
}

/** Call records and notices as metrics. */
export function recordFigures({ records, journal, notices }: CountedRecords): Figures {
  const { finished, answered, costs, unsaved, lost } = records.counts
  const targets = notices.view()
  const by = (value: (target: (typeof targets)[number]) => number) =>
    targets.map((each) => ({ labels: { receiver: each.target }, value: value(each) }))
  return {
    calls_total: samplesBy('outcome', { answered, 'not-answered': finished - answered }),
    call_cost_total: [...costs].map(([target, thousandths]) => ({
      labels: { target },
      value: thousandths / 1_000,
    })),
    call_records_waiting: unsaved,
    call_records_lost_total: lost,
    call_journal_behind: journal.counts.isBehind ? 1 : 0,
    call_journal_files: journal.counts.files,
    notices_waiting: by(({ waiting }) => waiting),
    notices_delivered_total: by(({ delivered }) => delivered),
    notices_dropped_total: by(({ dropped }) => dropped),
  }
}
