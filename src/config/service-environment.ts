/** What the service manager that started the process wants of it. */
export interface ServiceEnvironment {
  /** Whether it wants to be told how the service is. */
  readonly isNotified: boolean
  /** How often at least it must hear that the service is alive; undefined when it does not wait for that. */
  readonly watchdogMs: number | undefined
}

/** As systemd says it to a unit of `Type=notify` (sd_notify(3), sd_watchdog_enabled(3)). */
export function serviceEnvironment(environment: NodeJS.ProcessEnv = process.env): ServiceEnvironment {
  const { NOTIFY_SOCKET: socket = '', WATCHDOG_USEC: watchdog = '' } = environment
  return {
    isNotified: socket !== '',
    watchdogMs: /^[1-9]\d*$/.test(watchdog) ? Number(watchdog) / 1_000 : undefined,
  }
}
