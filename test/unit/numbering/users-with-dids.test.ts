import { expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'
import { usersWithDids } from '../../../src/numbering/users-with-dids.ts'

it('users have the numbers of blocks that lead to them, behind their own', () => {
  const config = configSchema.parse({
    users: [
      { aor: '201@site-a.example', numbers: ['+4930999'] },
      { aor: '202@site-a.example', aliases: ['anna'] },
      { aor: '203@site-a.example', numbers: ['+4930123404'] },
      { aor: '204@site-a.example' },
    ],
    numbering: {
      dids: [
        { numbers: ['+4930123400..+4930123409'], to: '2{last:2}@site-a.example' },
        { numbers: ['+4930777'], to: 'anna@site-a.example' },
        { numbers: ['+4989(2X.)'], to: '{1}@site-a.example' },
      ],
    },
  })
  expect(usersWithDids(config).map(({ numbers }) => numbers)).toEqual([
    ['+4930999', '+4930123401'],
    ['+4930123402', '+4930777'],
    ['+4930123404', '+4930123403'],
    [], // his number has been given to 203
  ])
})
