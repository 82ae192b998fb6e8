import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readAmiConfig } from '../../../src/drivers/asterisk/ami-config.ts'
import { AmiTrouble } from '../../../src/drivers/asterisk/ami-trouble.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { type ConfSection, lastValue } from '../../../src/survival/knowledge/asterisk/conf-section.ts'
import { readConfText } from '../../../src/survival/knowledge/asterisk/conf-text.ts'
import { type AmiAction, type AmiLines, FakeAmi } from '../../support/fake-ami.ts'
import { fixtureFiles } from '../../unit/survival/knowledge/fixture-files.ts'

/** As `GetConfig` prints a file. */
function printed(sections: readonly ConfSection[]): AmiLines {
  const number = (count: number) => String(count).padStart(6, '0')
  return Object.fromEntries(
    sections.flatMap(({ name, isTemplate, lines }, index) => [
      [`Category-${number(index)}`, name],
      ...(isTemplate ? [[`IsTemplate-${number(index)}`, '1']] : []),
      ...lines.map(([key, value], line) => [`Line-${number(index)}-${number(line)}`, `${key}=${value}`]),
    ]),
  )
}

describe('config files over AMI', () => {
  const files = fixtureFiles('freepbx')
  let ami: FakeAmi
  let refusal: string

  const read = () =>
    readAmiConfig({ host: '127.0.0.1', port: ami.port, username: 'causeway', secret: 'secret' }, systemClock)

  function answer(action: AmiAction): boolean {
    if (action.name !== 'GetConfig') return false
    const name = action.get('Filename')
    const text = files[name]
    if (text !== undefined) action.respond(printed(readConfText(name, text).sections))
    else action.respond({ Response: 'Error', Message: refusal })
    return true
  }

  beforeEach(async () => {
    ami = new FakeAmi()
    ami.onAction = answer
    await ami.start()
  })

  afterEach(() => ami.stop())

  it('FreePBX: what a file that Asterisk keeps to itself includes is asked for instead', async () => {
    refusal = 'File requires escalated privileges'
    const { pjsip = [], queues, voicemail, unread } = await read()
    expect(pjsip.map((section) => [section.name, lastValue(section, 'type')])).toContainEqual([
      '301-auth',
      'auth',
    ])
    expect(pjsip.filter((section) => lastValue(section, 'type') === 'endpoint')).toHaveLength(3)
    expect(queues?.map(({ name }) => name)).toEqual(['480'])
    expect(voicemail).toBeUndefined()
    expect(unread).toEqual([
      'sip.conf: the Asterisk does not hand it out (GetConfig: File requires escalated privileges)',
      'voicemail.conf: the Asterisk does not hand it out (GetConfig: File requires escalated privileges)',
    ])
  })

  it('a file that is not there is nothing to be told', async () => {
    refusal = 'Config file not found'
    expect(await read()).toMatchObject({ pjsip: undefined, sip: undefined, unread: [] })
  })

  it('an account that may not ask is told what it lacks, and its connection ends', async () => {
    refusal = 'Permission denied'
    const failure = await read().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(AmiTrouble)
    expect(failure).toMatchObject({ message: expect.stringContaining('"system" in "write"') })
  })

  it('asks for no events, and leaves when it has read', async () => {
    refusal = 'Config file not found'
    await read()
    expect(ami.actions.find(({ name }) => name === 'Login')?.get('Events')).toBe('off')
    await expect.poll(() => ami.connections, { timeout: 5_000 }).toBe(0)
  })
})
