import { beforeEach, describe, expect, it } from 'vitest'
import type { Binding } from '../../../src/domain/binding.ts'
import { AnnouncedUsers } from '../../../src/gateway/announced-users.ts'
import { aBinding } from '../../support/a-binding.ts'

const [anna, bert, carl] = ['sip:anna@town.example', 'sip:bert@town.example', 'sip:carl@town.example']

/** A registrar and the overlays, as far as they are told of users. */
class Town {
  readonly told: string[] = []
  readonly kept = new Map<string, Uint8Array>()
  readonly phones = new Map<string, readonly Binding[]>()
  #listener: ((aor: string, bindings: readonly Binding[]) => void) | undefined

  readonly groups = { allNames: [] as readonly string[] }

  readonly accounts = { all: [] as readonly { aorText: string; aliases: readonly string[] }[] }

  announcing(...users: readonly string[]): AnnouncedUsers {
    this.accounts.all = users.map((aorText) => ({ aorText, aliases: [] }))
    return new AnnouncedUsers({
      groups: this.groups,
      overlays: {
        publishUser: (aor, contacts, pace) => this.told.push(`${aor} has ${contacts} ${pace}`),
        withdrawUser: (aor) => this.told.push(`${aor} is gone`),
      },
      location: {
        aors: () => this.phones.keys(),
        lookup: (aor) => this.phones.get(aor) ?? [],
        onChange: (listener) => {
          this.#listener = listener
          return () => {
            this.#listener = undefined
          }
        },
      },
      accounts: this.accounts,
      settings: {
        get: async (key) => this.kept.get(key),
        set: async (key, value) => void this.kept.set(key, value),
      },
    })
  }

  registers(aor: string, count: number): void {
    const bindings = Array.from({ length: count }, () => aBinding({ aor }))
    this.phones.set(aor, bindings)
    this.#listener?.(aor, bindings)
  }
}

describe('announced users', () => {
  let town: Town

  beforeEach(() => {
    town = new Town()
  })

  it('users are announced in turn at the start, those with phones first; who registers then, at once', async () => {
    town.registers(bert, 2)
    await town.announcing(anna, bert).start()
    town.registers(anna, 1)
    expect(town.told).toEqual([`${bert} has 2 in turn`, `${anna} has 0 in turn`, `${anna} has 1 now`])
  })

  it('a user whose last phone goes stays known; one without an account is gone', async () => {
    await town.announcing(anna).start()
    town.registers(anna, 1)
    town.registers(anna, 0)
    town.registers(carl, 1)
    town.registers(carl, 0)
    expect(town.told.slice(1)).toEqual([
      `${anna} has 1 now`,
      `${anna} has 0 now`,
      `${carl} has 1 now`,
      `${carl} is gone`,
    ])
  })

  it('who was taken out of the config is taken back at the next start, once', async () => {
    await town.announcing(anna, bert).start()
    town.told.length = 0
    await town.announcing(anna).start()
    expect(town.told).toEqual([`${anna} has 0 in turn`, `${bert} is gone`])
    town.told.length = 0
    await town.announcing(anna).start()
    expect(town.told).toEqual([`${anna} has 0 in turn`])
  })

  it('a group has somebody to ring, and is taken back when it is no more', async () => {
    town.groups.allNames = ['sip:desk@town.example']
    await town.announcing(anna).start()
    town.groups.allNames = []
    await town.announcing(anna).start()
    expect(town.told).toEqual([
      `${anna} has 0 in turn`,
      'sip:desk@town.example has 1 in turn',
      `${anna} has 0 in turn`,
      'sip:desk@town.example is gone',
    ])
  })

  it('hears nothing more after its stop', async () => {
    const announced = town.announcing(anna)
    await announced.start()
    await announced.stop()
    town.told.length = 0
    town.registers(anna, 1)
    expect(town.told).toEqual([])
  })

  it('a user who was imported is announced by each of his names, and they are taken back when they go', async () => {
    const announced = town.announcing(anna)
    await announced.start()
    town.registers(bert, 1)
    town.told.length = 0
    town.accounts.all = [...town.accounts.all, { aorText: bert, aliases: ['22'] }]
    town.groups.allNames = ['sip:600@town.example']
    await announced.usersChanged()
    const short = 'sip:22@town.example'
    const [hasOne, group] = ['has 1 in turn', 'sip:600@town.example has 1 in turn']
    expect(town.told).toEqual([`${bert} ${hasOne}`, `${short} ${hasOne}`, group])
    town.told.length = 0
    town.registers(bert, 2)
    expect(town.told).toEqual([`${bert} has 2 now`, `${short} has 2 now`])
    town.told.length = 0
    town.registers(bert, 0)
    town.accounts.all = town.accounts.all.slice(0, 1)
    town.groups.allNames = []
    await announced.usersChanged()
    expect(town.told.slice(2)).toEqual([
      `${bert} is gone`,
      `${short} is gone`,
      'sip:600@town.example is gone',
    ])
  })
})
