import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { overlayCommand } from '../../../src/cli/overlay.ts'
import { overlayEntry } from '../../../src/config/sections/overlays.ts'
import { joinOverlay } from '../../../src/drivers/libp2p/join-overlay.ts'
import { libp2pOverlay } from '../../../src/drivers/libp2p/libp2p-overlay.ts'
import { joinedOverlays } from '../../../src/identity/overlay-membership.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { PeerOverlay } from '../../../src/overlay/peer-overlay.ts'
import { eventually } from '../../contract/overlay/overlay-fixture.ts'

const domain = 'town.example'

describe('enrolment over libp2p', () => {
  let folder: string
  let running: PeerOverlay[]
  let said: string[]

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-overlay-'))
    running = []
    said = []
    vi.spyOn(console, 'log').mockImplementation((line: string) => said.push(line))
    vi.spyOn(console, 'error').mockImplementation((line: string) => said.push(line))
  })

  afterEach(async () => {
    vi.restoreAllMocks()
    await Promise.all(running.map((overlay) => overlay.stop()))
    rmSync(folder, { recursive: true })
  })

  const dataDir = (box: string) => join(folder, box)
  const overlay = (box: string, ...argv: string[]) =>
    overlayCommand.run([...argv, '--data-dir', dataDir(box)])
  const start = async (box: string) => {
    const entry = overlayEntry.parse({ domain, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false })
    const started = libp2pOverlay(entry, dataDir(box), systemClock, silentLog)
    running.push(started)
    await started.start()
    return started
  }
  const invite = async (box: string) => {
    await overlay(box, 'invite', '--json')
    return (JSON.parse(said.at(-1) ?? '') as { ticket: string }).ticket
  }

  it('create, invite and join make two boxes one overlay', async () => {
    await overlay('a', 'create', domain)
    const a = await start('a')
    expect(await overlay('b', 'join', await invite('a'))).toBe(0)
    expect(joinedOverlays(dataDir('b'))).toEqual([domain])
    const b = await start('b')
    await eventually(() => b.health().connectedPeers === 1 && a.health().connectedPeers === 1)
    expect(b.peers()).toMatchObject([{ peerName: a.peerName, foundBy: 'ticket' }])
    await b.store('sip-aor', `sip:anna@${domain}`, new Uint8Array(), 60)
    expect(await a.fetch('sip-aor', `sip:anna@${domain}`, AbortSignal.timeout(2_000))).toMatchObject([
      { signer: b.peerName },
    ])
    const keyFile = join(dataDir('b'), 'overlay', domain, 'identity.pem')
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  })

  it('a box that restarts elsewhere is found again by the peers that it remembers', async () => {
    await overlay('a', 'create', domain)
    const a = await start('a')
    for (const box of ['b', 'c']) await overlay(box, 'join', await invite('a'))
    const b = await start('b')
    const c = await start('c')
    await eventually(() => [a, b, c].every((box) => box.health().connectedPeers === 2))
    await a.stop()
    await c.stop()
    const again = await start('c')
    await eventually(() => again.health().connectedPeers === 1)
    expect(again.peers().find(({ peerName }) => peerName === b.peerName)).toMatchObject({
      connected: true,
      foundBy: 'remembered',
    })
  })

  it('a ticket lets in one box, and the second is told why not', async () => {
    await overlay('a', 'create', domain)
    await start('a')
    const ticket = await invite('a')
    expect(await overlay('b', 'join', ticket)).toBe(0)
    expect(await overlay('c', 'join', ticket)).toBe(1)
    expect(said.at(-1)).toMatch(/the ticket was used at .* by another box: ask for a new one/)
    expect(joinedOverlays(dataDir('c'))).toEqual([])
    expect(await overlay('b', 'join', ticket)).toBe(1)
    expect(said.at(-1)).toMatch(/already in the overlay/)
  })

  it('an inviting box that does not run, an expired ticket and a box without the root are said plainly', async () => {
    await overlay('a', 'create', domain)
    const a = await start('a')
    const ticket = await invite('a')
    await overlay('b', 'join', ticket)
    expect(await overlay('b', 'invite')).toBe(1)
    expect(said.at(-1)).toMatch(/tickets are made at the box that created the overlay, or/)
    const tomorrow = { ...systemClock, now: () => Date.now() + 100 * 3_600_000 }
    await expect(joinOverlay(ticket, { dataDir: dataDir('c'), clock: tomorrow })).rejects.toThrow(
      /expired at .*, and it is .* here: .* check this box's clock/,
    )
    await a.stop()
    expect(await overlay('c', 'join', ticket)).toBe(1)
    expect(said.at(-1)).toMatch(/cannot be reached at .*: is it running/)
  })
})
