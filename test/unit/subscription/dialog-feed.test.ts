import { expect, test } from 'vitest'
import { DialogFeed } from '../../../src/subscription/dialog-feed.ts'
import { readDialogInfo } from '../../../src/subscription/dialog-info.ts'
import type { UserCall } from '../../../src/subscription/neighbours.ts'
import { FakeRequest } from '../../support/fake-request.ts'

function aFeed({ isKnown = true } = {}) {
  const calls: UserCall[] = []
  const feed = new DialogFeed({ entity: 'sip:202@box', isKnown: () => isKnown, calls: () => calls })
  return { feed, calls }
}

const heardFromPbx = (version: number) =>
  new FakeRequest('NOTIFY', {
    body:
      `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" ` +
      'entity="sip:202@pbx.example"><dialog id="202"><state>confirmed</state></dialog></dialog-info>',
  })

test('goes on with the version and the name of the PBX, and ends what only the PBX could have ended', () => {
  const { feed } = aFeed()
  feed.heard(heardFromPbx(41))
  const first = feed.next()?.body ?? ''
  expect(readDialogInfo(first)).toEqual({ version: 42, entity: 'sip:202@pbx.example', open: [] })
  expect(first).toContain('<dialog id="202"><state>terminated</state></dialog>')
  const second = feed.next()?.body ?? ''
  expect(readDialogInfo(second)?.version).toBe(43)
  expect(second).not.toContain('terminated')
})

test('begins at 0 and tells the end of each call once', () => {
  const { feed, calls } = aFeed()
  calls.push({ id: 'c', direction: 'initiator', state: 'confirmed' })
  expect(readDialogInfo(feed.next()?.body ?? '')).toEqual({ version: 0, entity: 'sip:202@box', open: ['c'] })
  calls.pop()
  expect(feed.next()?.body).toContain('<dialog id="c"><state>terminated</state></dialog>')
  expect(feed.next()?.body).not.toContain('<dialog ')
})

test('claims nothing of somebody whom the box does not know', () => {
  const { feed } = aFeed({ isKnown: false })
  expect([feed.hasNews, feed.next()]).toEqual([false, undefined])
})
