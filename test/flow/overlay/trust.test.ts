import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { joinOverlay } from '../../../src/drivers/libp2p/join-overlay.ts'
import { joinedOverlays } from '../../../src/identity/overlay-membership.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { eventually } from '../../contract/overlay/overlay-fixture.ts'
import { CliBoxes, type RunningBox } from './cli-boxes.ts'

const anna = 'sip:anna@town.example'
const nothing = new Uint8Array()

describe('who belongs, over libp2p', { timeout: 60_000 }, () => {
  let boxes: CliBoxes

  beforeEach(() => {
    boxes = new CliBoxes()
  })

  afterEach(() => boxes.close())

  const connected = (running: readonly RunningBox[]) =>
    eventually(() => running.every(({ overlay }) => overlay.health().connectedPeers === running.length - 1))

  it('a box that needs an approval is nobody until it is given', async () => {
    const [first] = (await boxes.town()) as [RunningBox]
    const ticket = await boxes.ticket('first', '--approve')
    expect(await boxes.type('second', 'join', ticket, '--wait', '0')).toBe(1)
    expect(boxes.said.at(-1)).toMatch(/nobody has approved yet .* run the same command again/)
    expect(joinedOverlays(boxes.dataDir('second'))).toEqual([])
    expect(first.overlay.peers()).toEqual([])
    const [waiting] = (await boxes.ask('first', 'pending')) as unknown as [{ peerName: string }]
    const name = waiting.peerName.slice(20, 60)
    const joining = boxes.type('second', 'join', ticket, '--wait', '20')
    await eventually(() =>
      boxes.said.some((line) => line.includes(`this box is ${waiting.peerName.slice(0, 62)}`)),
    )
    expect(await boxes.type('first', 'approve', name)).toBe(0)
    expect(await joining).toBe(0)
    expect(await boxes.ask('first', 'pending')).toEqual([])
    await connected([first, await boxes.start('second')])
  })

  it('a rejected box is told so', async () => {
    await boxes.town()
    const ticket = await boxes.ticket('first', '--approve')
    await boxes.type('second', 'join', ticket, '--wait', '0')
    const [waiting] = (await boxes.ask('first', 'pending')) as unknown as [{ peerName: string }]
    await boxes.type('first', 'reject', waiting.peerName)
    expect(await boxes.type('second', 'join', ticket)).toBe(1)
    expect(boxes.said.at(-1)).toMatch(/the request was rejected at/)
  })

  it.each([-12, 12])(
    'a clock that is %i minutes off is named, and the ticket stays good',
    async (minutes) => {
      await boxes.town()
      const ticket = await boxes.ticket('first')
      const clock = { ...systemClock, now: () => Date.now() + minutes * 60_000 }
      await expect(joinOverlay(ticket, { dataDir: boxes.dataDir('second'), clock })).rejects.toThrow(
        /clocks of the two boxes differ: it is .* at the new box and .* at the inviting one/,
      )
      expect(await boxes.type('second', 'join', ticket)).toBe(0)
    },
  )

  it('a box announces only whom its ticket named', async () => {
    const [first] = (await boxes.town()) as [RunningBox]
    const ticket = await boxes.ticket('first', '--serves', '200-299@town.example')
    await boxes.type('school', 'join', ticket)
    const school = await boxes.start('school')
    await connected([first, school])
    await school.overlay.store('sip-aor', 'sip:217@town.example', nothing, 60)
    await expect(school.overlay.store('sip-aor', 'sip:300@town.example', nothing, 60)).rejects.toThrow(
      /may not speak for sip:300@town.example/,
    )
    expect(await boxes.type('school', 'join', await boxes.ticket('first'), '--again')).toBe(0)
    await boxes.stop(school)
    const again = await boxes.start('school')
    await connected([first, again])
    expect(again.overlay.peerName).toBe(school.overlay.peerName)
    await again.overlay.store('sip-aor', 'sip:300@town.example', nothing, 60)
  })

  it('a revoked box is out at once everywhere, and for good', async () => {
    const town = (await boxes.town('second', 'stolen')) as [RunningBox, RunningBox, RunningBox]
    await connected(town)
    const [first, second, stolen] = town
    await stolen.overlay.store('sip-aor', anna, nothing, 3_600)
    expect(await boxes.type('second', 'revoke', stolen.overlay.peerName)).toBe(1)
    expect(boxes.said.at(-1)).toMatch(/revoked at an issuing box/)
    expect(await boxes.type('first', 'revoke', stolen.overlay.peerName)).toBe(0)
    await connected([first, second])
    for (const { overlay } of [first, second])
      expect(await overlay.fetch('sip-aor', anna, AbortSignal.timeout(5_000))).toEqual([])
    await boxes.stop(second)
    const again = await boxes.start('second')
    await connected([first, again])
    await eventually(() => /do not take this one for a member/.test(stolen.overlay.health().why))
    expect(await boxes.ask('second', 'revoke')).toMatchObject([{ peerName: stolen.overlay.peerName }])
    expect(await boxes.type('stolen', 'join', await boxes.ticket('first'), '--again')).toBe(1)
    expect(boxes.said.at(-1)).toMatch(/was revoked/)
  })

  it('without the key of the trust root everything goes on; with it another box becomes an issuer', async () => {
    const [first, second] = (await boxes.town('second')) as [RunningBox, RunningBox]
    const safe = boxes.folder.file('safe.pem')
    renameSync(boxes.file('first', 'trust-root.pem'), safe)
    expect(await boxes.type('third', 'join', await boxes.ticket('first'))).toBe(0)
    expect(await boxes.type('second', 'invite')).toBe(1)
    expect(await boxes.type('anywhere', 'appoint', second.overlay.peerName, '--root', safe)).toBe(0)
    const word = boxes.said.at(-1) ?? ''
    expect(await boxes.type('third', 'appoint', word)).toBe(1)
    expect(boxes.said.at(-1)).toMatch(/appointment is no good: it is for another box/)
    expect(await boxes.type('second', 'appoint', word)).toBe(0)
    await boxes.stop(second)
    const issuer = await boxes.start('second')
    await boxes.stop(first)
    expect(await boxes.type('fourth', 'join', await boxes.ticket('second'))).toBe(0)
    await connected([issuer, await boxes.start('fourth')])
  })

  it('a box that is replaced keeps its name', async () => {
    const [first, second] = (await boxes.town('second')) as [RunningBox, RunningBox]
    await connected([first, second])
    const file = boxes.folder.file('second.identity')
    const passphrase = boxes.folder.file('passphrase')
    const given = ['--passphrase', `\${file:${passphrase}}`]
    writeFileSync(passphrase, 'correct horse battery\n')
    expect(await boxes.type('second', 'export', file, ...given)).toBe(0)
    await expect(boxes.type('second', 'export', file, ...given)).rejects.toThrow(/exists already/)
    await boxes.stop(second)
    rmSync(boxes.dataDir('second'), { recursive: true })
    await expect(boxes.type('second', 'restore', file, '--passphrase', 'hunter2')).rejects.toThrow(
      /on standard input/,
    )
    writeFileSync(passphrase, 'correct horse')
    expect(await boxes.type('second', 'restore', file, ...given)).toBe(1)
    expect(boxes.said.at(-1)).toMatch(/passphrase is wrong/)
    expect(existsSync(boxes.file('second', 'identity.pem'))).toBe(false)
    writeFileSync(passphrase, 'correct horse battery')
    expect(await boxes.type('second', 'restore', file, ...given)).toBe(0)
    expect(await boxes.type('second', 'restore', file, ...given)).toBe(1)
    expect(boxes.said.at(-1)).toMatch(/already in the overlay/)
    const again = await boxes.start('second')
    expect(again.overlay.peerName).toBe(second.overlay.peerName)
    await connected([first, again])
    expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE')
  })
})
