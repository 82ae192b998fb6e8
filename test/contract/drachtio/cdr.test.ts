import { expect, it } from 'vitest'
import { eventually } from '../../support/within.ts'
import { onOurEngine } from './server-under-test.ts'
import { type App, type Message, type Request, sdp } from './srf.ts'
import { fastTimers, later, stage } from './stage.ts'

/** What the application was told: `attempt network INVITE`, `start network uac 200`, `stop network normal-release BYE`. */
function recording(app: App): string[] {
  const events: string[] = []
  const nameOf = (message: Message): string => message.method ?? String(message.status)
  app.on('cdr:attempt', (source, _time, message) =>
    events.push(`attempt ${source} ${nameOf(message as Message)}`),
  )
  for (const verb of ['start', 'stop'] as const)
    app.on(`cdr:${verb}`, (source, _time, detail, message) =>
      events.push(`${verb} ${source} ${detail} ${nameOf(message as Message)}`),
    )
  return events
}

it('a bridged call is recorded leg by leg', async () => {
  const { app, phone } = await stage()
  const [caller, callee] = await Promise.all([phone('alice'), phone('bob')])
  let events: string[] = []
  await app((self) => {
    events = recording(self)
    self.invite((request, response) => {
      void self.createB2BUA(request, response, callee.uri, {}).then(({ uas, uac }) => {
        uas.on('destroy', () => void uac.destroy())
      })
    })
  })
  const invite = caller.invite()
  callee.answer(await callee.requestThat('INVITE'), 200, {}, sdp())
  const ok = await caller.responseThat(200)
  caller.inDialog(invite, ok, 'ACK')
  await callee.requestThat('ACK')
  caller.inDialog(invite, ok, 'BYE')
  callee.answer(await callee.requestThat('BYE'), 200)
  await eventually(2_000, 'all six records', () => events.length >= 6)
  expect(events).toEqual([
    'attempt network INVITE',
    'attempt application INVITE',
    'start network uac 200',
    'start application uas 200',
    'stop network normal-release BYE',
    'stop application normal-release BYE',
  ])
})

it('a record-routed call is recorded to its end', async () => {
  const { app, phone } = await stage()
  const [caller, callee] = await Promise.all([phone('alice'), phone('bob')])
  let events: string[] = []
  await app((self) => {
    events = recording(self)
    self.invite((request) => void self.proxyRequest(request, callee.uri, { recordRoute: true }))
  })
  const invite = caller.invite()
  callee.answer(await callee.requestThat('INVITE'), 200, {}, sdp())
  const ok = await caller.responseThat(200)
  const routed = { Route: ok.get('record-route') ?? '' }
  caller.inDialog(invite, ok, 'ACK', routed)
  caller.inDialog(invite, ok, 'BYE', routed)
  callee.answer(await callee.requestThat('BYE'), 200)
  await eventually(2_000, 'all five records', () => events.length >= 5)
  expect(events).toEqual([
    'attempt network INVITE',
    'attempt application INVITE',
    'start network proxy-uac 200',
    'start application proxy-uas 200',
    'stop network normal-release BYE',
  ])
})

it('refused and cancelled calls are recorded with their end', async () => {
  const { app, phone } = await stage()
  const caller = await phone('alice')
  let events: string[] = []
  await app((self) => {
    events = recording(self)
    self.invite((request, response) => {
      if (request.has('X-Refuse')) response.send(486)
      else response.send(180)
    })
  })
  const refused = caller.invite({ 'X-Refuse': 'yes' })
  caller.refusalAck(refused, await caller.responseThat(486))
  const cancelled = caller.invite()
  await caller.responseThat(180)
  caller.cancel(cancelled)
  caller.refusalAck(cancelled, await caller.responseThat(487))
  await eventually(2_000, 'all four records', () => events.length >= 4)
  expect(events).toEqual([
    'attempt network INVITE',
    'stop application call-rejected 486',
    'attempt network INVITE',
    'stop network call-canceled 487',
  ])
})

it.runIf(onOurEngine('shorter timers'))('a call that the engine ends is recorded with that', async () => {
  const { app, phone } = await stage(fastTimers)
  const caller = await phone('alice')
  let events: string[] = []
  await app((self) => {
    events = recording(self)
    self.invite((request, response) => void self.createUAS(request, response, { localSdp: sdp() }))
  })
  caller.invite()
  caller.answer(await caller.requestThat('BYE'), 200)
  await eventually(2_000, 'all three records', () => events.length >= 3)
  expect(events).toEqual([
    'attempt network INVITE',
    'start application uas 200',
    'stop application system-initiated-termination BYE',
  ])
})

it('a call that was answered while it was cancelled is recorded as ended behind its ACK', async () => {
  const { app, phone } = await stage()
  const callee = await phone('bob')
  let events: string[] = []
  const srf = await app((self) => {
    events = recording(self)
  })
  const sent = later<Request>()
  const call = srf.createUAC(
    callee.uri,
    { localSdp: sdp() },
    { cbRequest: (_, request) => sent.resolve(request) },
  )
  const invite = await callee.requestThat('INVITE')
  callee.answer(invite, 180)
  ;(await sent.promise).cancel()
  await callee.requestThat('CANCEL')
  callee.answer(invite, 200, {}, sdp())
  await call
  callee.answer(await callee.requestThat('BYE'), 200)
  await eventually(2_000, 'all three records', () => events.length >= 3)
  expect(events).toEqual([
    'attempt application INVITE',
    'start network uac 200',
    'stop application ackbye BYE',
  ])
})

it('applications that asked for records take turns', async () => {
  const { app, phone } = await stage()
  const callee = await phone('bob')
  const heard: string[] = []
  const apps = []
  for (const name of ['one', 'two'])
    apps.push(await app((self) => self.on('cdr:attempt', () => heard.push(name))))
  for (let call = 0; call < 4; call++) {
    const refused = apps[0]?.createUAC(callee.uri, { localSdp: sdp() }).catch(() => undefined)
    callee.answer(await callee.requestThat('INVITE'), 486)
    await refused
    await eventually(2_000, 'a record', () => heard.length > call)
  }
  expect(heard.slice(0, 2).sort()).toEqual(['one', 'two'])
  expect(heard.slice(2)).toEqual(heard.slice(0, 2))
})
