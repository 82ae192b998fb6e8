import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { overlayEntry } from '../../../../src/config/sections/overlays.ts'
import { libp2pOverlay } from '../../../../src/drivers/libp2p/libp2p-overlay.ts'
import type { TicketTerms } from '../../../../src/identity/enrolment-shelf.ts'
import { MembershipProblem } from '../../../../src/identity/membership-problem.ts'
import { OverlayMembership } from '../../../../src/identity/overlay-membership.ts'
import { systemClock } from '../../../../src/lib/clock.ts'
import { CollectedLog } from '../../../support/collected-log.ts'
import { TemporaryFolder } from '../../../support/temporary-folder.ts'

const domain = 'town.example'
const entry = overlayEntry.parse({ domain, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false })

describe('a file of the overlay that is damaged', () => {
  let folder: TemporaryFolder
  let membership: OverlayMembership
  let log: CollectedLog

  beforeEach(() => {
    folder = new TemporaryFolder('corrupt')
    log = new CollectedLog()
    membership = new OverlayMembership(folder.path, domain)
    membership.create(systemClock)
  })

  afterEach(() => folder.remove())

  const open = () => libp2pOverlay(entry, folder.path, systemClock, log)
  const damage = (name: string, damaged: (text: string) => string) => {
    const path = membership.path(name)
    writeFileSync(path, damaged(existsSync(path) ? readFileSync(path, 'utf8') : ''))
  }
  const half = (text: string) => text.slice(0, text.length / 2)

  // Without these a box is nobody; nothing is made up in their place.
  describe('stops the start, named, with what to do', () => {
    const problems: readonly [string, string, (text: string) => string][] = [
      ['membership.json', 'cut off', half],
      ['membership.json', 'empty', () => ''],
      ['membership.json', 'of other content', () => '{"overlay": 7}'],
      [
        'membership.json',
        'with a damaged credential',
        (text) => text.replace(/"credential": ".{40}/, '"credential": "AAAA'),
      ],
      ['identity.pem', 'cut off', half],
      ['identity.pem', 'empty', () => ''],
      ['identity.pem', 'of another box', otherKey],
    ]

    it.each(problems)('%s %s', (name, _, damaged) => {
      damage(name, damaged)
      const before = readFileSync(membership.path(name), 'utf8')
      expect(open).toThrow(MembershipProblem)
      expect(open).toThrow(/restore .* from a backup/)
      expect(open).toThrow(name)
      expect(open).toThrow(membership.path(''))
      expect(readFileSync(membership.path(name), 'utf8')).toBe(before)
    })

    it('identity.pem missing', () => {
      rmSync(membership.path('identity.pem'))
      expect(open).toThrow(/identity\.pem .*restore .* from a backup/)
      expect(existsSync(membership.path('identity.pem'))).toBe(false)
    })
  })

  // What can be learned again is set aside.
  describe('is said and made anew', () => {
    it.each([
      ['cut off', '[{"peer": "k51q'],
      ['of other content', '{"peers": 7}'],
      ['of bytes', '\u0000\u0001\u0002'],
    ])('peers.json %s', async (_, text) => {
      damage('peers.json', () => text)
      const overlay = open()
      await overlay.start()
      expect(overlay.health().state).toBe('alone')
      expect(log.lines.map(({ sentence }) => sentence)).toContain('remembered peers cannot be read')
      await overlay.stop()
    })

    it('addresses.json cut off', async () => {
      damage('addresses.json', () => '["/ip4/')
      const overlay = open()
      await overlay.start()
      expect(JSON.parse(readFileSync(membership.path('addresses.json'), 'utf8'))).toHaveLength(1)
      await overlay.stop()
    })
  })

  it('one ticket cut off spoils no other', () => {
    const now = Date.now()
    const first = membership.shelf.add(terms(now), now)
    damage(join('tickets', `${Buffer.from(first.id).toString('hex')}.ticket.json`), half)
    const second = membership.shelf.add(terms(now), now)
    expect(membership.shelf.find(second.id)?.secret).toEqual(second.secret)
    expect(membership.shelf.find(first.id)).toBeUndefined()
  })
})

function terms(now: number): TicketTerms {
  return { expiresAt: now + 60_000, mayServe: ['*'], role: 'peer', needsApproval: false }
}

function otherKey(): string {
  const folder = new TemporaryFolder('other')
  const other = new OverlayMembership(folder.path, domain)
  other.create(systemClock)
  const pem = readFileSync(other.path('identity.pem'), 'utf8')
  folder.remove()
  return pem
}
