import { userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { AdminSection } from '../config/sections/admin.ts'
import type { CheckResult, PassSheet } from '../survival/rehearsal/pass-sheet.ts'
import { printResult } from '../survival/rehearsal/pass-sheet-text.ts'
import { askBox, BoxUnavailable } from './box-api.ts'

export const path = '/api/survival/rehearsals'

const askEveryMs = 1_000
/** A box that is silent for longer will not tell how it went. */
const mostSilentMs = 30_000

/** Says what happens as it happens, and resolves with the whole sheet. Ctrl-C ends the rehearsal, not the waiting. */
export async function followRehearsal(admin: AdminSection, id: string): Promise<PassSheet> {
  const stop = () => void stopRehearsal(admin)
  process.once('SIGINT', stop)
  try {
    return await follow(admin, id)
  } finally {
    process.off('SIGINT', stop)
  }
}

async function follow(admin: AdminSection, id: string): Promise<PassSheet> {
  const said = new Set<string>()
  let heardAt = performance.now()
  for (;;) {
    const sheet = await sheetOf(admin, id).catch((error: unknown) => {
      if (!(error instanceof BoxUnavailable) || performance.now() - heardAt > mostSilentMs) throw error
      return undefined
    })
    if (sheet) {
      heardAt = performance.now()
      sayNews(sheet, said)
      if (sheet.phase === 'over') return sheet
    }
    await wait(askEveryMs)
  }
}

async function sheetOf(admin: AdminSection, id: string): Promise<PassSheet> {
  const { rehearsal } = (await askBox(admin, `${path}/${id}`)) as { rehearsal: PassSheet }
  return rehearsal
}

function sayNews(sheet: PassSheet, said: Set<string>): void {
  const say = (key: string, lines: readonly string[]) => {
    if (said.has(key)) return
    said.add(key)
    console.error(lines.join('\n'))
  }
  const { id, pbx, users, leftOut, until, phase, end } = sheet
  const clock = new Date(until).toLocaleTimeString('sv-SE')
  const count = `${users.length} ${users.length === 1 ? 'user' : 'users'}`
  if (phase === 'away')
    say('away', [`rehearsal ${id}: PBX ${pbx} is gone for ${count} until ${clock}; Ctrl-C ends it`])
  for (const { user, why } of leftOut) say(`left out ${user}`, [`${user} takes no part: ${why}`])
  for (const result of sheet.results) say(keyOf(result), printResult(result))
  if (phase === 'returning')
    say('returning', [`${end?.why ?? 'it is over'}: the phones are awaited at the PBX until ${clock}`])
}

function keyOf({ check, subject, outcome }: CheckResult): string {
  return `${check} ${subject} ${outcome}`
}

async function stopRehearsal(admin: AdminSection): Promise<void> {
  const by = encodeURIComponent(userInfo().username)
  try {
    await askBox(admin, `${path}/current?by=${by}`, undefined, { method: 'DELETE' })
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
  }
}
