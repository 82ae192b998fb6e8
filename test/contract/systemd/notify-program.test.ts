import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NotifyProgram } from '../../../src/drivers/systemd/notify-program.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

describe('telling systemd by its program', () => {
  let folder: TemporaryFolder
  let program: NotifyProgram
  beforeEach(() => {
    folder = new TemporaryFolder('notify')
    program = notify('printf "[%s]\\n" "$@" >>"$(dirname "$0")/heard"')
  })
  afterEach(() => {
    program.end()
    folder.remove()
  })

  function notify(script: string): NotifyProgram {
    const file = folder.file('systemd-notify')
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return new NotifyProgram(file)
  }

  function heard(): string[] {
    return readFileSync(folder.file('heard'), 'utf8').trim().split('\n')
  }

  it('hands over what is said word by word, whatever is in it', async () => {
    await program.tell(['READY=1', "STATUS=PBX main: * $(id) 'x'  \\n\nsince 12:03"])
    expect(heard()).toEqual(['[READY=1]', "[STATUS=PBX main: * $(id) 'x' \\n since 12:03]"])
    await program.tell(['WATCHDOG=1'])
    expect(heard().slice(2)).toEqual(['[WATCHDOG=1]'])
  })

  it('says why it failed, and works again when the program does', async () => {
    const failing = notify(
      '[ -e "$(dirname "$0")/works" ] || { echo "no socket" >&2; echo here >&2; exit 3; }',
    )
    await expect(failing.tell(['READY=1'])).rejects.toThrow('systemd-notify failed with 3: no socket here')
    writeFileSync(folder.file('works'), '')
    await failing.tell(['READY=1'])
    failing.end()
  })

  it('without the program it fails, and nothing else does', async () => {
    const missing = new NotifyProgram(folder.file('nowhere'))
    await expect(missing.tell(['READY=1'])).rejects.toThrow('not found')
    expect(existsSync(folder.file('heard'))).toBe(false)
  })

  it('outlives the signal that stops a unit, to say that it stops', async () => {
    const stopping = notify('kill -TERM $PPID; echo "$@" >"$(dirname "$0")/heard"')
    await stopping.tell(['STATUS=stopping'])
    await stopping.tell(['STOPPING=1'])
    expect(heard()).toEqual(['STOPPING=1'])
    stopping.end()
  })
})
