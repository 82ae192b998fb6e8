import { expect, it } from 'vitest'
import { noticesSection } from '../../../src/config/sections/notices.ts'
import { noticeTargets } from '../../../src/gateway/notice-targets.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'

const mail = { server: 'mail.example', from: 'box@site.example', to: ['desk@site.example'] }
const names = { resolve: async () => [] }

it('tells receivers apart by name, without the keys in their addresses', () => {
  const section = noticesSection.parse({
    webhooks: ['/a?key=1', '/a?key=2', '/b'].map((path) => ({ url: `https://hook.example${path}` })),
    mail,
  })
  expect(noticeTargets(section, 'box-a', names, new FakeClock()).map(({ name }) => name)).toEqual([
    'https://hook.example/a',
    'https://hook.example/a (2)',
    'https://hook.example/b',
    'mail to desk@site.example',
  ])
})

it.each([
  ['a name without a password', { username: 'box' }, 'go together'],
  [
    'a password in the clear',
    { username: 'box', password: 'secret', security: 'none' },
    'without encryption',
  ],
])('takes no mail server with %s', (_, more, problem) => {
  expect(() => noticesSection.parse({ mail: { ...mail, ...more } })).toThrow(problem)
})
