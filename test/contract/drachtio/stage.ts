import { expect, onTestFinished } from 'vitest'
import type { ControlTls } from '../../../src/engine/control/control-server.ts'
import { RawApplication } from './raw-application.ts'
import { type ServerUnderTest, startServer, type TestSettings } from './server-under-test.ts'
import { type App, startApp } from './srf.ts'
import { WirePhone } from './wire-phone.ts'

export interface Stage {
  readonly server: ServerUnderTest
  /** An application on drachtio-srf, connected and with its routes taken. */
  app(prepare?: (app: App) => void): Promise<App>
  /** Disconnects an application before the test is over. */
  leave(app: App): void
  phone(user: string): Promise<WirePhone>
  /** A connection to the control port that has said nothing yet. */
  raw(): Promise<RawApplication>
}

/** A server for one test, and who acts on it; all of it goes when the test is over. */
export async function stage(settings?: TestSettings, tls?: ControlTls): Promise<Stage> {
  const server = await startServer(settings, tls)
  const apps = new Set<App>()
  const phones: WirePhone[] = []
  const raws: RawApplication[] = []
  onTestFinished(async () => {
    for (const app of apps) app.disconnect()
    for (const phone of phones) phone.close()
    for (const raw of raws) raw.close()
    await server.stop()
    expect(server.errors).toEqual([])
  })
  return {
    server,
    app: async (prepare) => {
      const app = await startApp(server, prepare)
      apps.add(app)
      return app
    },
    leave: (app) => {
      // A second disconnect() of drachtio-srf fails an assertion.
      apps.delete(app)
      app.disconnect()
    },
    phone: async (user) => {
      const phone = await WirePhone.open(user, server.sip)
      phones.push(phone)
      return phone
    },
    raw: async () => {
      const raw = await RawApplication.open(server)
      raws.push(raw)
      return raw
    },
  }
}

/** T1 of 20 ms: what takes 32 s by RFC 3261 takes 1.3 s. */
export const fastTimers: TestSettings = { transaction: { t1Ms: 20, t2Ms: 160, t4Ms: 200 } }

/** A value that somebody will give later, and a bound on waiting for it. */
export function later<Value>(): PromiseWithResolvers<Value> {
  return Promise.withResolvers<Value>()
}
