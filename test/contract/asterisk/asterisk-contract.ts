import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { AsteriskHangup } from '../../../src/domain/asterisk-state.ts'
import type { Notice } from '../../../src/domain/notice.ts'
import { AmiAsterisk } from '../../../src/drivers/asterisk/ami-asterisk.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { eventually } from '../../support/within.ts'

/**
 * An Asterisk to be watched: account `causeway` with the secret `secret`, an endpoint PJSIP/line that is not registered,
 * a context `phones` whose extension `600` answers and stays.
 */
export interface AsteriskUnderTest {
  readonly amiPort: number
  start(): Promise<void>
  stop(): Promise<void>
  /** As a power cut does. */
  kill(): Promise<void>
  /** Is there, and does nothing. */
  freeze(): void
  thaw(): void
}

/** What a watched Asterisk must do, whichever it is. */
export function asteriskContract(name: string, make: () => AsteriskUnderTest): void {
  describe(`Asterisk over AMI: ${name}`, () => {
    const asterisk = make()
    const watches: AmiAsterisk[] = []
    const notices: Notice[] = []

    function watch(secret = 'secret'): AmiAsterisk {
      const made = new AmiAsterisk({
        entry: { name: 'a', host: '127.0.0.1', port: asterisk.amiPort, username: 'causeway', secret },
        names: { resolve: ({ host }) => [{ address: host }] },
        notices: { send: (notice) => notices.push(notice) },
        clock: systemClock,
        log: silentLog,
      })
      watches.push(made)
      return made
    }

    const known = (watched: AmiAsterisk, ms = 5_000) =>
      eventually(ms, 'the state of the Asterisk', () => watched.state())

    beforeAll(() => asterisk.start())
    afterAll(() => asterisk.stop())
    afterEach(async () => {
      for (const each of watches.splice(0)) await each.stop()
    })

    test('is read when it is connected', async () => {
      const watched = watch()
      expect(watched.state()).toBeUndefined()
      await watched.start()
      const state = await known(watched)
      expect(state.devices.get('PJSIP/line')?.state).toBe('unavailable')
      expect(state.channels.size).toBe(0)
      expect(watched.view().state).toMatchObject({ state: 'good' })
    })

    test('says why it does not let the account in', async () => {
      const watched = watch('wrong')
      await watched.start()
      await eventually(5_000, 'the refusal', () => /Authentication failed/.test(watched.view().state.text))
      expect(watched.state()).toBeUndefined()
    })

    test('places a call, shows its channel, and hangs it up with a cause', async () => {
      const watched = watch()
      const hangups: AsteriskHangup[] = []
      watched.onHangup((hangup) => hangups.push(hangup))
      await watched.start()
      const state = await known(watched)
      const call = { channel: 'Local/600@phones', context: 'phones', extension: '600', ringMs: 5_000 }
      const { isAnswered, channel = '' } = await watched.originate(call)
      expect(isAnswered).toBe(true)
      expect([...state.channels.values()].map((each) => each.name)).toContain(channel)
      await watched.hangUp(channel, 34)
      await eventually(5_000, 'the end of the channels', () => state.channels.size === 0)
      expect(hangups.find((each) => each.channel === channel)?.cause).toBe(34)
    })

    test('says that a call was not answered', async () => {
      const watched = watch()
      await watched.start()
      await known(watched)
      const call = { channel: 'Local/nobody@phones', context: 'phones', extension: '600', ringMs: 2_000 }
      // Some versions refuse the channel at once, others say later that it failed.
      const outcome = await watched.originate(call).catch((error: unknown) => error)
      expect(outcome).toMatchObject(
        outcome instanceof Error ? { name: 'AmiTrouble', kind: 'refused' } : { isAnswered: false },
      )
    })

    test('refuses to hang up what is not there', async () => {
      const watched = watch()
      await watched.start()
      await known(watched)
      await expect(watched.hangUp('PJSIP/nobody-1')).rejects.toMatchObject({ kind: 'refused' })
      await expect(watched.hangUp('/^Local/')).rejects.toMatchObject({ kind: 'unsendable' })
      await expect(watched.hangUp('PJSIP/x\r\nAction: Logoff')).rejects.toMatchObject({ kind: 'unsendable' })
    })

    test('that was killed is known no more, and known again soon after it is back', async () => {
      const watched = watch()
      let changes = 0
      watched.onChange(() => changes++)
      await watched.start()
      await known(watched)
      await asterisk.kill()
      await eventually(5_000, 'the loss', () => watched.state() === undefined)
      expect(watched.view().state).toMatchObject({ state: 'failed' })
      await expect(watched.hangUp('PJSIP/line-1')).rejects.toMatchObject({ kind: 'away' })
      await asterisk.start()
      const seenBefore = changes
      const state = await known(watched, 10_000)
      expect(state.devices.get('PJSIP/line')?.state).toBe('unavailable')
      expect(changes).toBeGreaterThan(seenBefore)
    })

    test('that does nothing any more is given up, and found again when it lives', async () => {
      const watched = watch()
      await watched.start()
      await known(watched)
      asterisk.freeze()
      await eventually(20_000, 'the loss', () => watched.state() === undefined)
      expect(watched.view().state.text).toMatch(/not connected/)
      asterisk.thaw()
      await known(watched, 15_000)
    })
  })
}
