import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'

const office = {
  name: 'office',
  server: '192.0.2.30',
  domain: 'office.example',
  phoneGroups: [{ name: 'sales', users: ['2XX'] }],
}
const home = { name: 'home', server: '192.0.2.31', domain: 'home.example' }

function problems(pbxs: readonly object[], rehearsal: object): string[] {
  const result = configSchema.safeParse({ pbxs, survival: { rehearsals: [{ at: '03:10', ...rehearsal }] } })
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('a rehearsal in the config', () => {
  it.each([[{}], [{ pbx: 'office' }], [{ group: 'sales' }]])(
    'may be of %j where there is one PBX',
    (rehearsal) => {
      expect(problems([office], rehearsal)).toEqual([])
    },
  )

  it.each([
    [[office], { pbx: 'store' }, 'survival.rehearsals.0.pbx: "pbxs" has no "store"'],
    [[office], { group: 'lab' }, 'survival.rehearsals.0.group: the PBX office has no phone group "lab"'],
    [[office, home], {}, 'survival.rehearsals.0.pbx: which one of office, home?'],
    [[], {}, 'survival.rehearsals.0.pbx: "pbxs" has none'],
  ])('of %j may not be %j', (pbxs, rehearsal, problem) => {
    expect(problems(pbxs, rehearsal)).toEqual([problem])
  })
})
