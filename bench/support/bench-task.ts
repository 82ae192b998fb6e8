/** Work that is measured again and again. */
export interface BenchTask {
  readonly name: string
  /** Messages that come in or go out in one run. */
  readonly messages: number
  run(): unknown
}

/** As BenchTask; part of the work waits for microtasks. */
export interface AsyncBenchTask {
  readonly name: string
  readonly messages: number
  runAsync(): Promise<void>
}

export type AnyBenchTask = BenchTask | AsyncBenchTask
